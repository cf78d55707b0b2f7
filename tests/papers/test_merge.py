import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.papers.merge import field_winners, merge_records
from ragassist.types import Record

words = st.sampled_from(["", "a", "b", "longer", "longest of all"])
names = st.lists(st.sampled_from(["Ann Lee", "Bo Yu", "Cy Fox"]), max_size=3).map(tuple)
records = st.builds(
    Record,
    title=words,
    abstract=words,
    key=st.none() | st.sampled_from(["k1", "k2"]),
    authors=names,
    authors_truncated=st.booleans(),
    affiliations=names,
    year=st.none() | st.sampled_from([2019, 2020]),
    date=st.none() | st.sampled_from(["2019", "2020-05", "2020-05-01"]),
    venue=st.none() | words,
    doi=st.none() | st.sampled_from(["10.1/a", "10.1/b"]),
    url=st.none() | words,
    categories=names,
    keywords=names,
    line=st.integers(1, 5),
)


def test_each_field_is_that_of_the_record_that_says_most_about_it() -> None:
    page = Record(
        title="Lamps for Readers",
        abstract="We study lamps at length, in four libraries.",
        authors=("A. Lee",),
        authors_truncated=True,
        line=3,
    )
    export = Record(
        title="Lamps for readers",
        abstract="We study lamps.",
        authors=("Ann Lee", "Bo Yu"),
        year=2021,
        date="2021-03",
        venue="Journal of Lamps",
        doi="10.1/lamps",
        keywords=("lamps",),
        line=9,
    )

    assert merge_records([page, export]) == Record(
        title="Lamps for readers",
        abstract="We study lamps at length, in four libraries.",
        authors=("Ann Lee", "Bo Yu"),
        year=2021,
        date="2021-03",
        venue="Journal of Lamps",
        doi="10.1/lamps",
        keywords=("lamps",),
        line=3,
    )


def test_a_complete_list_of_authors_wins_over_a_longer_one_that_was_cut() -> None:
    cut = Record(title="T", authors=("A", "B", "C"), authors_truncated=True, doi="10.1/a", line=1)
    whole = Record(title="T", authors=("A", "B"), line=1)

    merged = merge_records([cut, whole])

    assert (merged.authors, merged.authors_truncated) == (("A", "B"), False)


def test_a_date_is_taken_only_where_it_is_of_the_year() -> None:
    preprint = Record(title="T", year=2022, date="2022-12-31", line=1)
    article = Record(title="T", year=2023, doi="10.1/a", line=1)

    merged = merge_records([preprint, article])

    assert (merged.year, merged.date) == (2023, None)


def test_the_fuller_date_of_one_year_wins() -> None:
    month = Record(title="T", year=2022, date="2022-12", doi="10.1/a", line=1)
    day = Record(title="T", year=2022, date="2022-12-31", line=1)

    assert merge_records([month, day]).date == "2022-12-31"


PREPRINT = Record(
    title="Lamps for readers",
    abstract="We study lamps at length.",
    authors=("Ann Lee", "Bo Yu", "Cy Fox"),
    year=2020,
    venue="arXiv",
    doi="10.48550/arxiv.2001.00001",
    tags=("to read",),
    line=1,
)
PUBLISHED = Record(
    title="Lamps for Readers",
    abstract="We study lamps.",
    authors=("Ann Lee", "Bo Yu"),
    year=2021,
    venue="Journal of Lamps",
    doi="10.1000/lamps",
    tags=("lamps",),
    extra=(("volume", "7"),),
    line=2,
)


def test_a_published_version_comes_first_and_its_preprint_stays_known() -> None:
    merged = merge_records([PREPRINT, PUBLISHED])

    assert (merged.title, merged.year, merged.venue) == (
        "Lamps for Readers",
        2021,
        "Journal of Lamps",
    )
    assert (merged.doi, merged.arxiv_id) == ("10.1000/lamps", "2001.00001")
    assert merged.extra == (("otherdoi", "10.48550/arxiv.2001.00001"), ("volume", "7"))
    assert merged.abstract == "We study lamps."


def test_a_published_version_without_an_abstract_has_that_of_its_preprint() -> None:
    bare = dataclasses.replace(PUBLISHED, abstract="")

    assert merge_records([bare, PREPRINT]).abstract == "We study lamps at length."


def test_what_is_said_of_a_publication_is_of_one_version() -> None:
    journal = Record(title="Lamps", year=2025, venue="TACL", kind="article-journal",
                     extra=(("pages", "1-20"), ("volume", "13")), key="lee25", line=1)  # fmt: skip
    dump = Record(title="Lamps", year=2024, date="2024-01", venue="arXiv (Cornell University)",
                  url="https://arxiv.org/abs/2401.00001", doi="10.48550/arxiv.2401.00001",
                  kind="article", abstract="We study lamps.", pmid="7", key="W12345",
                  extra=(("note", "12 pages"), ("publisher", "arXiv")), line=1)  # fmt: skip

    merged = merge_records([dump, journal])

    assert merged == dataclasses.replace(
        journal,
        abstract="We study lamps.",
        arxiv_id="2401.00001",
        pmid="7",
        extra=(
            ("note", "12 pages"),
            ("otherdoi", "10.48550/arxiv.2401.00001"),
            ("pages", "1-20"),
            ("volume", "13"),
        ),
        key=None,
    )


def test_the_readers_own_entry_says_where_a_work_was_published_before_a_database_does() -> None:
    own = Record(title="Lamps", year=2021, venue="Proc. of Lamps", kind="paper-conference",
                 key="lee21", extra=(("pages", "1-9"),), line=1)  # fmt: skip
    database = Record(title="Lamps", year=2022, venue="Lamp Studies", kind="article-journal",
                      doi="10.1/lamps", authors=("Ann Lee",), abstract="We study lamps.",
                      extra=(("volume", "4"),), key="W12345", line=1)  # fmt: skip

    merged = merge_records([database, own])

    assert (merged.year, merged.venue, merged.kind) == (2021, "Proc. of Lamps", "paper-conference")
    assert merged.extra == (("pages", "1-9"),)
    assert (merged.authors, merged.abstract) == (("Ann Lee",), "We study lamps.")


def test_another_record_of_the_same_version_adds_what_the_first_leaves_out() -> None:
    own = Record(title="Lamps", year=2021, venue="Journal of Lamps", key="lee21", line=1)
    database = Record(title="Lamps", year=2021, date="2021-03-02", venue="J. Lamps", key="W12345",
                      doi="10.1/lamps", extra=(("volume", "4"),), line=1)  # fmt: skip

    merged = merge_records([database, own])

    assert (merged.venue, merged.date, merged.doi) == (
        "Journal of Lamps",
        "2021-03-02",
        "10.1/lamps",
    )
    assert merged.extra == (("volume", "4"),)


def test_a_publishers_doi_is_taken_from_a_record_that_names_a_preprint_server() -> None:
    own = Record(title="Lamps", year=2021, venue="Journal of Lamps", key="lee21", line=1)
    database = Record(title="Lamps", year=2020, venue="arXiv", doi="10.1/lamps", line=1)

    merged = merge_records([database, own])

    assert (merged.venue, merged.year, merged.doi) == ("Journal of Lamps", 2021, "10.1/lamps")


def test_the_other_dois_are_no_others_when_a_paper_is_read_back() -> None:
    merged = merge_records([PREPRINT, PUBLISHED])

    assert merge_records([merged, PREPRINT, PUBLISHED]).extra == merged.extra


def test_what_one_record_calls_retracted_is() -> None:
    assert merge_records([PREPRINT, Record(title="T", retracted=True, line=3)]).retracted


def test_each_field_names_the_records_that_it_was_taken_from() -> None:
    assert field_winners([PREPRINT, PUBLISHED]) == [
        ("title", (1,)),
        ("abstract", (1,)),
        ("authors", (0,)),
        ("year", (1,)),
        ("venue", (1,)),
        ("doi", (1,)),
        ("arxiv_id", (0,)),
        ("tags", (1, 0)),
        ("otherdoi", (0,)),
        ("volume", (1,)),
    ]


def test_keywords_are_those_of_all_records_each_once() -> None:
    one = Record(title="T", keywords=("lamps", "paper"), doi="10.1/a", line=1)
    two = Record(title="T", keywords=("paper", "ink"), line=1)

    assert merge_records([two, one]).keywords == ("lamps", "paper", "ink")


@settings(deadline=None, max_examples=100)
@given(st.lists(records, min_size=1, max_size=5).flatmap(lambda r: st.tuples(
    st.just(r), st.permutations(r))))  # fmt: skip
def test_the_order_of_records_does_not_matter(
    orders: tuple[list[Record], list[Record]],
) -> None:
    assert merge_records(orders[0]) == merge_records(orders[1])


@settings(deadline=None, max_examples=100)
@given(st.lists(records, min_size=1, max_size=5))
def test_no_field_is_pieced_together_or_invented(several: list[Record]) -> None:
    merged = merge_records(several)

    for field in ("title", "abstract", "authors", "year", "date", "venue", "doi", "url"):
        stated = [getattr(record, field) for record in several]
        assert getattr(merged, field) in [*stated, None]
    assert bool(merged.abstract) == any(record.abstract for record in several)
    assert any(
        (merged.authors, merged.authors_truncated) == (record.authors, record.authors_truncated)
        for record in several
    )
    assert set(merged.keywords) == {word for record in several for word in record.keywords}


@settings(deadline=None, max_examples=100)
@given(st.lists(records, min_size=1, max_size=5))
def test_the_records_a_field_is_said_to_be_from_state_it(several: list[Record]) -> None:
    merged = merge_records(several)
    won = dict(field_winners(several))

    for name in ("title", "abstract", "authors", "year", "date", "venue", "doi", "url"):
        value = getattr(merged, name)
        assert bool(value) == (name in won)
        assert [getattr(several[place], name) for place in won.get(name, ())] in ([], [value])
    keywords = [set(several[place].keywords) for place in won.get("keywords", ())]
    assert set().union(*keywords) == set(merged.keywords)


@settings(deadline=None, max_examples=100)
@given(st.lists(records, min_size=1, max_size=5))
def test_saying_the_same_again_changes_nothing(several: list[Record]) -> None:
    assert merge_records([*several, *several]) == merge_records(several)
