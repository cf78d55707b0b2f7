"""The papers of a catalog are a function of its records and decisions, however they came.

Which source was added first is part of that: it says whose key names a work that has several; and
so is what each of them held when it was last read to its end.
"""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ragassist.errors import UsageError
from ragassist.storage.catalog import Catalog
from ragassist.storage.duplicates import merge_papers, part_papers
from ragassist.storage.intake import (
    absorb,
    call_by_what_is,
    close_source,
    last_import,
    next_import,
    open_source,
)
from ragassist.storage.lookup import find_row
from ragassist.storage.papers import load_papers
from ragassist.storage.works import remove_records, remove_works
from ragassist.types import Chunk, Paper, Record

TITLES = (
    "Graph networks for tables",
    "Graph theory of things",
    "Editorial",
    "Proceedings of the annual workshop",
    "Deep parsing of owls",
)


def whole(_title: str, abstract: str) -> tuple[Chunk, ...]:
    return (Chunk(start=0, stop=len(abstract)),)


def any_record(chance: random.Random) -> Record:
    """Few titles, names, years and keys, so that records agree and contradict each other often."""
    return Record(
        title=chance.choice(TITLES),
        abstract=chance.choice(("", "Owls are parsed.", "Tables are drawn.", "Things are found.")),
        key=chance.choice((None, None, "k1", "k2")),
        authors=chance.choice(((), ("Ann Lee",), ("Bo Lee",), ("Cy Ray",))),
        year=chance.choice((None, 2019, 2020, 2021, 2022)),
        doi=chance.choice((None, None, "10.1/a", "10.1/b")),
        extra=chance.choice(((), (), (("pages", "1-9"), ("volume", "3")), (("volume", "4"),))),
        arxiv_id=chance.choice((None, None, None, "2001.00001")),
        line=1,
    )


def made(folder: Path) -> Catalog:
    """A new catalog that knows the sources of the tests, none of which was read yet."""
    catalog = Catalog.create(folder)
    with catalog.transaction():
        for place in (*range(10), *range(100, 110)):
            open_source(catalog, f"source {place}", "made")
    return catalog


def put(catalog: Catalog, records: Mapping[int, Record], order: Iterable[int]) -> None:
    """Each record in a source of its own, one import each."""
    for place in order:
        with catalog.transaction():
            source_id = open_source(catalog, f"source {place}", "made")
            absorb(catalog, source_id, next_import(catalog), [records[place]], whole)


def stored(catalog: Catalog) -> list[Paper]:
    """All papers by id, without their aliases: those may tell of the past."""
    rows = [row for (row,) in catalog.rows("SELECT paper_row FROM papers")]
    papers = (replace(paper, aliases=()) for paper in load_papers(catalog, rows))
    return sorted(papers, key=lambda paper: paper.paper_id)


def afresh(folder: Path, records: Mapping[int, Record]) -> list[Paper]:
    catalog = made(folder)
    put(catalog, records, records)
    papers = stored(catalog)
    catalog.close()
    return papers


@pytest.mark.parametrize("seed", range(60))
def test_order_changes_and_removals_leave_no_trace_in_the_papers(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    records = {place: any_record(chance) for place in range(chance.randint(2, 7))}
    order = list(records)
    chance.shuffle(order)
    catalog = made(tmp_path / "lived")
    put(catalog, records, order)
    assert stored(catalog) == afresh(tmp_path / "ordered", records)

    changed = chance.choice(order)
    records[changed] = replace(any_record(chance), key=records[changed].key)
    if records[changed].key is None:
        # Without a key the title says which record of its source is meant.
        records[changed] = replace(records[changed], title=_title_of(catalog, changed))
    put(catalog, records, [changed])
    assert stored(catalog) == afresh(tmp_path / "changed", records)

    row = chance.choice([row for (row,) in catalog.rows("SELECT paper_row FROM papers")])
    gone = {place for place in records if _paper_of(catalog, place) == row}
    with catalog.transaction():
        remove_works(catalog, [row], whole)
    left = {place: record for place, record in records.items() if place not in gone}
    assert stored(catalog) == afresh(tmp_path / "removed", left)
    catalog.close()


def read_whole(catalog: Catalog, records: Iterable[Record], batch: int) -> None:
    """A reading of one source to its end, some records at a time."""
    held = list(records)
    with catalog.transaction():
        source_id, number = open_source(catalog, "source 0", "made"), next_import(catalog)
        for start in range(0, len(held), batch):
            absorb(catalog, source_id, number, held[start : start + batch], whole)
        before = last_import(catalog, source_id)
        close_source(catalog, source_id, number, digest=b"any")
        call_by_what_is(catalog, source_id, before, whole)


@pytest.mark.parametrize("seed", range(60))
def test_when_a_source_last_stated_a_key_is_all_that_counts_of_its_readings(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    stated = [replace(any_record(chance), key=f"k{n}", line=n) for n in range(chance.randint(2, 6))]
    lived = made(tmp_path / "lived")
    last_stated: dict[int, int] = {}
    readings = range(chance.randint(2, 5))
    for reading in readings:
        now = chance.sample(range(len(stated)), chance.randint(1, len(stated)))
        last_stated.update(dict.fromkeys(now, reading))
        read_whole(lived, [stated[n] for n in now], chance.randint(1, 3))
    fresh = made(tmp_path / "fresh")
    for reading in readings:
        last = sorted(n for n, when in last_stated.items() if when == reading)
        read_whole(fresh, [stated[n] for n in last], len(stated))
    assert stored(lived) == stored(fresh)
    lived.close()
    fresh.close()


def decide(catalog: Catalog, chance: random.Random) -> None:
    """Merge two papers, or keep two names apart, where that can be."""
    ids = [paper.paper_id for paper in stored(catalog)]
    names = [name for (name,) in catalog.rows("SELECT alias FROM aliases ORDER BY alias")]
    try:
        with catalog.transaction():
            if chance.random() < 0.5 and len(ids) > 1:
                merge_papers(catalog, chance.sample(ids, 2), whole)
            else:
                one, other = chance.choices([*ids, *names], k=2)
                part_papers(catalog, one, other, whole)
    except UsageError:
        pass  # An identifier joins them, nothing tells them apart, or a name is several papers'.


def same_decisions(folder: Path, decided: Catalog) -> Catalog:
    """A new catalog in which the same was decided, and nothing read."""
    catalog = made(folder)
    catalog.execute_many(
        "INSERT INTO decisions VALUES (?, ?, ?, ?, ?)", decided.rows("SELECT * FROM decisions")
    )
    return catalog


@pytest.mark.parametrize("seed", range(120))
def test_decisions_count_the_same_before_between_and_after_the_records_they_are_on(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    records = {place: any_record(chance) for place in range(chance.randint(3, 8))}
    lived = made(tmp_path / "lived")
    put(lived, records, chance.sample(list(records), len(records)))
    for step in range(chance.randint(1, 4)):
        decide(lived, chance)
        place = chance.choice(list(records))
        if chance.random() < 0.5:
            _forget(lived, place)
            if chance.random() < 0.5:
                put(lived, records, [place])
            else:
                del records[place]
        else:
            records[100 + step] = any_record(chance)
            put(lived, records, [100 + step])
        if not records:
            break
    for number, order in enumerate((list(records), chance.sample(list(records), len(records)))):
        again = same_decisions(tmp_path / f"again {number}", lived)
        put(again, records, order)
        assert stored(again) == stored(lived)
        again.close()
    lived.close()


def test_a_decision_is_on_what_papers_state_and_meets_them_whenever_they_come(
    tmp_path: Path,
) -> None:
    old = Record(title=TITLES[0], authors=("Ann Lee",), year=2010, key="old", line=1)
    new = Record(title=TITLES[0], authors=("Ann Lee",), year=2020, key="new", line=1)
    lived = made(tmp_path / "lived")
    put(lived, {0: old, 1: new}, [0, 1])
    assert [paper.paper_id for paper in stored(lived)] == ["new", "old"]
    with lived.transaction():
        merge_papers(lived, ["new", "old"], whole)
    for gone in (0, 1):
        _forget(lived, gone)
    assert stored(lived) == []
    put(lived, {0: old, 1: replace(new, doi="10.1/a", abstract="Tables are drawn.")}, [1, 0])
    assert [(p.paper_id, p.doi, p.year) for p in stored(lived)] == [("old", "10.1/a", 2020)]
    with lived.transaction():
        part_papers(lived, "old", "new", whole)
    put(lived, {0: replace(old, year=2019), 1: new}, [0, 1])
    # Another year is another statement: nothing was decided about it.
    assert [paper.paper_id for paper in stored(lived)] == ["old"]
    put(lived, {0: old}, [0])
    assert [paper.paper_id for paper in stored(lived)] == ["new", "old"]
    lived.close()


def test_an_id_passes_on_when_its_holder_is_corrected(tmp_path: Path) -> None:
    graph = Record(title=TITLES[0], authors=("Ann Lee",), year=2020, line=1)
    theory = Record(title=TITLES[1], authors=("Ann Lee",), year=2021, line=1)
    catalog = made(tmp_path)
    put(catalog, {0: graph, 1: theory}, [0, 1])
    corrected = {0: replace(graph, year=2021), 1: replace(theory, year=2022)}
    put(catalog, corrected, [0, 1])
    assert [(p.paper_id, p.title) for p in stored(catalog)] == [
        ("lee2021graph", TITLES[0]),
        ("lee2022graph", TITLES[1]),
    ]
    # What was once its id still leads to the corrected paper.
    assert find_row(catalog, "lee2020graph") == find_row(catalog, "lee2021graph")
    catalog.close()


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 1, 0)])
def test_of_two_keys_that_of_the_source_added_first_is_the_id_in_whichever_order_they_are_read(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    mine = Record(title=TITLES[0], authors=("Ann Lee",), year=2020, key="smith20", line=1)
    catalog = made(tmp_path)
    put(catalog, {0: mine, 1: replace(mine, key="another")}, order)
    [paper] = stored(catalog)
    assert paper.paper_id == "smith20"
    assert find_row(catalog, "another") == find_row(catalog, "smith20")
    catalog.close()


@pytest.mark.parametrize("readers", [("ris", "bibtex"), ("medline", "ris"), ("csv", "csl-json")])
def test_the_key_that_an_author_cites_with_is_the_id_whenever_its_source_was_added(
    tmp_path: Path, readers: tuple[str, str]
) -> None:
    catalog = Catalog.create(tmp_path)
    keys = ("31234567" if readers[0] == "medline" else "a-first", "smith20")
    for reader, key in zip(readers, keys, strict=True):
        one = Record(title=TITLES[0], authors=("Ann Lee",), year=2020, key=key, line=1)
        with catalog.transaction():
            source_id = open_source(catalog, f"by {reader}", reader)
            absorb(catalog, source_id, next_import(catalog), [one], whole)
    assert [paper.paper_id for paper in stored(catalog)] == ["smith20"]
    catalog.close()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_a_sources_own_key_keeps_its_id_whatever_else_would_be_called_so(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    records = {
        0: Record(title=TITLES[0], authors=("Ann Lee",), year=2021, line=1),
        1: Record(title=TITLES[4], key="lee2021graph", line=1),
        2: Record(title=TITLES[1], authors=("Ann Lee",), year=2021, line=1),
    }
    catalog = made(tmp_path)
    put(catalog, records, order)
    ids = {paper.title: paper.paper_id for paper in stored(catalog)}
    assert ids[TITLES[4]] == "lee2021graph"
    assert re.fullmatch(r"lee2021graph-[0-9a-f]{4}", ids[TITLES[0]])
    assert re.fullmatch(r"lee2021graph-[0-9a-f]{4}", ids[TITLES[1]])
    catalog.close()


def test_two_papers_that_only_a_third_kept_apart_become_one_without_it(tmp_path: Path) -> None:
    certain = Record(title=TITLES[4], doi="10.1/a", line=1)
    rival = replace(certain, doi="10.1/b")
    vague = replace(certain, doi=None, abstract="Owls are parsed.")
    catalog = made(tmp_path)
    put(catalog, {0: certain, 1: rival, 2: vague}, [0, 1, 2])
    assert len(stored(catalog)) == 3
    with catalog.transaction():
        remove_works(catalog, [_paper_of(catalog, 1)], whole)
    [paper] = stored(catalog)
    assert (paper.doi, paper.abstract) == ("10.1/a", "Owls are parsed.")
    catalog.close()


def test_a_repeated_key_in_another_order_leaves_no_twin(tmp_path: Path) -> None:
    one = Record(title=TITLES[0], key="k", line=1)
    other = Record(title=TITLES[4], key="k", line=2)
    catalog = made(tmp_path)
    for records in ([one, other], [other, one]):
        with catalog.transaction():
            source_id = open_source(catalog, "source", "made")
            absorb(catalog, source_id, next_import(catalog), records, whole)
    assert catalog.value("SELECT count(*) FROM records") == 2
    assert [len(paper.provenance) for paper in stored(catalog)] == [1, 1]
    catalog.close()


def _forget(catalog: Catalog, place: int) -> None:
    """As if the file of a source had lost its one record."""
    rows = catalog.rows(
        "SELECT record_id FROM records JOIN sources USING (source_id) WHERE path = ?",
        (f"source {place}",),
    )
    with catalog.transaction():
        remove_records(catalog, [record_id for (record_id,) in rows], whole)


def _paper_of(catalog: Catalog, place: int) -> int:
    row = catalog.value(
        "SELECT paper_row FROM records JOIN sources USING (source_id) WHERE path = ?",
        (f"source {place}",),
    )
    return int(row)


def _title_of(catalog: Catalog, place: int) -> str:
    title = catalog.value(
        "SELECT json_extract(fields, '$.title') FROM records JOIN sources USING (source_id) "
        "WHERE path = ?",
        (f"source {place}",),
    )
    return str(title)
