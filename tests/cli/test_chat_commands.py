"""The /commands of the chat."""

import json
import re
from pathlib import Path

import pytest

from ragassist.cli.chatting.conditions import as_typed, changed
from ragassist.errors import UsageError
from ragassist.library import Library
from ragassist.types import Filters
from tests.chat_server import USAGE, ChatServer, Reply, quotes_first
from tests.cli.chatting import LEDGER, QUESTION, chat, log_of, piped
from tests.cli.terminal import ragassist

SAID = "Dense Passage Retrieval, known as DPR, replaces term matching"


def outputs(stdout: str) -> list[str]:
    """What each line of a pipe was answered with."""
    return re.split(r"^> .*\n", stdout, flags=re.MULTILINE)[1:]


def test_the_commands_say_what_they_need(made_once: Path) -> None:
    lines = "/why 1\n/sources\n/retry\n/related\n/export a.md\n/show\n/why\n/show nobody1999\n"
    asked = piped(made_once, lines, "--no-log")

    assert asked.returncode == 1
    assert asked.stderr.splitlines()[1:] == [
        "error: there is no answer to look into yet",
        "error: nothing was asked yet",
        "error: nothing was asked yet",
        "error: /related needs a topic, or a question before it",
        "error: nothing was asked yet: there is nothing to export",
        "error: /show needs ID: all that is known of a paper, or of reference N",
        "error: there is no answer to look into yet",
        "error: no paper 'nobody1999' in this library: `ragassist papers` lists what is there",
    ]


def test_a_command_that_is_not_known_is_told_what_may_be_meant(made_once: Path) -> None:
    asked = piped(made_once, "/relatd\n/s\n/dance\n/Help\n", "--no-log")

    assert "error: /relatd is not known: did you mean /related?\n" in asked.stderr
    assert "error: /s is not known: did you mean /sources or /show?\n" in asked.stderr
    assert "error: /dance is not known: /help lists what is\n" in asked.stderr
    assert "/quit               leave (or Ctrl-D)" in asked.stdout


def test_why_shows_the_evidence_of_a_sentence(made_once: Path) -> None:
    asked = piped(made_once, f"{QUESTION}\n/why 1\n/why 9\n", "--no-log")
    why = outputs(asked.stdout)[1]

    assert f"1. supported: {SAID}" in why
    assert re.search(r"\[karpukhin2020dense\] “Dense .*”\n$", why)
    said = "error: no sentence 9: the last answer has 1 to 4, /why alone lists them\n"
    assert asked.stderr.endswith(said)


def test_why_alone_lists_the_sentences_with_their_numbers_and_verdicts_but_no_heading(
    own_copy: Path,
) -> None:
    text = "## On BM25\n\nBM25 is a robust baseline [P1].\n\nRain falls upwards in most years [P1]."
    with ChatServer([Reply(text=text)]) as server:
        lines = "Can dense retrieval beat BM25?\n/why\n/why 2\n"
        asked = piped(own_copy, lines, **server.environment)

    _, all_of_them, second = outputs(asked.stdout)
    first, flagged, _ = all_of_them.splitlines()
    assert first == "1. supported: BM25 is a robust baseline."
    assert flagged.startswith("2. unsupported (")
    assert flagged.endswith("): Rain falls upwards in most years.")
    assert "[thakur2021beir] nearest sentence: “" in second


def test_show_takes_the_number_of_a_reference(made_once: Path) -> None:
    asked = piped(made_once, f"{QUESTION}\n/show 2\n/show 9\n", "--no-log")

    assert outputs(asked.stdout)[1].startswith("id:           gao2023precise\n")
    assert "error: no paper '9' in this library" in asked.stderr


def test_the_last_answer_is_shown_again_without_references_where_they_are_off(
    made_once: Path,
) -> None:
    asked = piped(made_once, f"{QUESTION}\n/last\n/refs off\n/last\n", "--no-log")

    first, again, off, without = outputs(asked.stdout)
    assert again == first
    assert off == "references off: /sources lists them\n"
    assert without == first.partition("\nReferences:")[0] + "\n"


def test_the_form_and_the_length_of_answers_can_be_changed_in_the_chat(made_once: Path) -> None:
    lines = (
        f"/as list\n/words 30\n{QUESTION}\n/words off\n/as Prose\n{QUESTION}\n/as poem\n/words x\n"
    )
    asked = piped(made_once, lines, "--no-log")

    form, length, listed, unlimited, prose, plain = outputs(asked.stdout)[:6]
    assert (form, length) == ("answers as list\n", "at most 30 words an answer\n")
    assert listed.startswith("1. ")
    assert "[cut off here: " in listed
    assert (unlimited, prose) == ("answers as long as it takes\n", "answers as prose\n")
    assert "[cut off here: " not in plain
    assert asked.stderr.splitlines()[-2:] == [
        "error: /as 'poem' is no form of an answer: prose, bullets, list, table",
        "error: /words 'x' is no number of words, and not off",
    ]


def test_show_takes_a_paper_id_in_brackets(made_once: Path) -> None:
    (shown,) = outputs(piped(made_once, "/show [karpukhin2020dense]\n").stdout)

    assert shown.startswith("id:           karpukhin2020dense\n")


def test_filters_hold_for_papers_and_questions_until_they_are_off(made_once: Path) -> None:
    lines = (
        "/filter year:2021..2022 author:Izacard\n/papers\n"
        f"{QUESTION}\n/filter year:\n/filter off\n/papers 2\n"
    )
    filtered, papers, answer, wider, off, first = outputs(
        piped(made_once, lines, "--no-log").stdout
    )

    assert filtered == "year:2021..2022 author:Izacard: 2 papers\n"
    assert [line.split("\t")[0] for line in papers.splitlines()] == [
        "2 papers with year:2021..2022 author:Izacard:",
        "izacard2021leveraging",
        "izacard2022unsupervised",
    ]
    assert "karpukhin2020dense" not in answer
    assert wider == "author:Izacard: 2 papers\n"
    assert off == "no filter: 44 papers\n"
    assert first.splitlines()[:-2] == ["44 papers, the first 2:"]


def test_a_condition_that_is_replaced_is_said_and_one_is_taken_away_by_its_name(
    made_once: Path,
) -> None:
    lines = "/filter author:Izacard\n/filter author:Lewis year:2020..\n/filter -author\n"
    first, second, third = outputs(piped(made_once, lines, "--no-log").stdout)

    assert first == "author:Izacard: 2 papers\n"
    assert second == "year:2020.. author:Lewis (was author:Izacard): 3 papers\n"
    assert third == "year:2020..: 42 papers\n"


def test_a_filter_that_no_paper_passes_is_not_taken(made_once: Path) -> None:
    lines = "/filter author:Karpukhin\n/filter author:Kapukhin\n/filter year:1800\n/filter\n"
    asked = piped(made_once, lines, "--no-log")

    misspelt, too_early = asked.stderr.splitlines()[-2:]
    assert misspelt.startswith("error: no paper has an author 'Kapukhin': did you mean 'Karpukhin'")
    assert misspelt.endswith("; the filter is left as it was")
    assert too_early == (
        "error: no paper passes year:1800 author:Karpukhin; the filter is left as it was"
    )
    assert outputs(asked.stdout)[3] == "author:Karpukhin: 2 papers\n"


def test_papers_without_a_year_that_a_filter_of_years_leaves_out_are_counted(
    tmp_path: Path,
) -> None:
    papers: list[dict[str, object]] = [
        {"_id": "old", "title": "Owls", "year": 2020},
        {"_id": "new", "title": "Undated owls"},
    ]
    lines = "\n".join(json.dumps({**paper, "abstract": "Owls hear mice."}) for paper in papers)
    (tmp_path / "refs.jsonl").write_text(lines, "utf-8")
    with Library.open(tmp_path / "library") as library:
        library.add(tmp_path / "refs.jsonl")
    (said,) = outputs(piped(tmp_path / "library", "/filter year:2000..\n").stdout)

    assert said == "year:2000..: 1 paper\n1 paper that states no year left out\n"


def test_conditions_replace_those_of_the_same_name() -> None:
    filters = changed(Filters(), "year:2022.. author:Qin author:Yujia Qin tag:to read")

    assert filters == Filters(year_from=2022, authors=("Qin", "Yujia Qin"), tags=("to read",))
    assert changed(filters, "author:Liu year:2020").authors == ("Liu",)
    assert changed(filters, "-author -year:") == Filters(tags=("to read",))
    assert changed(filters, "author: year:") == Filters(tags=("to read",))
    assert changed(filters, "OFF") == Filters()


def test_filters_are_shown_as_they_are_typed() -> None:
    for typed in ("year:2020", "year:..2020 author:Yujia Qin category:CL", "source:a.bib tag:x y"):
        assert as_typed(changed(Filters(), typed)) == typed.replace(
            "source:a.bib tag:x y", "tag:x y source:a.bib"
        )


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("yaer:2020", "'yaer:2020' is no condition: did you mean year:…?"),
        ("2023", "'2023' is no condition: did you mean year:2023?"),
        ("-author:Qin", "-author takes all of them away: name those that stay, author:…"),
        ("Qin", "'Qin' is no condition: there are year:2022.. author:Qin"),
        ("author:Qin autor:Liu", "'autor:Liu' is no condition: did you mean author:…?"),
        ("year:20", "year:'20' is not understood: 2023, 2022..2024, 2022.. or ..2020"),
        ("year:2020 year:2021", "there is one range of years"),
    ],
)
def test_a_condition_that_is_not_understood_is_said(typed: str, says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        changed(Filters(), typed)


def test_related_work_is_written_about_the_last_question_and_can_be_looked_into(
    made_once: Path,
) -> None:
    lines = f"{QUESTION}\n/related\n/sources\n/why 1\n/related tool learning\n"
    _, related, sources, why, other = outputs(piped(made_once, lines, "--no-log").stdout)

    assert re.search(LEDGER, related)
    assert related.endswith(f"References:\n{sources}\n")
    assert "1. supported: " in why
    assert "schick2023toolformer" in other


def test_retry_asks_the_model_anew_what_it_was_asked(own_copy: Path) -> None:
    with ChatServer(quotes_first) as server:
        asked = piped(own_copy, f"{QUESTION}\n/retry\n/cost\n", **server.environment)
        calls = len(server.requests)

    first, again, cost = outputs(asked.stdout)
    assert again == first
    assert f"again: {QUESTION}" in asked.stderr
    read, written = (f"{calls * count:,}" for count in USAGE)
    assert f"{calls} calls, {read} tokens read, {written} written, price not known" in cost
    assert calls % 2 == 0
    assert [one["question"] for one in log_of(own_copy)] == [QUESTION, QUESTION]


def test_a_new_conversation_leans_on_nothing(own_copy: Path) -> None:
    asked = piped(own_copy, f"{QUESTION}\n/new\nand what about its limits?\n")

    assert "searching for" not in asked.stderr
    first, second = log_of(own_copy)
    assert second["conversation"] == second["number"] != first["conversation"]


def test_a_conversation_is_exported_in_each_format(made_once: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"talk.{suffix}" for suffix in ("md", "tex", "bib", "json")]
    lines = [QUESTION, "best pizza in Naples", *(f"/export {file}" for file in files)]
    asked = piped(made_once, "\n".join(lines), "--no-log")
    markdown, latex, bibtex, as_json = (file.read_text("utf-8") for file in files)

    assert asked.returncode == 0
    assert f"{files[0]}: 2 exchanges, 2 papers cited" in asked.stderr
    assert markdown.startswith(f"## {QUESTION}\n\n{SAID}")
    assert "[@karpukhin2020dense]." in markdown
    assert "## best pizza in Naples\n\nNo abstract in the library answers this.\n" in markdown
    assert re.findall("^- `(.*?)`", markdown, re.MULTILINE) == re.findall(
        r"^\\bibitem\[.*\]\{(.*)\}$", latex, re.MULTILINE
    )
    assert latex.endswith("\\end{thebibliography}\n\\end{document}\n")
    assert "\\citep{karpukhin2020dense}" in latex
    assert re.findall(r"^@\w+\{(.*),$", bibtex, re.MULTILINE) == [
        "gao2023precise",
        "karpukhin2020dense",
    ]
    shape = json.loads(as_json)
    assert shape["schema"] == 1
    assert [one["kind"] for one in shape["exchanges"]] == ["answer", "declined"]
    assert shape["exchanges"][0]["claims"][0]["citations"] == ["karpukhin2020dense"]


def test_a_conversation_that_was_resumed_is_exported_with_what_was_said_before(
    own_copy: Path, tmp_path: Path
) -> None:
    piped(own_copy, f"{QUESTION}\n/export {tmp_path / 'before.md'}\n")
    piped(own_copy, f"/export {tmp_path / 'after.md'}\n", "--continue")

    assert (tmp_path / "after.md").read_bytes() == (tmp_path / "before.md").read_bytes()


def test_what_a_model_made_bold_is_bold_in_the_exports(own_copy: Path, tmp_path: Path) -> None:
    reply = Reply(text="BM25 is a **robust baseline** & costs little [P1].")
    with ChatServer([reply]) as server:
        lines = f"What is BM25?\n/export {tmp_path / 'a.md'}\n/export {tmp_path / 'a.tex'}\n"
        piped(own_copy, lines, **server.environment)

    assert "a **robust baseline**" in (tmp_path / "a.md").read_text("utf-8")
    assert "a \\textbf{robust baseline} \\& costs" in (tmp_path / "a.tex").read_text("utf-8")


def test_a_file_that_is_there_is_overwritten_only_where_that_is_asked_for(
    own_copy: Path, tmp_path: Path
) -> None:
    mine, other = tmp_path / "mine.md", tmp_path / "other.md"
    mine.write_text("my own words")
    other.write_text("more of them")
    refused = piped(own_copy, f"{QUESTION}\n/export {mine}\n")
    kept = mine.read_text()
    forced = piped(own_copy, f"/export! {mine}\n/export {other} --force\n", "--continue")

    assert refused.stderr.endswith(
        f"error: '{mine}' is there and may be your own work: `/export! {mine}` overwrites it\n"
    )
    assert kept == "my own words"
    assert forced.returncode == 0
    assert mine.read_text("utf-8").startswith(f"## {QUESTION}")
    assert other.read_bytes() == mine.read_bytes()


def test_an_export_says_who_answered_when_from_which_papers_and_with_which_ledger(
    made_once: Path, tmp_path: Path
) -> None:
    files = [tmp_path / "talk.md", tmp_path / "talk.tex"]
    exports = "\n".join(f"/export {file}" for file in files)
    piped(made_once, f"/filter author:Karpukhin\n{QUESTION}\n{exports}\n", "--no-log")
    markdown, latex = (file.read_text("utf-8") for file in files)

    said = r"Answered by extractive on \d{4}-\d\d-\d\d, from the papers with author:Karpukhin\. "
    said += r"Ledger: \d claims: \d supported\."
    assert re.search(rf"^\*{said}\*$", markdown, re.MULTILINE)
    assert re.search(f"^% {said}$", latex, re.MULTILINE)


def test_a_name_without_a_known_ending_is_no_export(made_once: Path, tmp_path: Path) -> None:
    asked = piped(made_once, f"{QUESTION}\n/export {tmp_path / 'talk.doc'}\n", "--no-log")

    assert "error: 'talk.doc' says no format: it ends in .md, .tex, .bib, .json\n" in asked.stderr
    assert list(tmp_path.iterdir()) == []


def test_titles_cannot_steer_the_terminal_or_be_read_as_markup(tmp_path: Path) -> None:
    paper = {
        "_id": "evil2020",
        "title": "[bold red]Owls[/] \x1b[31mhear\x1b]8;;http://evil.example\x1b\\ mice",
        "abstract": "Owls [bold]hear[/bold] mice\x1b[2J under **deep** snow, says \x07 :smile:.",
        "url": "https://owls.example/\x1b[31m",
    }
    (tmp_path / "refs.jsonl").write_text(json.dumps(paper), "utf-8")
    with Library.open(tmp_path / "library") as library:
        library.add(tmp_path / "refs.jsonl")
    with chat(tmp_path / "library") as screen:
        screen.type("What do owls hear under snow?")
        shown = screen.see("References:")
        screen.ready()
        screen.type("/show evil2020")
        screen.see("abstract|Owls .bold.hear")

    assert "Owls [bold]hear[/bold] mice under **deep** snow, says :smile:." in shown
    after = screen.raw.split("References:")[1]
    assert "\x1b[31m" not in after
    assert "\x1b[2J" not in screen.raw
    assert "evil.example" not in re.sub(r"/show.*", "", after)


def test_asking_for_log_numbers_goes_on_with_what_ask_was_told(own_copy: Path) -> None:
    ragassist("--library", own_copy, "ask", QUESTION)
    asked = piped(own_copy, "/sources\n", "--continue")

    assert "[karpukhin2020dense] Vladimir" in asked.stdout


def test_cost_counts_what_a_question_took_that_failed(own_copy: Path) -> None:
    script = iter([quotes_first, quotes_first, *[lambda _: Reply(reset_after=0)] * 9])
    asked = "Can dense retrieval beat BM25?\nand its limits?\n/cost\n"
    with ChatServer(lambda messages: next(script)(messages)) as server:
        said = piped(own_copy, asked, "--no-log", **server.environment)

    assert re.search(r"this chat: +(\d+) calls", said.stdout)
    (calls,) = re.findall(r"this chat: +(\d+) calls", said.stdout)
    assert int(calls) >= 3
