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
    assert invoked(folder, "add", folder / "0.bib").stderr == ""
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
