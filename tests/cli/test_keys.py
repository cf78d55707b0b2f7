"""What `add` and `sync` tell of keys that may stand in a manuscript."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ragassist.cli.app import app

OWLS = "@article{%s, title={How owls find mice under snow}, author={Strix, Ada}, year=2020}\n"
BATS = "@article{%s, title={Deep sonar of horseshoe bats}, author={Noctua, Cy}, year=2011}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a library of one paper, `k`."""
    (tmp_path / "a.bib").write_text(OWLS % "k", "utf-8")
    assert invoked(tmp_path, "add", tmp_path / "a.bib").exit_code == 0
    (tmp_path / "b.bib").write_text(BATS % "k", "utf-8")
    return tmp_path


def invoked(folder: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["--library", str(folder / "lib"), *map(str, arguments)])


@pytest.mark.parametrize("command", ["add", "sync"])
def test_a_namesake_is_told_of_beforehand_and_when_it_comes(folder: Path, command: str) -> None:
    before = invoked(folder, command, folder / "b.bib", "--dry-run").stderr.splitlines()
    assert before == [
        "note: k would then be called k-5245 (another paper has that key)",
        "note: 'k' of b.bib would be k-7bac here (another paper has that key)",
    ]
    came = invoked(folder, command, folder / "b.bib").stderr.splitlines()
    assert came == [
        "note: k is now called k-5245 (another paper has that key)",
        "note: 'k' of b.bib is k-7bac here (another paper has that key)",
    ]
    assert invoked(folder, command, folder / "b.bib").stderr == ""


@pytest.mark.parametrize("command", ["add", "sync"])
def test_as_json_what_is_told_is_listed_whole(folder: Path, command: str) -> None:
    shape = json.loads(invoked(folder, command, folder / "b.bib", "--json").stdout)
    why = "another paper has that key"
    assert shape["renamed"] == [{"old": "k", "paper_id": "k-5245", "why": why}]
    source = str(folder / "b.bib")
    assert shape["keys_refused"] == [
        {"source": source, "key": "k", "paper_id": "k-7bac", "why": why}
    ]


def test_many_are_told_in_a_few_lines_and_a_count(tmp_path: Path) -> None:
    entries = [
        f"@book{{k{n}, title={{Owls of valley number {n} at night}}, year=2020}}" for n in range(9)
    ]
    (tmp_path / "a.bib").write_text("\n".join(entries), "utf-8")
    (tmp_path / "b.bib").write_text("\n".join(entries).replace("Owls", "Bats and moths"), "utf-8")
    invoked(tmp_path, "add", tmp_path / "a.bib")
    lines = invoked(tmp_path, "add", tmp_path / "b.bib").stderr.splitlines()
    assert len(lines) == 12
    assert lines[5] == "note: 4 more papers are called otherwise: --verbose or --json lists them"
    assert lines[11] == "note: 4 more keys are no ids: --verbose or --json lists them"


def test_a_co_authors_keys_rename_nothing_and_find_the_papers(folder: Path) -> None:
    (folder / "0.bib").write_text(OWLS % "anders", "utf-8")
    told = invoked(folder, "add", folder / "0.bib").stderr
    assert told == "note: 'anders' of 0.bib is k here (the same work)\n"
    (paper,) = json.loads(invoked(folder, "papers", "--json").stdout)["papers"]
    assert (paper["paper_id"], paper["aliases"]) == ("k", ["anders"])


def test_a_key_changed_in_the_file_is_told_of_when_it_is_synced(folder: Path) -> None:
    (folder / "a.bib").write_text(OWLS % "z-new", "utf-8")
    assert invoked(folder, "sync", folder / "a.bib").stderr == (
        "note: k is now called z-new (its key in a.bib)\n"
    )


SAME_DOI = "doi={10.1/o}, year"


def test_one_doi_on_two_plainly_different_works_is_listed_and_decided(folder: Path) -> None:
    for name, entry in (("a.bib", OWLS % "owls"), ("b.bib", BATS % "bats")):
        (folder / name).write_text(entry.replace("year", SAME_DOI), "utf-8")
    invoked(folder, "sync", folder / "a.bib", folder / "b.bib", "--yes")

    def ids() -> list[str]:
        shape = json.loads(invoked(folder, "papers", "--json").stdout)
        return [paper["paper_id"] for paper in shape["papers"]]

    assert ids() == ["bats", "owls"]
    (pair,) = json.loads(invoked(folder, "duplicates", "--json").stdout)["duplicates"]
    assert pair["why"] == "both state doi:10.1/o; titles and authors or years of different works"
    assert invoked(folder, "keep-both", "bats", "owls").exit_code == 0
    assert invoked(folder, "duplicates").stdout == "No two papers look like one.\n"
    assert invoked(folder, "merge", "bats", "owls").exit_code == 0
    assert ids() == ["owls"]


@pytest.mark.parametrize("key", ["a", "z"])
def test_a_key_renamed_in_its_file_is_told_and_the_old_one_leads_there(
    folder: Path, key: str
) -> None:
    (folder / "a.bib").write_text(OWLS % key, "utf-8")
    added = invoked(folder, "add", folder / "a.bib")
    assert added.stderr == f"note: k is now called {key} (its key in a.bib)\n"
    assert invoked(folder, "show", "k").stdout.startswith(f"id:           {key}\n")


def test_a_key_taken_back_in_its_file_names_the_paper_again(folder: Path) -> None:
    for key in ("z", "k"):
        (folder / "a.bib").write_text(OWLS % key, "utf-8")
        told = invoked(folder, "add", folder / "a.bib").stderr
    assert told == "note: z is now called k (its key in a.bib)\n"


def test_sync_tells_of_a_key_that_add_had_read_as_changed(folder: Path) -> None:
    (folder / "a.bib").write_text(OWLS % "z", "utf-8")
    invoked(folder, "add", folder / "a.bib")
    lines = invoked(folder, "sync", folder / "a.bib").stdout.splitlines()
    assert lines[0].endswith("a.bib (bibtex): 1 entry, 1 changed")
    assert lines[1] == "  ~ k → z"


def test_a_key_that_came_for_a_work_with_another_one_is_told(folder: Path) -> None:
    (folder / "c.bib").write_text(OWLS % "aa2020", "utf-8")
    told = invoked(folder, "add", folder / "c.bib").stderr
    assert told == "note: 'aa2020' of c.bib is k here (the same work)\n"
    assert invoked(folder, "add", folder / "c.bib").stderr == ""


def test_the_number_of_a_database_for_a_work_with_a_key_is_not_told(folder: Path) -> None:
    (folder / "c.bib").write_text(OWLS % "W2741809807", "utf-8")
    assert invoked(folder, "add", folder / "c.bib").stderr == ""


def test_show_shows_each_paper_that_is_named(folder: Path) -> None:
    (folder / "c.bib").write_text(BATS % "m", "utf-8")
    invoked(folder, "add", folder / "c.bib")
    lines = invoked(folder, "show", "k", "m").stdout.splitlines()
    assert [line for line in lines if line.startswith("id:")] == [
        "id:           k",
        "id:           m",
    ]
    shape = json.loads(invoked(folder, "show", "k", "m", "--json").stdout)
    assert [paper["paper_id"] for paper in shape["papers"]] == ["k", "m"]


def test_words_of_a_title_are_one_name_though_one_of_them_is_an_id(folder: Path) -> None:
    (folder / "c.bib").write_text(BATS % "owls", "utf-8")
    invoked(folder, "add", folder / "c.bib")
    shown = invoked(folder, "show", "owls", "find", "mice").stdout
    assert shown.startswith("id:           k\n")
