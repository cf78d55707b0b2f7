"""Every command, as its user meets it: what it prints, where, and how it exits."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import ragassist, ragassist_on_terminal

COMMANDS = (
    "add", "sync", "ask", "chat", "search", "related", "export", "bib", "papers", "tags", "show",
    "remove", "duplicates", "merge", "keep-both", "log", "status", "failures", "doctor", "reindex",
    "demo",
)  # fmt: skip
ESCAPE = "\x1b"
README = Path(__file__).parents[2] / "README.md"


def write_papers(path: Path, *papers: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    return path


OWLS = {
    "id": "owls",
    "title": "How owls find mice under snow",
    "authors": ["Ada Strix", "Bo Tyto"],
    "year": 2020,
    "abstract": "Owls hear mice through thirty centimetres of snow. We placed speakers under "
    "snow and recorded which ones owls attacked. Owls attacked the speakers that squeaked.",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_a_runnable_example(command: str) -> None:
    shown = ragassist(command, "--help")
    assert shown.returncode == 0
    assert re.search(rf"Examples?:\n\s+ragassist {command}\b", shown.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"ragassist {command}" in README.read_text("utf-8")


def test_the_overview_names_every_command_and_the_exit_codes() -> None:
    shown = ragassist("--help").stdout
    assert [name for name in COMMANDS if f"\n  {name} " not in shown] == []
    assert "3 the library does not answer" in shown.replace("\n ", "").replace("  ", " ")


def test_without_arguments_the_overview_is_shown_and_nothing_is_done(tmp_path: Path) -> None:
    shown = ragassist(cwd=tmp_path)
    assert "Usage: ragassist" in shown.stdout + shown.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_demo_answers_with_cited_ids_without_network_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    shown = ragassist("demo", cwd=tmp_path, TMPDIR=str(tmp_path))
    assert shown.returncode == 0, shown.stderr
    cited = set(re.findall(r"\[([a-z]+\d{4}[a-z]+)\]", shown.stdout))
    assert len(cited) >= 2
    for paper_id in cited:
        assert f"\n[{paper_id}] " in shown.stdout
    assert list(tmp_path.iterdir()) == []


def test_adding_makes_a_library_here_and_says_so(tmp_path: Path) -> None:
    file = write_papers(tmp_path / "owls.jsonl", OWLS)
    added = ragassist("add", file, cwd=tmp_path)
    assert added.returncode == 0
    assert "made a new library in" in added.stderr
    assert "owls.jsonl (jsonl): 1 record: 1 new paper\n" in added.stdout
    assert (tmp_path / ".ragassist" / "catalog.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_library_is_found_from_a_folder_below(tmp_path: Path) -> None:
    write_papers(tmp_path / "owls.jsonl", OWLS)
    ragassist("add", "owls.jsonl", cwd=tmp_path)
    below = tmp_path / "drafts" / "chapter"
    below.mkdir(parents=True)
    assert ragassist("papers", cwd=below).stdout == "owls\t2020\tHow owls find mice under snow\n"


def test_the_environment_names_a_library_and_the_option_overrules_it(
    made_once: Path, tmp_path: Path
) -> None:
    named = ragassist("status", "--json", cwd=tmp_path, RAGASSIST_LIBRARY=str(made_once))
    assert json.loads(named.stdout)["papers"] == 44
    overruled = ragassist(
        "--library", tmp_path / "no", "status", cwd=tmp_path, RAGASSIST_LIBRARY=str(made_once)
    )
    assert overruled.returncode == 2


def test_adding_again_changes_nothing_and_says_what_was_known(own_copy: Path) -> None:
    sample = Path("ragassist/resources/sample_library.jsonl").resolve()
    again = ragassist("--library", own_copy, "add", sample, "--json")
    report = json.loads(again.stdout)
    assert report["papers_total"] == 44
    assert (report["sources"][0]["unchanged"], report["sources"][0]["new_papers"]) == (44, 0)


def test_a_dry_run_lists_what_would_come_and_touches_nothing(tmp_path: Path) -> None:
    file = write_papers(tmp_path / "owls.jsonl", OWLS, {"note": "no title"})
    before = sorted(tmp_path.iterdir())
    shape = json.loads(ragassist("add", file, "--dry-run", "--json", cwd=tmp_path).stdout)
    assert shape["schema"] == 1
    assert shape["dry_run"] is True
    assert [(p["paper_id"], p["new"]) for p in shape["papers"]] == [("owls", True)]
    assert [(f["line"], f["reason"]) for f in shape["sources"][0]["failures"]] == [
        (2, "neither title nor abstract")
    ]
    assert sorted(tmp_path.iterdir()) == before


def test_a_dry_run_on_a_library_leaves_its_files_as_they_are(own_copy: Path) -> None:
    file = write_papers(own_copy.parent / "owls.jsonl", OWLS)
    before = (own_copy / "catalog.sqlite3").read_bytes()
    shape = json.loads(ragassist("--library", own_copy, "add", file, "--dry-run", "--json").stdout)
    assert shape["papers_total"] == 45
    assert (own_copy / "catalog.sqlite3").read_bytes() == before


def test_one_bad_file_costs_that_file_and_the_exit_code(tmp_path: Path) -> None:
    good = write_papers(tmp_path / "owls.jsonl", OWLS)
    bad = tmp_path / "paper.pdf"
    bad.write_bytes(b"%PDF-1.7\n\x00\x01")
    added = ragassist("--library", tmp_path / "l", "add", good, bad)
    assert added.returncode == 1
    assert "1 record: 1 new paper" in added.stdout
    assert added.stderr.count("error: ") == 1
    assert "is a PDF" in added.stderr


def test_a_path_that_is_not_there_makes_no_library(tmp_path: Path) -> None:
    added = ragassist("add", "nowhere.bib", cwd=tmp_path)
    assert added.returncode == 1
    assert re.fullmatch(r"error: 'nowhere\.bib' is not there[^\n]*\n", added.stderr)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_cites_after_each_sentence_and_lists_the_papers(made_once: Path) -> None:
    asked = ragassist("--library", made_once, "ask", "What does dense passage retrieval improve?")
    assert asked.returncode == 0
    prose, rest = asked.stdout.split("\n\nLedger: ")
    ledger, references = rest.split("\n\nReferences:\n")
    assert re.fullmatch(r"(\d+) claims?: \1 supported", ledger)
    cited = list(dict.fromkeys(re.findall(r"\[([^\]]+)\]", prose)))
    assert "karpukhin2020dense" in cited
    assert re.findall(r"^\[([^\]]+)\]", references, re.MULTILINE) == cited
    assert re.search(r"[.!?] \[[^\]]+\]$", prose)


def test_a_question_needs_no_quotes(made_once: Path) -> None:
    quoted = ragassist("--library", made_once, "ask", "what does dense passage retrieval improve")
    loose = ragassist(
        "--library", made_once, "ask", *"what does dense passage retrieval improve".split()
    )
    assert (loose.returncode, loose.stdout) == (0, quoted.stdout)


def test_a_filter_that_no_paper_passes_is_named(made_once: Path) -> None:
    refused = ragassist("--library", made_once, "ask", "dense retrieval", "--author", "Nobody")
    assert refused.returncode == 3
    assert refused.stdout == "No paper of the library passes the filters: author Nobody.\n"


def test_a_path_that_is_not_there_stops_no_other(tmp_path: Path) -> None:
    good = write_papers(tmp_path / "owls.jsonl", OWLS)
    added = ragassist("--library", tmp_path / "l", "add", "nowhere", good)
    assert added.returncode == 1
    assert "1 record: 1 new paper" in added.stdout
    assert added.stderr.count("error: ") == 1


def test_ask_json_gives_claims_whose_quotes_stand_in_the_abstracts(made_once: Path) -> None:
    asked = ragassist("--library", made_once, "ask", "--json", "What is self-reflective retrieval?")
    shape = json.loads(asked.stdout)
    assert list(shape) == [
        "schema",
        "question",
        "standalone",
        "answer",
        "references",
        "passages",
        "origin",
        "timings",
    ]
    for claim in shape["answer"]["claims"]:
        assert claim["citations"] == [quote["paper_id"] for quote in claim["evidence"]]
        for quote in claim["evidence"]:
            shown = ragassist("--library", made_once, "show", quote["paper_id"], "--json")
            abstract = json.loads(shown.stdout)["paper"]["abstract"]
            assert abstract[quote["start"] : quote["stop"]] == quote["quote"]
            assert claim["text"][1:] == quote["quote"][1:]
    ranks = [passage["rank"] for passage in shape["passages"]]
    assert ranks == list(range(1, len(ranks) + 1))
    scores = [passage["score"] for passage in shape["passages"]]
    assert scores == sorted(scores, reverse=True)


def test_a_question_the_library_does_not_answer_exits_3_and_names_the_nearest(
    made_once: Path,
) -> None:
    plain = ragassist("--library", made_once, "ask", "best pizza in Naples")
    assert plain.returncode == 3
    assert plain.stdout.startswith("No abstract in the library answers this.")
    declined = ragassist("--library", made_once, "ask", "best pizza in Naples", "--json")
    shape = json.loads(declined.stdout)
    assert declined.returncode == 3
    assert "answer" not in shape
    assert shape["declined"]["nearest"] == [paper["paper_id"] for paper in shape["references"]]


def test_a_filter_of_years_says_how_many_papers_have_none(tmp_path: Path) -> None:
    undated = {key: value for key, value in OWLS.items() if key != "year"} | {"id": "undated"}
    file = write_papers(tmp_path / "owls.jsonl", OWLS, {**undated, "title": "Owls in the snow"})
    ragassist("--library", tmp_path / "l", "add", file)
    asked = ragassist("--library", tmp_path / "l", "search", "owls", "--year", "2020..")

    assert "left out by the filter of years: 1 paper that states none" in asked.stderr


def test_standard_output_that_is_closed_is_no_traceback(made_once: Path) -> None:
    command = f"{sys.executable} -m ragassist --library {made_once} ask dense retrieval >&-"
    asked = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False
    )

    assert "Traceback" not in asked.stderr


def test_filters_narrow_what_is_found(made_once: Path) -> None:
    found = ragassist(
        "--library", made_once, "search", "retrieval", "--year", "..2020", "--author", "lewis",
        "--json",
    )  # fmt: skip
    passages = json.loads(found.stdout)["passages"]
    # Patrick Lewis is an author of both.
    assert {p["paper_id"] for p in passages} == {"lewis2020retrieval", "karpukhin2020dense"}


@pytest.mark.parametrize("years", ["20", "2024..2020", "..", "last year", "2020-2022"])
def test_years_that_make_no_range_are_refused(made_once: Path, years: str) -> None:
    refused = ragassist("--library", made_once, "papers", "--year", years)
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"error: --year {years!r}")


def test_papers_json_has_the_documented_shape(made_once: Path) -> None:
    shape = json.loads(ragassist("--library", made_once, "papers", "--json").stdout)
    assert (shape["schema"], len(shape["papers"])) == (1, 44)
    first = shape["papers"][0]
    assert set(first) == {
        "paper_id", "title", "authors", "authors_truncated", "affiliations", "year", "date",
        "venue", "doi", "arxiv_id", "pmid", "url", "categories", "keywords", "tags", "kind",
        "retracted", "extra", "title_only", "aliases", "provenance",
    }  # fmt: skip
    assert first["paper_id"] == min(paper["paper_id"] for paper in shape["papers"])
    assert set(first["provenance"][0]) == {"source", "reader", "line", "key"}


def test_an_unknown_paper_is_refused_with_a_near_one(made_once: Path) -> None:
    shown = ragassist("--library", made_once, "show", "lewis2020retrieve")
    assert shown.returncode == 2
    assert "did you mean lewis2020retrieval?" in shown.stderr


def test_removing_forgets_the_paper_and_adding_brings_it_back(own_copy: Path) -> None:
    removed = ragassist("--library", own_copy, "remove", "lewis2020retrieval", "--yes")
    assert removed.stdout == "removed lewis2020retrieval\n"
    assert ragassist("--library", own_copy, "show", "lewis2020retrieval").returncode == 2
    sample = Path("ragassist/resources/sample_library.jsonl").resolve()
    ragassist("--library", own_copy, "add", sample)
    assert ragassist("--library", own_copy, "show", "lewis2020retrieval").returncode == 0


def test_removing_several_with_one_unknown_removes_none(own_copy: Path) -> None:
    refused = ragassist("--library", own_copy, "remove", "lewis2020retrieval", "nobody1999x", "-y")
    assert refused.returncode == 2
    assert ragassist("--library", own_copy, "show", "lewis2020retrieval").returncode == 0


def test_removing_on_a_terminal_asks_first(own_copy: Path) -> None:
    code, shown = ragassist_on_terminal(
        "--library", own_copy, "remove", "lewis2020retrieval", columns=80, typed="n\n"
    )
    assert code == 1
    assert "Remove? [y/N]" in shown
    assert ragassist("--library", own_copy, "show", "lewis2020retrieval").returncode == 0


def test_doctor_reads_every_vector_back(made_once: Path) -> None:
    examined = ragassist("--library", made_once, "doctor", "--json")
    shape = json.loads(examined.stdout)
    assert examined.returncode == 0
    assert shape["ok"] is True
    says = {check["name"]: check["says"] for check in shape["checks"]}
    assert re.fullmatch(r"\d+ vectors of builtin-[0-9a-f]{12} read back, right", says["index"])
    assert says["catalog"] == "44 papers, intact"
    assert "no text leaves this machine" in says["privacy"]


def test_doctor_finds_a_damaged_index_and_reindex_mends_it(own_copy: Path) -> None:
    damaged = next((own_copy / "chroma").glob("g*/*/data_level0.bin"))
    damaged.write_bytes(bytes(len(damaged.read_bytes())))
    found = ragassist("--library", own_copy, "doctor")
    assert found.returncode == 1
    assert "run `ragassist reindex`" in found.stdout or "`ragassist reindex` makes" in found.stdout
    assert ragassist("--library", own_copy, "reindex").returncode == 0
    assert ragassist("--library", own_copy, "doctor").returncode == 0


def test_a_deleted_index_is_made_anew_by_the_next_question(own_copy: Path) -> None:
    import shutil

    shutil.rmtree(own_copy / "chroma")
    asked = ragassist("--library", own_copy, "ask", "What does dense passage retrieval improve?")
    assert asked.returncode == 0
    assert "karpukhin2020dense" in asked.stdout
    assert ragassist("--library", own_copy, "doctor").returncode == 0


def test_another_embedder_than_the_librarys_is_refused(own_copy: Path, tmp_path: Path) -> None:
    file = write_papers(tmp_path / "owls.jsonl", OWLS)
    refused = ragassist("--library", own_copy, "add", file, "--embedder", "minilm")
    assert refused.returncode == 2
    assert "ragassist reindex --embedder minilm" in refused.stderr


def test_output_goes_through_a_closed_pipe_without_a_traceback(made_once: Path) -> None:
    command = f"{sys.executable} -m ragassist --library {made_once} papers --json | head -c 1"
    piped = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False
    )
    assert (piped.stdout, piped.stderr) == ("{", "")


def test_sixty_columns_are_enough(made_once: Path) -> None:
    question = "What does dense passage retrieval improve?"
    code, shown = ragassist_on_terminal("--library", made_once, "ask", question, columns=60)
    assert code == 0
    escapes = r"\x1b(?:\[[0-9;?]*[A-Za-z]|\]8;[^\x1b]*\x1b\\)"
    lines = re.sub(escapes, "", shown).split("\r\n")
    assert max(map(len, lines)) <= 60
    assert len(lines) > 5


def test_no_color_leaves_no_escape_on_a_terminal(made_once: Path) -> None:
    _, shown = ragassist_on_terminal(
        "--library", made_once, "search", "retrieval", columns=80, NO_COLOR="1"
    )
    assert ESCAPE not in shown


def test_a_c_locale_shows_accents_and_no_traceback(made_once: Path) -> None:
    shown = ragassist(
        "--library", made_once, "show", "lewis2020retrieval",
        LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii",
    )  # fmt: skip
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Heinrich Küttler" in shown.stdout


def test_escapes_in_a_title_never_reach_the_terminal(tmp_path: Path) -> None:
    evil = {**OWLS, "title": "Owls \x1b]0;owned\x07 find \x1b[31mmice\x1b[0m\x9b2J\u202e"}
    file = write_papers(tmp_path / "evil.jsonl", evil)
    library = tmp_path / "library"
    shown = ragassist("--library", library, "add", file, "--dry-run", "--verbose").stdout
    ragassist("--library", library, "add", file)
    for command in (["papers"], ["show", "owls"], ["ask", "how do owls find mice?"]):
        shown += ragassist("--library", library, *command).stdout
    assert "Owls find mice" in shown
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def test_without_a_library_the_line_says_how_to_make_one(tmp_path: Path) -> None:
    asked = ragassist("ask", "anything?", cwd=tmp_path, HOME=str(tmp_path))
    assert asked.returncode == 2
    assert asked.stderr.startswith("error: no .ragassist/ here or in a folder above")
    assert asked.stderr.count("\n") == 1


def test_a_setting_that_is_not_understood_is_named(tmp_path: Path) -> None:
    refused = ragassist("status", cwd=tmp_path, RAGASSIST_LOCK_WAIT_S="soon")
    assert refused.returncode == 2
    assert "RAGASSIST_LOCK_WAIT_S='soon'" in refused.stderr


@pytest.mark.parametrize("question", ["", "   ", "???", "\x1b[2J"])
def test_a_question_without_a_word_is_refused(made_once: Path, question: str) -> None:
    refused = ragassist("--library", made_once, "ask", question)
    assert refused.returncode == 2
    assert "no word to search for" in refused.stderr
