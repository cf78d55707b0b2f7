"""What is told of ids that changed, through kills; and old answers that find their works."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ragassist.adding import Import, chunker
from ragassist.errors import UnknownPaper
from ragassist.library import Library
from ragassist.storage.catalog import Catalog
from ragassist.storage.cited import row_of_work
from ragassist.storage.fingerprints import fingerprints
from ragassist.storage.lookup import find_row
from ragassist.storage.schema import SCHEMA_VERSION
from ragassist.storage.works import remove_records
from tests.storage.deeds import make_older

OWLS = (
    "@article{%s, title={How owls find mice under snow}, author={Strix, Ada}, year=2020, doi={%s}}"
)
BATS = "@article{%s, title={Deep sonar of horseshoe bats}, author={Noctua, Cy}, year=2011}"


@pytest.fixture
def catalog(library_folder: Path) -> Iterator[Catalog]:
    opened = Catalog.create(library_folder)
    yield opened
    opened.close()


def read(catalog: Catalog, folder: Path, name: str, *entries: str) -> Import:
    """One run of reading one file."""
    file = folder / name
    file.write_text("\n".join(entries), "utf-8")
    adding = Import(catalog, lambda *_: None)
    assert adding.read(file).error is None
    return adding


def told(adding: Import) -> list[tuple[str, str, str]]:
    return [(note.key, note.paper_id, note.why) for note in adding.key_notes()]


def test_the_first_reading_has_nothing_to_tell(catalog: Catalog, tmp_path: Path) -> None:
    assert told(read(catalog, tmp_path, "a.bib", OWLS % ("owls", "10.1/o"), BATS % "bats")) == []


def test_a_paper_that_gets_its_own_key_is_told_of_once(catalog: Catalog, tmp_path: Path) -> None:
    line = {"title": "How owls find mice under snow", "authors": ["Ada Strix"], "year": 2020}
    read(catalog, tmp_path, "a.jsonl", json.dumps(line)).key_notes()
    adding = read(catalog, tmp_path, "b.bib", OWLS % ("owls", "10.1/o"))
    assert told(adding) == [("strix2020owls", "owls", "its key in b.bib")]
    assert told(adding) == []
    assert find_row(catalog, "strix2020owls") == find_row(catalog, "owls")


def test_a_namesake_changes_both_ids_and_says_so(catalog: Catalog, tmp_path: Path) -> None:
    read(catalog, tmp_path, "a.bib", OWLS % ("k", "10.1/o")).key_notes()
    first, second = read(catalog, tmp_path, "b.bib", BATS % "k").key_notes()
    assert (first.key, first.source, first.why) == ("k", None, "another paper has that key")
    assert (second.key, second.source) == ("k", str(tmp_path / "b.bib"))
    assert {first.paper_id, second.paper_id} == {
        paper_id for (paper_id,) in catalog.rows("SELECT paper_id FROM papers")
    }


def test_what_a_killed_run_renamed_is_told_by_the_next(catalog: Catalog, tmp_path: Path) -> None:
    read(catalog, tmp_path, "a.bib", OWLS % ("k", "10.1/o")).key_notes()
    read(catalog, tmp_path, "b.bib", BATS % "k")  # It did not come to telling.
    notes = read(catalog, tmp_path, "c.bib", OWLS % ("other", "10.1/o")).key_notes()
    assert [(note.key, note.source) for note in notes] == [
        ("k", None),
        ("other", str(tmp_path / "c.bib")),
    ]


def test_a_paper_that_is_called_as_before_in_the_end_is_not_told_of(
    catalog: Catalog, tmp_path: Path
) -> None:
    read(catalog, tmp_path, "a.bib", OWLS % ("k", "10.1/o")).key_notes()
    read(catalog, tmp_path, "b.bib", BATS % "k")
    with catalog.transaction():
        rows = catalog.rows("SELECT record_id FROM records ORDER BY record_id DESC LIMIT 1")
        remove_records(catalog, [record_id for (record_id,) in rows], chunker())
    assert told(read(catalog, tmp_path, "c.bib", OWLS % ("k", "10.1/o"))) == []


def test_two_papers_that_turn_out_to_be_one_are_told_of(catalog: Catalog, tmp_path: Path) -> None:
    bare = OWLS.replace("doi={%s}", "pmid={%s}")
    read(catalog, tmp_path, "a.bib", OWLS % ("owls", "10.1/o")).key_notes()
    read(
        catalog, tmp_path, "b.bib", bare.replace("under snow", "in winter") % ("mine", "7")
    ).key_notes()
    both = (OWLS % ("third", "10.1/o")).replace("year=2020", "year=2020, pmid={7}")
    assert told(read(catalog, tmp_path, "c.bib", both)) == [
        ("mine", "owls", "it is one paper with owls"),
        ("third", "owls", "the same work"),
    ]


def test_a_key_that_cannot_stand_in_a_citation_is_told_of_when_it_comes(
    catalog: Catalog, tmp_path: Path
) -> None:
    line = json.dumps({"_id": "Strix, 2020", "title": "How owls find mice under snow"})
    adding = read(catalog, tmp_path, "a.jsonl", line)
    assert told(adding) == [("Strix, 2020", "Strix-2020", "it cannot stand in a citation as it is")]
    assert told(read(catalog, tmp_path, "a.jsonl", line)) == []


def test_a_key_of_two_works_in_one_file_is_told_of(catalog: Catalog, tmp_path: Path) -> None:
    notes = told(read(catalog, tmp_path, "a.bib", OWLS % ("k", "10.1/o"), BATS % "k"))
    assert [(key, why) for key, _, why in notes] == [
        ("k", "two works have that key in this file")
    ] * 2


def test_removing_a_namesake_tells_of_the_one_that_stays(
    library_folder: Path, tmp_path: Path
) -> None:
    for name, entry in (("a.bib", OWLS % ("k", "10.1/o")), ("b.bib", BATS % "k")):
        (tmp_path / name).write_text(entry, "utf-8")
    said: list[str] = []
    with Library.open(library_folder, notify=said.append) as library:
        library.add(tmp_path / "a.bib", tmp_path / "b.bib")
        gone, stays = sorted(library.papers(), key=lambda paper: paper.title)
        library.remove(gone.paper_id)
    assert said == [f"note: {stays.paper_id} is now called k (no other paper has that key now)"]


def test_an_identifier_finds_the_work_whatever_its_key_and_title_are_now(
    catalog: Catalog, tmp_path: Path
) -> None:
    read(catalog, tmp_path, "a.bib", OWLS % ("k", "10.1/o"))
    known = fingerprints(catalog.rows, ["k", "nobody"])
    assert list(known) == ["k"]
    retitled = (OWLS % ("new", "10.1/o")).replace("How owls find", "Finding")
    read(catalog, tmp_path, "b.bib", retitled, BATS % "k")
    row = row_of_work(catalog, "k", known["k"])
    assert catalog.value("SELECT json_extract(fields, '$.doi') FROM papers WHERE paper_row = ?",
                         (row,)) == "10.1/o"  # fmt: skip


def test_a_work_without_identifier_is_found_by_its_title_and_not_by_its_key(
    catalog: Catalog, tmp_path: Path
) -> None:
    read(catalog, tmp_path, "a.bib", BATS % "k")
    known = fingerprints(catalog.rows, ["k"])
    with Library.open(catalog.folder) as library:
        library.remove("k")
    with pytest.raises(UnknownPaper, match="no paper 'k' in this library any more: it was 'Deep"):
        row_of_work(catalog, "k", known["k"])
    read(catalog, tmp_path, "b.bib", OWLS % ("k", "10.1/o"))
    with pytest.raises(UnknownPaper, match="and that is the key of another paper now"):
        row_of_work(catalog, "k", known["k"])
    read(catalog, tmp_path, "c.bib", BATS % "bats")
    assert row_of_work(catalog, "k", known["k"]) == find_row(catalog, "bats")


def test_a_corrected_title_is_found_by_the_key(catalog: Catalog, tmp_path: Path) -> None:
    read(catalog, tmp_path, "a.bib", BATS % "k")
    known = fingerprints(catalog.rows, ["k"])
    read(catalog, tmp_path, "a.bib", (BATS % "k").replace("Deep sonar", "The deep sonar"))
    assert row_of_work(catalog, "k", known["k"]) == find_row(catalog, "k")


def test_answers_of_an_older_library_learn_which_works_they_cite(
    catalog: Catalog, library_folder: Path, tmp_path: Path
) -> None:
    read(catalog, tmp_path, "a.bib", OWLS % ("k", "10.1/o")).key_notes()
    kept = {"origin": {}, "passages": [{"paper_id": "gone"}],
            "claims": [{"marks": [{"paper_id": "k"}, {"paper_id": None}]}]}  # fmt: skip
    catalog.execute(
        "INSERT INTO exchanges (conversation, asked_at, question, text, answered, answerer, "
        "verdicts, kept) VALUES (1, '', '', '', 1, '', '{}', ?)",
        (json.dumps(kept),),
    )
    make_older(catalog, 4)
    again = Catalog.open(library_folder)
    works = json.loads(again.value("SELECT kept FROM exchanges"))["works"]
    assert list(works) == ["k"]
    assert "doi:10.1/o" in works["k"]["handles"]
    assert again.value("PRAGMA user_version") == SCHEMA_VERSION
    # What is called otherwise from now on is told of.
    assert [note.key for note in read(again, tmp_path, "b.bib", BATS % "k").key_notes()] == [
        "k",
        "k",
    ]
    again.close()
