"""`ragassist sync` and `failures`, as their user meets them."""

import json
from pathlib import Path
from typing import Any

import pytest

from ragassist import Library
from tests.cli.terminal import ragassist, ragassist_on_terminal

OWLS = "@article{owls, title={How owls find mice under snow}, author={Strix, Ada}, year=2020}"
MICE = "@article{mice, title={How mice hide from owls in snow}, author={Mus, Bo}, year=2021}"
BATS = "@book{bats, title={The hearing of bats at night}, author={Noctua, Cy}, year=2019}"


def write(path: Path, *entries: str) -> Path:
    path.write_text("\n\n".join(entries) + "\n", "utf-8")
    return path


@pytest.fixture
def refs(tmp_path: Path) -> Path:
    """Two entries, synced into the library of the folder."""
    refs = write(tmp_path / "refs.bib", OWLS, MICE)
    with Library.open(tmp_path / ".ragassist") as library:
        library.sync(refs)
    return refs


def add(folder: Path, *files: Path) -> None:
    """Add files to the library of the folder, here and not in a process of its own."""
    with Library.open(folder / ".ragassist") as library:
        library.add(*files)


def listed(folder: Path) -> list[str]:
    with Library.open(folder / ".ragassist") as library:
        return [paper.paper_id for paper in library.papers()]


def source_of(shown: str) -> dict[str, Any]:
    (source,) = json.loads(shown)["sources"]
    return dict(source)


def test_a_first_sync_makes_the_library_and_lists_what_came(tmp_path: Path) -> None:
    synced = ragassist("sync", write(tmp_path / "refs.bib", OWLS, MICE), cwd=tmp_path)
    assert synced.returncode == 0
    assert "made a new library in" in synced.stderr
    assert synced.stdout == (
        "refs.bib (bibtex): 2 entries, 2 added\n  + mice\n  + owls\nThe library has 2 papers.\n"
    )


def test_a_file_that_did_not_change_says_so(refs: Path, tmp_path: Path) -> None:
    synced = ragassist("sync", refs, cwd=tmp_path)
    assert (synced.returncode, synced.stderr) == (0, "")
    assert synced.stdout == (
        "refs.bib (bibtex): 2 entries, nothing changed\nThe library has 2 papers.\n"
    )


def test_a_dry_run_lists_ids_and_changes_nothing(refs: Path, tmp_path: Path) -> None:
    write(refs, OWLS.replace("2020", "2022"), BATS)
    shown = ragassist("sync", refs, "--dry-run", cwd=tmp_path)
    assert shown.returncode == 0
    assert shown.stdout == (
        "refs.bib (bibtex): 2 entries, 1 added, 1 changed, 1 removed\n"
        "  + bats\n  ~ owls\n  - mice\nThe library would have 2 papers.\n"
    )
    assert listed(tmp_path) == ["mice", "owls"]


def test_in_a_pipe_nothing_is_removed_without_a_yes(refs: Path, tmp_path: Path) -> None:
    write(refs, OWLS, BATS)
    refused = ragassist("sync", refs, "--json", cwd=tmp_path)
    assert refused.returncode == 2
    assert "nothing was removed" in refused.stderr
    assert "--yes" in refused.stderr
    source = source_of(refused.stdout)
    assert (source["added"], source["waiting"], source["removed"]) == (["bats"], ["mice"], [])
    assert listed(tmp_path) == ["bats", "mice", "owls"]

    removed = ragassist("sync", refs, "--yes", "--json", cwd=tmp_path)
    assert removed.returncode == 0
    source = source_of(removed.stdout)
    assert (source["unchanged"], source["removed"]) == (True, ["mice"])
    assert listed(tmp_path) == ["bats", "owls"]


@pytest.mark.parametrize(
    ("typed", "left"), [("n\n", ["mice", "owls"]), ("y\n", ["owls"])], ids=["no", "yes"]
)
def test_on_a_terminal_removal_is_asked_for(
    refs: Path, tmp_path: Path, typed: str, left: list[str]
) -> None:
    write(refs, OWLS)
    library = tmp_path / ".ragassist"
    code, shown = ragassist_on_terminal(
        "--library", library, "sync", refs, columns=100, typed=typed
    )
    assert code == 0
    assert "[mice] Mus, Bo (2021). How mice hide from owls in snow. (title only)" in shown
    assert "Remove 1 paper? [y/N]" in shown
    assert listed(tmp_path) == left


def test_what_another_file_has_stays(refs: Path, tmp_path: Path) -> None:
    add(tmp_path, write(tmp_path / "more.bib", MICE))
    synced = ragassist("sync", write(refs, OWLS), cwd=tmp_path)
    assert synced.returncode == 0
    assert "1 no longer here but in another file\n  = mice (another file has it)" in synced.stdout
    assert listed(tmp_path) == ["mice", "owls"]


def test_a_broken_file_removes_nothing_and_says_why(refs: Path, tmp_path: Path) -> None:
    lines = write(tmp_path / "lines.jsonl", *(f'{{"_id": "{n}", "title": "On {n}"}}' for n in "ab"))
    add(tmp_path, lines)
    write(lines, '{"_id": "a", "title": "On a"}', '{"_id": "b", "title')
    held = ragassist("sync", lines, "--yes", cwd=tmp_path)
    assert held.returncode == 1
    assert "1 entry that it had cannot be found" in held.stderr
    assert "nothing was removed" in held.stderr
    write(lines, "nothing that anybody could read")
    failed = ragassist("sync", lines, refs, "--yes", cwd=tmp_path)
    assert failed.returncode == 1
    assert failed.stderr.count("error: ") == 1
    assert "nothing of it was removed" in failed.stderr
    assert listed(tmp_path) == ["a", "b", "mice", "owls"]


def test_failures_say_where_and_why_and_are_gone_when_mended(tmp_path: Path) -> None:
    lines = write(tmp_path / "lines.jsonl", '{"_id": "a", "title": "On a"}', '{"_id": "b", "ti')
    add(tmp_path, lines)
    (failure,) = json.loads(ragassist("failures", "--json", cwd=tmp_path).stdout)["failures"]
    assert (failure["source"], failure["line"]) == (str(lines), 3)
    assert failure["reason"].startswith("not JSON")
    shown = ragassist("failures", cwd=tmp_path).stdout
    assert shown.startswith("lines.jsonl:3: not JSON")
    assert shown.endswith(': {"_id": "b", "ti\n')

    write(lines, '{"_id": "a", "title": "On a"}', '{"_id": "b", "title": "On b"}')
    retried = ragassist("add", "--retry-failed", cwd=tmp_path)
    assert (retried.returncode, retried.stdout.splitlines()[0]) == (
        0,
        "lines.jsonl (jsonl): 2 records: 1 new paper, 1 known already",
    )
    again = ragassist("add", "--retry-failed", cwd=tmp_path)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "Nothing failed.\n")


def test_a_retry_reads_no_file_that_was_read_in_full(refs: Path, tmp_path: Path) -> None:
    write(tmp_path / "lines.jsonl", '{"_id": "a", "title": "On a"}', "{")
    add(tmp_path, tmp_path / "lines.jsonl")
    report = json.loads(ragassist("add", "--retry-failed", "--json", cwd=tmp_path).stdout)
    assert [Path(source["source"]).name for source in report["sources"]] == ["lines.jsonl"]
    assert refs.exists()


def test_add_without_a_path_is_told_to_name_one(tmp_path: Path) -> None:
    refused = ragassist("add", cwd=tmp_path)
    assert (refused.returncode, refused.stderr) == (
        2,
        "error: name the files or folders to add: `ragassist add refs.bib`\n",
    )
    assert list(tmp_path.iterdir()) == []


def authors_in(folder: Path) -> list[tuple[str, ...]]:
    with Library.open(folder / ".ragassist") as library:
        return [paper.authors for paper in library.papers()]


def test_a_file_is_read_again_as_the_user_said_until_they_say_otherwise(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("title,Who,Also\nHow owls hear mice,Ada Strix,Bo Mus\n", "utf-8")
    first = ragassist("add", table, "--columns", "authors=Who", cwd=tmp_path)
    assert (first.returncode, authors_in(tmp_path)) == (0, [("Ada Strix",)])

    again = ragassist("add", table, cwd=tmp_path)
    assert (again.returncode, authors_in(tmp_path)) == (0, [("Ada Strix",)])
    assert "1 known already" in again.stdout
    synced = ragassist("sync", table, cwd=tmp_path)
    assert "nothing changed" in synced.stdout
    table.write_text("title,Who,Also\nHow owls hear mice,Ada S. Strix,Bo Mus\n", "utf-8")
    shown = ragassist("sync", table, "--dry-run", cwd=tmp_path)
    assert "1 changed" in shown.stdout
    ragassist("sync", table, cwd=tmp_path)
    assert authors_in(tmp_path) == [("Ada S. Strix",)]

    ragassist("sync", table, "--columns", "authors=Also", cwd=tmp_path)
    assert authors_in(tmp_path) == [("Bo Mus",)]
    ragassist("add", table, cwd=tmp_path)
    assert authors_in(tmp_path) == [("Bo Mus",)]
    ragassist("add", table, "--format", "csv", cwd=tmp_path)
    assert authors_in(tmp_path) == [()]
    assert "nothing changed" in ragassist("sync", table, cwd=tmp_path).stdout


def test_a_retry_reads_a_file_as_the_user_said(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("Heading,Who\nHow owls hear mice,Ada Strix\n,Bo Mus\n", "utf-8")
    ragassist("add", table, "--columns", "title=Heading,authors=Who", cwd=tmp_path)
    with Library.open(tmp_path / ".ragassist") as library:
        assert library.failed_sources() == (str(table),)
    table.write_text("Heading,Who\nHow owls hear mice,Ada Strix\nOn mice,Bo Mus\n", "utf-8")
    retried = ragassist("add", "--retry-failed", cwd=tmp_path)
    assert retried.returncode == 0, retried.stderr
    assert sorted(authors_in(tmp_path)) == [("Ada Strix",), ("Bo Mus",)]


def test_a_file_that_looks_cut_off_needs_force(refs: Path, tmp_path: Path) -> None:
    write(refs, OWLS, MICE, BATS, OWLS.replace("owls", "voles").replace("mice", "shrews"))
    assert ragassist("sync", refs, cwd=tmp_path).returncode == 0
    write(refs, OWLS)
    refused = ragassist("sync", refs, "--yes", cwd=tmp_path)
    assert refused.returncode == 2
    assert "3 of its 4 entries are gone, more than half; is it written to its end?" in (
        refused.stderr
    )
    assert "3 papers would go with them; `--force` removes them" in refused.stderr
    assert len(listed(tmp_path)) == 4
    shown = ragassist("sync", refs, "--dry-run", cwd=tmp_path)
    assert (shown.returncode, "3 to be removed" in shown.stdout) == (0, True)
    assert "`--force` removes them" in ragassist("sync", refs, cwd=tmp_path).stderr
    forced = ragassist("sync", refs, "--force", cwd=tmp_path)
    assert (forced.returncode, listed(tmp_path)) == (0, ["owls"])


def test_force_goes_on_where_an_entry_is_broken(refs: Path, tmp_path: Path) -> None:
    write(refs, OWLS, MICE[:30])
    held = ragassist("sync", refs, "--yes", cwd=tmp_path)
    assert (held.returncode, "or say `--force` to remove all" in held.stderr) == (1, True)
    assert ragassist("sync", refs, "--force", cwd=tmp_path).returncode == 0
    assert listed(tmp_path) == ["owls"]


def test_a_source_that_is_gone_is_removed_by_its_path(refs: Path, tmp_path: Path) -> None:
    add(tmp_path, write(tmp_path / "more.bib", MICE))
    refs.unlink()
    failed = ragassist("sync", refs, cwd=tmp_path)
    assert failed.returncode == 1
    assert f"`ragassist remove --source {refs}`" in failed.stderr
    shown = ragassist("remove", "--source", "refs.bib", "--dry-run", cwd=tmp_path)
    assert (shown.returncode, shown.stdout) == (0, "would remove owls\n")
    refused = ragassist("remove", "--source", "refs.bib", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("1 paper in no other file than refs.bib: nothing was removed")
    assert listed(tmp_path) == ["mice", "owls"]
    removed = ragassist("remove", "--source", "refs.bib", "--yes", "--json", cwd=tmp_path)
    assert json.loads(removed.stdout) == {
        "schema": 1,
        "dry_run": False,
        "removed": ["owls"],
        "left": ["mice"],
    }
    assert listed(tmp_path) == ["mice"]


@pytest.mark.usefixtures("refs")
@pytest.mark.parametrize("given", [(), ("owls", "--source", "refs.bib")])
def test_remove_wants_papers_or_a_source(tmp_path: Path, given: tuple[str, ...]) -> None:
    refused = ragassist("remove", *given, cwd=tmp_path)
    assert (refused.returncode, refused.stderr) == (
        2,
        "error: name papers by their ids, or a file with --source, not both\n",
    )
    assert len(listed(tmp_path)) == 2


def test_new_keys_other_works_and_what_another_file_has_are_told_by_the_keys_their_user_knows(
    refs: Path, tmp_path: Path
) -> None:
    add(tmp_path, write(tmp_path / "other.ris", "TY  - JOUR", "TI  - The hearing of bats at night",
                        "AU  - Noctua, Cy", "PY  - 2019", "ER  - "))  # fmt: skip
    write(refs, OWLS, MICE, BATS)
    with Library.open(tmp_path / ".ragassist") as library:
        library.sync(refs)
    moths = "@book{mice, title={Moths of dark caves}, author={Volans, Al}, year=1990}"
    write(refs, OWLS.replace("{owls,", "{strix2020,"), moths)
    shown = ragassist("sync", refs, "--dry-run", cwd=tmp_path).stdout.splitlines()
    assert shown[1:4] == [
        "  ~ owls → strix2020",
        "  > mice is another work now (it was 'How mice hide from owls in snow')",
        "  = bats (another file has it, here as noctua2019hearing)",
    ]
