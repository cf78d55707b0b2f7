"""What is told of files and papers while a library grows: in this process, which saves starts."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ragassist.cli.app import app
from ragassist.errors import UnknownPaper

OWLS = """@article{owls, author = {Smith, Ada and O'Neill, Brian}, year = 2020,
  title = {Retracted: Owls hear mice under snow}, keywords = {birds},
  abstract = {Owls hear mice under deep snow by their ears.}}
"""
BATS = "@article{bats, title = {Bats hear moths at night}, author = {Lund, Ida}, year = 2021}\n"
EULEN = """@article{eulen, title = {Eulen hören die Mäuse unter dem Schnee},
  abstract = {Wir zeigen, dass die Eulen die Mäuse unter dem Schnee hören können und dass sie in
  der Nacht auf die Jagd gehen, wenn es dunkel ist.}}
"""
RIS = "TY  - JOUR\nTI  - Bats fly\nER  - \n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "refs.bib").write_text(OWLS + BATS, "utf-8")
    return tmp_path


def invoked(folder: Path, *arguments: str | Path) -> Result:
    named = ["--library", str(folder / "library"), *map(str, arguments)]
    return CliRunner().invoke(app, named)


def test_retracted_papers_are_listed_alone(folder: Path) -> None:
    invoked(folder, "add", folder / "refs.bib")
    listed = invoked(folder, "papers", "--retracted")
    assert listed.stdout == "owls\t2020\tRetracted: Owls hear mice under snow\tretracted\n"


def test_papers_that_nobody_has_end_as_a_question_does_that_nobody_answers(folder: Path) -> None:
    invoked(folder, "add", folder / "refs.bib")
    listed = invoked(folder, "papers", "--tag", "fish")
    assert (listed.exit_code, listed.stdout) == (3, "")
    assert listed.stderr.splitlines() == [
        "no paper has the tag 'fish'; `ragassist tags` lists what there is",
        "No paper of the library passes the filters: tag fish.",
    ]


def test_a_paper_is_shown_by_words_of_its_title_alone(folder: Path) -> None:
    invoked(folder, "add", folder / "refs.bib")
    assert invoked(folder, "show", "moths", "at", "night").stdout.startswith("id:           bats\n")
    several = invoked(folder, "show", "hear")
    assert isinstance(several.exception, UnknownPaper)
    assert str(several.exception) == (
        "no paper is called 'hear', and it stands in several titles: "
        "[bats] Bats hear moths at night; [owls] Retracted: Owls hear mice under snow"
    )
    assert isinstance(invoked(folder, "show", "fish").exception, UnknownPaper)


def test_names_with_commas_are_parted_by_semicolons(folder: Path) -> None:
    invoked(folder, "add", folder / "refs.bib")
    assert "authors:      Smith, Ada; O'Neill, Brian\n" in invoked(folder, "show", "owls").stdout


def test_status_says_when_a_source_was_read_and_that_it_is_gone(folder: Path) -> None:
    invoked(folder, "add", folder / "refs.bib")
    (source,) = json.loads(invoked(folder, "status", "--json").stdout)["sources"]
    assert (source["gone"], source["records"]) == (False, 2)
    day, _, time = source["read_at"].removesuffix("+00:00").partition("T")
    (folder / "refs.bib").unlink()
    assert (
        f"refs.bib (bibtex, 2 records, read {day} {time} UTC) IS GONE: "
        "`ragassist remove --source` forgets it"
    ) in invoked(folder, "status").stdout


def test_the_log_marks_what_an_answer_cites_and_is_retracted(folder: Path) -> None:
    invoked(folder, "add", folder / "refs.bib")
    invoked(folder, "ask", "How do owls hear mice under snow?")
    assert "\t1 supported, cites 1 retracted\t" in invoked(folder, "log").stdout
    assert "[owls] (retracted)\n" in invoked(folder, "log", "1").stdout
    (exchange,) = json.loads(invoked(folder, "log", "--json").stdout)["exchanges"]
    assert exchange["marked"] == {"owls": ["retracted"]}


def test_other_languages_are_told_of_once_when_they_come(folder: Path) -> None:
    (folder / "refs.bib").write_text(OWLS + EULEN, "utf-8")
    told = "note: 1 paper is not in English (German 1): stemming"
    assert told in invoked(folder, "add", folder / "refs.bib").stderr
    assert "German" not in invoked(folder, "add", folder / "refs.bib").stderr


def test_a_format_that_was_said_wrongly_is_recognised_the_next_time(folder: Path) -> None:
    (folder / "bats.ris").write_text(RIS, "utf-8")
    wrong = invoked(folder, "add", folder / "bats.ris", "--format", "bibtex")
    assert wrong.exit_code == 1
    assert "read as bibtex, as you said: read it again without --format" in wrong.stderr
    again = invoked(folder, "add", "--retry-failed")
    assert again.stdout.splitlines()[0].endswith("bats.ris (ris): 1 record: 1 new paper")
    assert invoked(folder, "failures").stdout == ""


def test_what_failed_in_a_file_that_is_gone_is_forgotten(folder: Path) -> None:
    broken = folder / "broken.bib"
    broken.write_text("@article{a, title = {A}}\n@article{b, title = {B\n", "utf-8")
    invoked(folder, "add", broken)
    assert "broken.bib:2" in invoked(folder, "failures").stdout
    broken.unlink()
    retried = invoked(folder, "add", "--retry-failed")
    assert (retried.exit_code, retried.stderr.splitlines()) == (
        0,
        [f"{broken} is gone: what failed in it is forgotten", "Nothing failed."],
    )
    assert invoked(folder, "failures").stdout == ""


def test_other_kinds_of_files_in_a_folder_are_no_failures(folder: Path) -> None:
    (folder / "paper.tex").write_text("text", "utf-8")
    added = invoked(folder, "add", folder)
    assert added.exit_code == 0
    assert "left out 1 file of other kinds (.tex 1)\n" in added.stderr
    assert invoked(folder, "failures", "--all").stdout == ""


def test_an_export_says_who_wrote_it_and_is_not_added_with_its_folder(folder: Path) -> None:
    invoked(folder, "add", folder / "refs.bib")
    exported = folder / "mine.bib"
    invoked(folder, "export", "--out", exported)
    assert exported.read_text("utf-8").startswith("% written by ragassist export\n\n@article{bats,")
    added = invoked(folder, "add", folder)
    assert f"left out what ragassist itself wrote: {exported}; name it to read it" in added.stderr


def test_keys_that_bibtex_has_no_place_for_are_told(folder: Path) -> None:
    (folder / "other.bib").write_text(BATS.replace("{bats,", "{lund2021moths,"), "utf-8")
    invoked(folder, "add", folder / "refs.bib", folder / "other.bib")
    note = "note: lund2021moths is exported as bats"
    assert note in invoked(folder, "export").stderr.splitlines()
    assert note not in invoked(folder, "export", "--format", "biblatex").stderr.splitlines()
