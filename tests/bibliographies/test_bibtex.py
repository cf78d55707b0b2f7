import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.bibliographies import bibtex
from ragassist.bibliographies.people import parse_name
from ragassist.text import one_line
from ragassist.types import Paper
from tests.bibliographies.made import FULL, TRICKY, papers
from tests.bibliographies.readers import Entry, names_of, plain_of, read_bibtex, title_of


def entry_of(paper: Paper) -> Entry:
    return read_bibtex("".join(bibtex.write([paper])))[paper.paper_id]


def test_an_entry_holds_all_that_is_known() -> None:
    entry = entry_of(FULL)
    assert entry.kind == "article"
    assert entry.fields == {
        "author": "Wren, Ada and van Beethoven, Ludwig and King, Jr., Max and {Qwen Team} and "
        "{李 明} and others",
        "title": r"{TideNet} \& Clocks",
        "year": "2021",
        "month": "jul",
        "day": "1",
        "journal": "Journal of Tides",
        "eprint": "2101.00001",
        "archivePrefix": "arXiv",
        "primaryClass": "cs.CL",
        "doi": "10.1000/a_b<c>",
        "pmid": "4711",
        "url": "https://example.org/~a_b?c=50%25#d",
        "abstract": r"Tides \textbraceleft{}move\textbraceright{} 5\% of all clocks, at \$3 each.",
        "keywords": r"tides, clocks \& watches",
        "groups": "to read, chapter 2",
        "affiliation": "Sea House; Clock Works",
        "categories": "cs.CL, cs.IR",
        "retracted": "yes",
        "editor": "Hale, Max and Ames, Bo",
        "issn": "1234-5678",
        "langid": "english",
        "mood": r"calm\_sea",
        "note": "read twice",
        "number": "3",
        "pages": "12--34",
        "publisher": r"Sea \& Sons",
        "ris-L1": "tides.pdf",
        "urldate": "2022-02-03",
        "volume": "9",
    }


def test_entries_come_one_by_one_with_a_blank_line_between() -> None:
    given = (Paper(paper_id=key, title="T") for key in "ab")
    pieces = bibtex.write(given)
    assert next(pieces) == "@misc{a,\n  key = {T},\n  title = {T},\n}\n"
    assert next(given).paper_id == "b"
    assert "".join(bibtex.write(Paper(paper_id=key, title="T") for key in "ab")).count("\n\n@") == 1


@pytest.mark.parametrize(
    ("kind", "type_", "venue"),
    [
        ("article-journal", "article", "journal"),
        ("paper-conference", "inproceedings", "booktitle"),
        ("chapter", "incollection", "booktitle"),
        ("thesis", "phdthesis", "school"),
        ("report", "techreport", "institution"),
        ("article", "article", "journal"),
        ("book", "book", "journal"),
        ("nothing we know", "misc", "howpublished"),
    ],
)
def test_the_kind_decides_the_type_and_where_the_venue_stands(
    kind: str, type_: str, venue: str
) -> None:
    entry = entry_of(Paper(paper_id="p", title="T", kind=kind, venue="ICLR 2021"))
    assert entry.kind == type_
    assert entry.fields[venue] == "ICLR 2021"


def test_the_type_that_was_read_is_given_back() -> None:
    stated = (("entrytype", "MastersThesis"), ("institution", "Sea House"))
    entry = entry_of(Paper(paper_id="p", title="T", kind="thesis", extra=stated))
    assert entry.kind == "mastersthesis"
    assert entry.fields["school"] == "Sea House"
    assert "entrytype" not in entry.fields
    odd = Paper(paper_id="p", title="T", kind="thesis", extra=(("entrytype", "string{"),))
    assert entry_of(odd).kind == "phdthesis"


def test_who_names_two_places_means_two() -> None:
    stated = (("address", "Sea Press"), ("location", "Seaside"))
    fields = entry_of(Paper(paper_id="p", title="T", extra=stated)).fields
    assert (fields["address"], fields["location"]) == ("Sea Press", "Seaside")


def test_what_was_inherited_needs_no_parent() -> None:
    stated = (("crossref", "proc99"), ("xdata", "house"), ("series", "LNCS"))
    assert set(entry_of(Paper(paper_id="p", title="T", extra=stated)).fields) == {
        "key", "title", "series",
    }  # fmt: skip


def test_a_name_of_a_field_is_made_safe_and_never_stands_twice() -> None:
    stated = (("my field{", "a"), ("1st", "b"), ("Title", "c"), ("location", "d"))
    fields = entry_of(Paper(paper_id="p", title="T", extra=stated)).fields
    assert fields == {
        "key": "T", "title": "T", "my-field": "a", "x-1st": "b", "address": "d",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("year", "date", "fields"),
    [
        (2021, "2021-07", {"year": "2021", "month": "jul"}),
        (2021, "2021", {"year": "2021"}),
        (2021, "2020-12-31", {"year": "2021"}),
        (2021, "summer", {"year": "2021"}),
        (None, "--01-09", {"month": "jan", "day": "9"}),
        (None, "2021-13-01", {"year": "2021"}),
        (None, None, {}),
    ],
)
def test_dates_are_years_macros_of_months_and_days(
    year: int | None, date: str | None, fields: dict[str, str]
) -> None:
    written = entry_of(Paper(paper_id="p", title="", authors=("Plato",), year=year, date=date))
    assert written.fields == {"author": "Plato", **fields}


@pytest.mark.parametrize(
    ("stated", "fields"),
    [
        (("year", "c. 2021"), {"year": "c. 2021", "month": "jul"}),
        (("date", "2021-07/2021-09"), {"year": "2021", "date": "2021-07/2021-09"}),
        (("date", "2020/2021"), {"year": "2021", "month": "jul"}),
        (("date", "Jul 3"), {"year": "2021", "month": "jul", "date": "Jul 3"}),
    ],
)
def test_a_date_that_says_more_is_given_back(
    stated: tuple[str, str], fields: dict[str, str]
) -> None:
    paper = Paper(
        paper_id="p", title="", authors=("Plato",), year=2021, date="2021-07", extra=(stated,)
    )
    assert entry_of(paper).fields == {"author": "Plato", **fields}


def test_what_a_field_cannot_hold_bare_is_told_apart() -> None:
    stated = Paper(
        paper_id="p", title="T", keywords=("a, b", "c"), tags=("d, e",), kind="article-magazine",
        extra=(("file", r"my {x} C\:a_b.pdf:PDF"), ("sortkey", "Zz")),
    )  # fmt: skip
    assert entry_of(stated).fields == {
        "title": "T",
        "keywords": "a, b; c",
        "groups": "d, e;",
        "entrysubtype": "magazine",
        "file": r"my %7Bx%7D C\:a_b.pdf:PDF",
        "key": "Zz",
    }


def test_a_month_that_is_none_is_given_back() -> None:
    stated = Paper(paper_id="p", title="T", year=2021, extra=(("month", "Spring"),))
    assert entry_of(stated).fields["month"] == "Spring"
    macro = Paper(paper_id="p", title="T", year=2021, extra=(("month", "March"),))
    assert entry_of(macro).fields["month"] == "mar"


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("Tom AND Jerry", "{Tom AND Jerry}"),
        ("others", "{others}"),
        ("bell hooks", "{bell hooks}"),
        (", Ada", "{, Ada}"),
        ("Sm{ith, A", r"Sm\textbraceleft{}ith, A"),
        ("Smith,", "Smith"),
    ],
)
def test_odd_names_stay_one_name(written: str, field: str) -> None:
    assert entry_of(Paper(paper_id="p", title="T", authors=(written,))).fields["author"] == field


@given(title=TRICKY, value=TRICKY, authors=st.lists(TRICKY, max_size=3), url=TRICKY)
def test_whatever_a_paper_holds_the_entry_says_the_same(
    title: str, value: str, authors: list[str], url: str
) -> None:
    paper = Paper(
        paper_id="p1",
        title=title,
        abstract=value,
        authors=tuple(authors),
        venue=value,
        url=url,
        doi=url,
        extra=(("note", value), ("odd name", value), ("file", url)),
    )
    written = "".join(bibtex.write([paper, Paper(paper_id="p2", title="T")]))
    entries = read_bibtex(written)
    assert list(entries) == ["p1", "p2"]
    fields = entries["p1"].fields
    if one_line(title):
        assert title_of(fields["title"]) == one_line(title)
    for name in ("abstract", "note", "odd-name"):
        assert plain_of(fields.get(name, "")) == one_line(value)
    named = [author for author in authors if one_line(author)]
    assert len(names_of(fields["author"]) if named else []) == len(named)


@given(papers())
def test_people_stay_who_they_are(paper: Paper) -> None:
    authors = names_of(entry_of(paper).fields["author"]) if paper.authors else []
    read = [plain_of(name[1:-1] if name[0] == "{" else name) for name in authors]
    assert list(map(parse_name, read)) == list(map(parse_name, paper.authors))
