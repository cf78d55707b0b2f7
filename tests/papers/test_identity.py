import dataclasses
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.papers.decisions import Decisions
from ragassist.papers.identity import Sighting, group_works
from ragassist.papers.ids import base_id
from ragassist.papers.keys import handles, identity_keys
from ragassist.papers.merge import merge_records
from ragassist.storage.catalog import Catalog
from ragassist.storage.intake import absorb, open_source
from ragassist.storage.papers import iterate_papers
from ragassist.types import Chunk, Filters, Record

TITLE = "Lamps for Readers of Long Reports"

# Few values each, so that records collide in every way they can.
sightings = st.builds(
    Sighting,
    st.builds(
        Record,
        title=st.sampled_from([TITLE, TITLE.upper(), "Another Title of Lamps", "Editorial", ""]),
        abstract=st.sampled_from(["", "We study lamps.", "Editorial notes."]),
        key=st.none() | st.sampled_from(["lee20", "lee21"]),
        authors=st.sampled_from([(), ("Ann Lee",), ("Lee, Ann", "Bo Yu"), ("Bo Yu",)]),
        year=st.none() | st.sampled_from([2020, 2021, 2024]),
        doi=st.none() | st.sampled_from(["10.1/a", "10.1/b", "10.48550/arxiv.2001.00001"]),
        arxiv_id=st.none() | st.sampled_from(["2001.00001", "2001.00002"]),
        pmid=st.none() | st.sampled_from(["1", "2"]),
        line=st.integers(1, 3),
    ),
    source=st.sampled_from(["a.jsonl", "b.jsonl"]),
)


def record(title: str = TITLE, **fields: object) -> Record:
    return Record(title=title, line=1, **fields)  # type: ignore[arg-type]


def sighted(*records: Record) -> list[Sighting]:
    """Each in a source of its own."""
    return [Sighting(one, f"source{number}") for number, one in enumerate(records)]


def sizes(*records: Record) -> list[int]:
    return sorted(len(work) for work in group_works(sighted(*records)))


def outcome(given_sightings: list[Sighting]) -> set[tuple[str, Record, int]]:
    """What is true of the works, whatever their order."""
    works = set()
    for work in group_works(given_sightings):
        records = [sighting.record for sighting in work]
        merged = merge_records(records)
        keys = sorted(one.key for one in records if one.key)
        works.add((base_id(merged, keys), merged, len(work)))
    return works


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (record("Lamps", doi="10.1/a", year=1999), record("Reading lights", doi="10.1/a")),
        (record("Lamps", arxiv_id="2001.00001"), record("Light", arxiv_id="2001.00001")),
        (record("Lamps", arxiv_id="2001.00001"), record("L", doi="10.48550/arxiv.2001.00001v2")),
        (record("Lamps", pmid="123"), record("Light", pmid="123")),
        (record(), record("LAMPS — for readers of long reports!")),
        (record(year=2020), record(year=2021)),
        (record(authors=("Ann Lee",)), record(authors=("Lee, A.", "Bo Yu"))),
        (record(authors=("Ann Lee",)), record(authors=("Lee A",))),
        (record(authors=("Yujia Qin",)), record(authors=("Qin Yujia",))),
        (record(doi="10.1/a"), record(doi="10.48550/arxiv.2001.00001")),
        (
            record(doi="10.1000/a", authors=("Ann Lee",), year=2022),
            record(doi="10.1101/2020.01.01.123456", authors=("Lee, A.",), year=2020),
        ),
        (
            record(venue="Journal of Lamps", authors=("Ann Lee",), year=2022),
            record(arxiv_id="2001.00001", authors=("Ann Lee",), year=2020),
        ),
        (record("Editorial", abstract="Notes."), record("Editorial", abstract="Notes.")),
        (
            record("Editorial", authors=("Ann Lee",), year=2020, abstract="x"),
            record("Editorial", authors=("Lee, Ann",), year=2020),
        ),
        (record("注意力机制", year=2020), record("注意力机制")),
    ],
)
def test_two_sightings_are_one_work(one: Record, other: Record) -> None:
    assert sizes(one, other) == [2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (record(doi="10.1/a"), record(doi="10.1/b")),
        (record(arxiv_id="2001.00001"), record(arxiv_id="2001.00002")),
        (record(pmid="1"), record(pmid="2")),
        (record(year=2020), record(year=2022)),
        # Whose preprint it is, is not known.
        (record(year=2022), record(arxiv_id="2001.00001", year=2020)),
        (
            record(doi="10.1101/gr.123456.120", authors=("Ann Lee",), year=2020),
            record(doi="10.1000/a", authors=("Ann Lee",), year=2020),
        ),
        (
            record(arxiv_id="2001.00001", authors=("Ann Lee",), year=2020),
            record(doi="10.1000/a", authors=("Ann Lee",), year=2023),
        ),
        (record(authors=("Ann Lee",)), record(authors=("Bo Yu",))),
        (record("Editorial"), record("Editorial", abstract="Notes on lamps.")),
        (record("Editorial", authors=("A Lee",), year=2020), record("Editorial", year=2020)),
        (record(""), record("")),
        (record("?"), record("!")),
        (
            record(doi="10.1/a", authors=("Ann Lee",), year=2020),
            record("Owls under snow", doi="10.1/a", authors=("Bo Yu",), year=2011),
        ),
        (
            record("Editorial", authors=("A Lee",), year=2020, venue="Lamps Today"),
            record("Editorial", authors=("A Lee",), year=2020, venue="Annals of Owls"),
        ),
    ],
)
def test_two_sightings_are_two_works(one: Record, other: Record) -> None:
    assert sizes(one, other) == [1, 1]


def test_a_sighting_that_fits_two_works_stays_by_itself() -> None:
    first, second = record(year=2010, doi="10.1/a"), record(year=2020, doi="10.1/b")

    assert sizes(first, second, record()) == [1, 1, 1]


def decided(one: Record, other: Record, *, same: bool) -> Decisions:
    pairs: dict[str, set[str]] = {}
    for first, second in ((one, other), (other, one)):
        for handle in handles(first):
            pairs.setdefault(handle, set()).update(handles(second))
    frozen = {handle: frozenset(others) for handle, others in pairs.items()}
    return Decisions(same=frozen) if same else Decisions(apart=frozen)


def test_what_the_user_said_is_one_work_is_one_whatever_it_states() -> None:
    one, other = record(doi="10.1000/a", year=1990), record("Light", doi="10.1000/b", year=2020)
    together = decided(one, other, same=True)

    assert len(group_works(sighted(one, other))) == 2
    assert len(group_works(sighted(one, other), together)) == 1
    # A third of the same title has no part in it.
    third = record("Light", doi="10.1000/c")
    assert len(group_works(sighted(one, other, third), together)) == 2


def test_what_the_user_keeps_apart_stays_apart_unless_an_identifier_joins_it() -> None:
    one = record(key="a", authors=("Ann Lee",), year=2020)
    other = record(key="b", authors=("Ann Lee",), year=2021)
    apart = decided(one, other, same=False)

    assert len(group_works(sighted(one, other))) == 1
    assert len(group_works(sighted(one, other), apart)) == 2
    both = [dataclasses.replace(r, doi="10.1000/a") for r in (one, other)]
    assert len(group_works(sighted(*both), apart)) == 1


def test_a_sighting_kept_apart_from_one_of_two_works_is_not_given_to_the_other() -> None:
    first, second = record(year=2010, doi="10.1000/a"), record(year=2020, doi="10.1000/b")
    apart = decided(first, record(), same=False)

    assert len(group_works(sighted(first, second, record()), apart)) == 3


def test_two_keys_of_one_source_are_two_works_unless_the_facts_agree() -> None:
    one = Sighting(record(key="lee20"), "a.bib")
    other = Sighting(record(key="lee20b"), "a.bib")
    assert len(group_works([one, other])) == 2

    one = Sighting(record(key="lee20", authors=("Ann Lee",), year=2020), "a.bib")
    other = Sighting(record(key="lee20b", authors=("Ann Lee",), year=2020), "a.bib")
    assert len(group_works([one, other])) == 1


def in_one_file(**differing: tuple[object, object]) -> int:
    """How many works two entries of one file are that differ in this."""
    stated = [
        {"authors": ("Ann Lee",), "year": 2020, "title": TITLE}
        | {name: pair[place] for name, pair in differing.items()}
        for place in (0, 1)
    ]
    entries = [Sighting(Record(line=1, **one), "a.bib") for one in stated]  # type: ignore[arg-type]
    return len(group_works(entries))


@pytest.mark.parametrize(
    ("differing", "works"),
    [
        ({"year": (2020, 2021)}, 2),
        ({"venue": ("CHI", "Journal of Documentation")}, 2),
        ({"kind": ("thesis", "article-journal")}, 2),
        ({"year": (2020, 2021), "doi": ("10.1000/a", "10.1000/a")}, 1),
        ({"year": (2020, 2021), "arxiv_id": ("2001.00001", None), "venue": (None, "CHI")}, 1),
        ({"venue": ("Journal of Documentation", "J. Doc.")}, 1),
        (
            {
                "title": ("Introduction", "Introduction"),
                "venue": ("Handbook of Owls", "Handbook of Bats"),
            },
            2,
        ),
    ],
)
def test_two_keys_of_one_file_with_two_years_or_venues_are_two_works_unless_identifiers_agree(
    differing: dict[str, tuple[object, object]], works: int
) -> None:
    assert in_one_file(key=("lee20", "lee20b"), **differing) == works


def test_entries_met_again_elsewhere_join_the_one_they_are_most_like() -> None:
    conference = record(key="lee20", authors=("Ann Lee",), year=2020, venue="CHI")
    journal = record(
        key="lee21", authors=("Ann Lee",), year=2021, venue="J. Doc.", abstract="We study lamps."
    )
    mine = [Sighting(one, "a.bib") for one in (conference, journal)]
    moved = [
        Sighting(dataclasses.replace(one, abstract=""), "b/a.bib") for one in (conference, journal)
    ]
    theirs = [
        Sighting(dataclasses.replace(one, key=key, venue=None), "c.bib")
        for one, key in ((conference, "x"), (journal, "y"))
    ]

    works = group_works([*theirs, *moved, *mine])

    assert sorted(sorted(one.record.year or 0 for one in work) for work in works) == [
        [2020] * 3,
        [2021] * 3,
    ]


def test_an_entry_with_the_same_key_and_author_is_one_though_its_title_was_corrected() -> None:
    one = record(key="lee20", authors=("Ann Lee",), year=2020)
    longer = record(f"{TITLE}: a survey", key="lee20", authors=("Lee, A.",), year=2020)
    corrected = record(TITLE.replace(" Long", ""), key="lee20", authors=("Ann Lee",), year=2020)
    other = record("Lamps in owls", key="lee20", authors=("Ann Lee",), year=2020)

    assert sizes(one, longer, corrected, other) == [1, 3]


@pytest.mark.parametrize("shared", [{"arxiv_id": "1001.1234"}, {"pmid": "7"}])
def test_a_preprint_retitled_by_its_author_is_one_work(shared: dict[str, str]) -> None:
    first = record("On primes", authors=("Tao, T",), year=2010, **shared)
    later = record("Gaps between consecutive numbers", authors=("T. Tao",), year=2013, **shared)
    foreign = dataclasses.replace(later, authors=("Bo Yu",))

    assert sizes(first, later) == [2]
    assert sizes(first, foreign) == [1, 1]


def test_umlauts_spelt_as_two_letters_are_the_same_name_and_the_same_title() -> None:
    preprint = record("Die Größe der Eulen", authors=("Jürgen Müller",), year=2019,
                      doi="10.48550/arxiv.1901.00001")  # fmt: skip
    published = record(
        "Die Groesse der Eulen", authors=("Mueller, J.",), year=2020, doi="10.1000/a"
    )

    assert sizes(preprint, published) == [2]
    assert sizes(record(authors=("Ann Muller",)), record(authors=("Ann Mueller",))) == [1, 1]


def test_certain_keys_join_through_a_third_sighting() -> None:
    bridge = record("Light", doi="10.1/a", pmid="7")

    assert sizes(record("Lamps", doi="10.1/a"), bridge, record("Lumen", pmid="7")) == [3]


def test_a_shared_identifier_joins_each_of_two_works_with_its_own_and_neither_with_the_other() -> (
    None
):
    lamps = record(doi="10.1/a", authors=("Ann Lee",), year=2020)
    owls = record("Owls under snow", doi="10.1/a", authors=("Bo Yu",), year=2011)
    like_owls = record("Owls under deep snow", doi="10.1/a")
    either = record("", doi="10.1/a")

    assert sizes(lamps, owls, like_owls) == [1, 2]
    assert sizes(lamps, owls, either) == [1, 1, 1]
    assert sizes(lamps, either) == [2]


def test_an_identifier_of_dozens_of_titles_joins_no_two_of_them() -> None:
    chapters = [record(f"{chr(97 + n)}{n} of {n}", doi="10.1/book") for n in range(60)]

    assert sizes(*chapters, chapters[0]) == [1] * 59 + [2]


def test_what_contradicts_itself_is_one_work_where_the_user_says_so() -> None:
    lamps = record(doi="10.1/a", authors=("Ann Lee",), year=2020)
    owls = record("Owls under snow", doi="10.1/a", authors=("Bo Yu",), year=2011)

    assert len(group_works(sighted(lamps, owls), decided(lamps, owls, same=True))) == 1


def test_the_fullest_sighting_of_a_work_comes_first() -> None:
    poor = record(year=2020)
    rich = record(doi="10.1/a", authors=("Ann Lee",), abstract="We study lamps.", year=2020)

    [work] = group_works(sighted(poor, rich))

    assert [sighting.record for sighting in work] == [rich, poor]


def test_keys_name_what_records_may_share() -> None:
    full = record(doi="10.48550/arxiv.2001.00001v3", arxiv_id="2001.00001", pmid="7")

    assert identity_keys(full) == {
        "doi:10.48550/arxiv.2001.00001v3",
        "arxiv:2001.00001",
        "pmid:7",
        "title:lamps for readers of long reports",
    }
    assert identity_keys(record("")) == frozenset()


@settings(deadline=None, max_examples=100)
@given(st.lists(sightings, max_size=8).flatmap(lambda s: st.tuples(
    st.just(s), st.permutations(s))))  # fmt: skip
def test_works_ids_and_merged_records_are_a_function_of_the_set(
    orders: tuple[list[Sighting], list[Sighting]],
) -> None:
    assert outcome(orders[0]) == outcome(orders[1])


@settings(deadline=None, max_examples=20)
@given(
    st.lists(sightings, max_size=7).flatmap(lambda s: st.tuples(st.just(s), st.permutations(s))),
    st.integers(1, 3),
)
def test_a_catalog_has_the_same_papers_whatever_the_batches_they_came_in(
    orders: tuple[list[Sighting], list[Sighting]], size: int
) -> None:
    at_once, reordered = orders
    batches = [reordered[i : i + size] for i in range(0, len(reordered), size)]

    assert stored([at_once]) == stored(batches)


def stored(batches: list[list[Sighting]]) -> list[object]:
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog.create(Path(folder))
        catalog.execute("PRAGMA synchronous = OFF")
        for source in ("a.jsonl", "b.jsonl"):
            open_source(catalog, source, "jsonl")
        for batch in batches:
            for source in sorted({sighting.source for sighting in batch}):
                records = [sighting.record for sighting in batch if sighting.source == source]
                with catalog.transaction():
                    absorb(catalog, open_source(catalog, source, "jsonl"), 1, records, one_chunk)
        papers: list[object] = [
            (p.paper_id, p.title, p.abstract, p.authors, p.year, p.doi, p.arxiv_id, p.pmid)
            for p in iterate_papers(catalog, Filters())
        ]
        catalog.close()
    return papers


def one_chunk(_title: str, abstract: str) -> tuple[Chunk, ...]:
    return (Chunk(start=0, stop=len(abstract)),)


@settings(deadline=None, max_examples=100)
@given(st.lists(sightings, max_size=8))
def test_records_that_share_no_key_do_not_meddle_with_each_other(
    several: list[Sighting],
) -> None:
    # The catalog regroups only what shares a key with what has changed.
    together = outcome(several)
    apart = set()
    for component in _components(several):
        apart |= outcome(component)

    assert together == apart


def _components(several: list[Sighting]) -> list[list[Sighting]]:
    parts: list[tuple[set[str], list[Sighting]]] = []
    for sighting in several:
        keys, members = set(identity_keys(sighting.record)), [sighting]
        for part in [part for part in parts if part[0] & keys]:
            parts.remove(part)
            keys |= part[0]
            members = part[1] + members
        parts.append((keys, members))
    return [members for _, members in parts]


def test_thousands_of_different_works_are_grouped_in_linear_time() -> None:
    many = sighted(*(record(f"Lamps for readers number {n}", year=2020) for n in range(5_000)))
    started = time.perf_counter()

    assert len(group_works(many)) == 5_000
    assert time.perf_counter() - started < 5
