import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ragassist.cli.app import app
from ragassist.errors import LibraryNotFound, UnknownPaper, UsageError
from ragassist.library import Library
from tests.bibliographies.readers import read_bibtex, read_ris
from tests.cli.terminal import ragassist

QUESTION = "What does dense passage retrieval improve?"
TWO = ["karpukhin2020dense", "lewis2020retrieval"]


def invoked(library: Path, *arguments: str | Path) -> Result:
    """Run in this process, which saves its start; an error is the result's `exception`."""
    return CliRunner().invoke(app, ["--library", str(library), *map(str, arguments)])


def cited(library: Path) -> list[str]:
    """What the latest answer cites, in order."""
    (exchange,) = json.loads(invoked(library, "log", "-n", "1", "--json").stdout)["exchanges"]
    marks = [mark["paper_id"] for claim in exchange["kept"]["claims"] for mark in claim["marks"]]
    return list(dict.fromkeys(marks))


def test_all_papers_come_out_by_their_ids(made_once: Path) -> None:
    ran = ragassist("--library", made_once, "export")
    assert (ran.returncode, ran.stderr) == (0, "")
    with Library.open(made_once) as library:
        papers = {paper.paper_id: paper for paper in library.papers()}
    entries = read_bibtex(ran.stdout)
    assert list(entries) == list(papers)
    assert [entry.fields.get("year") for entry in entries.values()] == [
        str(paper.year) for paper in papers.values()
    ]


def test_papers_are_named_in_the_order_wanted_each_once(made_once: Path) -> None:
    ran = invoked(made_once, "export", TWO[1], TWO[0], TWO[1], "--format", "csl-json")
    assert [item["id"] for item in json.loads(ran.stdout)] == [TWO[1], TWO[0]]


def test_filters_choose_and_say_when_nothing_passes(made_once: Path) -> None:
    ran = invoked(made_once, "export", "--year", "2020", "--format", "csv")
    years = [row["year"] for row in csv.DictReader(ran.stdout.splitlines())]
    assert years
    assert set(years) == {"2020"}
    none = invoked(made_once, "export", "--year", "1901", "--format", "csl-json")
    assert none.exit_code == 3
    assert none.stdout == ""
    assert none.stderr == (
        "no paper of the library passes the filters: from year 1901, to year 1901\n"
    )


def test_no_file_is_written_where_no_paper_passes(made_once: Path, tmp_path: Path) -> None:
    out = tmp_path / "none.bib"
    assert invoked(made_once, "export", "--year", "1901", "--out", out).exit_code == 3
    assert not out.exists()


def test_a_file_decides_the_format_and_is_told_of(made_once: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.RIS"
    ran = invoked(made_once, "export", *TWO, "--out", out)
    assert ran.stdout == ""
    assert ran.stderr == f"{out}: 2 papers\n"
    records = read_ris(out.read_bytes().decode())
    assert [dict(record)["ID"] for record in records] == TWO
    again = invoked(made_once, "export", TWO[0], "--out", out, "--force", "--format", "biblatex")
    assert again.stderr == f"{out}: 1 paper\n"
    assert list(read_bibtex(out.read_text("utf-8"))) == TWO[:1]


def test_what_comes_out_can_be_added_again(made_once: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    assert invoked(made_once, "export", "--out", out).exit_code == 0
    with Library.open(tmp_path / "again") as again, Library.open(made_once) as library:
        again.add(out)
        for paper, read in zip(library.papers(), again.papers(), strict=True):
            assert (read.paper_id, read.title, read.abstract, read.authors, read.year) == (
                paper.paper_id, paper.title, paper.abstract, paper.authors, paper.year,
            )  # fmt: skip


def test_letters_and_line_endings_are_the_same_in_every_locale(made_once: Path) -> None:
    environment = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    ran = ragassist("--library", made_once, "export", "--format", "jsonl", **environment)
    assert not ran.stdout.isascii()
    assert ran.stdout == invoked(made_once, "export", "--format", "jsonl").stdout


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (["export", "nobody1999"], UnknownPaper, "no paper 'nobody1999'"),
        (["export", TWO[0], "nobody1999", "--out", "new.bib"], UnknownPaper, "'nobody1999'"),
        (["export", TWO[0], "--year", "2020"], UsageError, "named or filtered, not both"),
        (["export", "--out", "mine.bib"], UsageError, "may be your own work"),
        (["export", "--out", "gone/new.bib"], UsageError, "there is no folder 'gone'"),
        (["export", "--out", "new.tsv"], UsageError, "'new.tsv' says no format"),
        (["bib", "4711"], UsageError, "no exchange 4711 in the log"),
        (["bib", "--out", "mine.bib"], UsageError, "may be your own work"),
    ],
)
def test_a_wrong_call_writes_nothing(
    made_once: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    error: type[Exception],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.bib").write_text("@misc{mine}\n")
    ran = invoked(made_once, *arguments)
    assert isinstance(ran.exception, error)
    assert says in str(ran.exception)
    assert ran.stdout == ""
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("mine.bib", "@misc{mine}\n")
    ]


def test_an_unknown_format_is_a_mistake_of_usage(made_once: Path) -> None:
    ran = invoked(made_once, "export", "--format", "endnote")
    assert ran.exit_code == 2
    assert "'biblatex'" in ran.stderr


def test_without_a_library_none_is_made(tmp_path: Path) -> None:
    ran = invoked(tmp_path / "none", "export")
    assert isinstance(ran.exception, LibraryNotFound)
    assert not (tmp_path / "none").exists()


def test_the_latest_answer_has_a_bibliography_of_what_it_cites(own_copy: Path) -> None:
    assert isinstance(invoked(own_copy, "bib").exception, UsageError)
    invoked(own_copy, "ask", QUESTION)
    ran = invoked(own_copy, "bib")
    assert ran.exit_code == 0
    assert list(read_bibtex(ran.stdout)) == cited(own_copy)
    assert ran.stderr == ""


def test_several_answers_have_one_bibliography(own_copy: Path, tmp_path: Path) -> None:
    invoked(own_copy, "ask", QUESTION)
    first = cited(own_copy)
    invoked(own_copy, "ask", "How does chain-of-thought prompting help reasoning?")
    second = cited(own_copy)
    ran = invoked(own_copy, "bib", "2", "1", "2", "--out", tmp_path / "refs.json")
    items = json.loads((tmp_path / "refs.json").read_text("utf-8"))
    assert [item["id"] for item in items] == list(dict.fromkeys([*second, *first]))
    assert ran.exit_code == 0


def test_a_declined_question_cites_nothing(own_copy: Path, tmp_path: Path) -> None:
    invoked(own_copy, "ask", "best pizza in Naples")
    ran = invoked(own_copy, "bib", "--out", tmp_path / "refs.bib")
    assert ran.exit_code == 3
    assert ran.stderr == "exchange 1 was declined: it cites nothing\n"
    assert ran.stdout == ""
    assert not (tmp_path / "refs.bib").exists()
    invoked(own_copy, "ask", QUESTION)
    both = invoked(own_copy, "bib", "1", "2")
    assert both.exit_code == 0
    assert list(read_bibtex(both.stdout)) == cited(own_copy)


def test_a_paper_that_was_removed_is_said_and_left_out(own_copy: Path) -> None:
    invoked(own_copy, "ask", QUESTION)
    gone, *left = cited(own_copy)
    invoked(own_copy, "remove", gone, "--yes")
    ran = invoked(own_copy, "bib")
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"left out: no paper '{gone}' in this library")
    assert list(read_bibtex(ran.stdout)) == left


def test_a_paper_that_has_another_id_now_is_found_by_the_old_one(
    own_copy: Path, tmp_path: Path
) -> None:
    invoked(own_copy, "ask", QUESTION)
    old, *others = cited(own_copy)
    with Library.open(own_copy) as library:
        paper = library.paper(old)
    source = tmp_path / "renamed.bib"
    authors = " and ".join(paper.authors)
    source.write_text(
        f"@article{{a-new-key, title={{{paper.title}}}, author={{{authors}}}, year={paper.year}}}",
        "utf-8",
    )
    assert invoked(own_copy, "add", source).exit_code == 0
    ran = invoked(own_copy, "bib")
    assert ran.exit_code == 0
    assert list(read_bibtex(ran.stdout)) == ["a-new-key", *others]
    assert ran.stderr == f"{old} has the key a-new-key now\n"


OWLS = "@article{smith2020, title={How owls find mice under snow}, author={Smith, Ada}, year=2020, \
abstract={Owls hear mice under snow. They find mice by hearing alone.}}"
BATS = "@article{smith2020, title={Deep sonar of horseshoe bats}, author={Smith, Bo}, year=2020}"


def test_a_namesake_does_not_take_an_old_answers_place(tmp_path: Path) -> None:
    library = tmp_path / "library"
    for name, entry in (("a.bib", OWLS), ("b.bib", BATS)):
        (tmp_path / name).write_text(entry, "utf-8")
    invoked(library, "add", tmp_path / "a.bib")
    invoked(library, "ask", "How do owls find mice under snow?")
    assert cited(library) == ["smith2020"]
    added = invoked(library, "add", tmp_path / "b.bib")
    with Library.open(library) as opened:
        ids = {paper.authors: paper.paper_id for paper in opened.papers()}
    owls, bats = ids["Smith, Ada",], ids["Smith, Bo",]
    assert added.stderr.splitlines() == [
        f"note: smith2020 is now called {owls} (another paper has that key)",
        f"note: 'smith2020' of b.bib is {bats} here (another paper has that key)",
    ]
    ran = invoked(library, "bib")
    assert (list(read_bibtex(ran.stdout)), ran.exit_code) == ([owls], 0)
    assert ran.stderr == f"smith2020 has the key {owls} now\n"
    shown = invoked(library, "log", "1").stderr
    assert shown == f"note: smith2020 in it is called {owls} now\n"

    removed = invoked(library, "remove", owls, "--yes")
    assert f"note: {bats} is now called smith2020" in removed.stderr
    ran = invoked(library, "bib")
    assert (ran.stdout, ran.exit_code) == ("", 1)
    assert ran.stderr == (
        "left out: no paper 'smith2020' in this library any more: it was 'How owls find mice "
        "under snow', and that is the key of another paper now\n"
    )


def test_memory_stays_flat_whatever_the_library_holds() -> None:
    from ragassist.bibliographies.formats import WRITERS
    from ragassist.types import Paper

    for write in WRITERS.values():
        drawn = 0

        def papers() -> Iterator[Paper]:
            nonlocal drawn
            for number in range(1000):
                drawn += 1
                yield Paper(paper_id=f"p{number}", title="T")

        pieces = write(papers())
        for _ in range(3):
            next(pieces)
        assert drawn <= 3
