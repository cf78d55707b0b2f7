import pytest
from hypothesis import given

from ragassist.bibliographies import biblatex
from ragassist.types import Paper
from tests.bibliographies.made import FULL, papers
from tests.bibliographies.readers import Entry, plain_of, read_bibtex, title_of


def entry_of(paper: Paper) -> Entry:
    return read_bibtex("".join(biblatex.write([paper])))[paper.paper_id]


def test_an_entry_is_written_under_biblatexs_names() -> None:
    entry = entry_of(FULL)
    assert entry.kind == "article"
    assert {
        name: entry.fields[name]
        for name in ("date", "journaltitle", "eprint", "eprinttype", "eprintclass", "langid")
    } == {
        "date": "2021-07-01",
        "journaltitle": "Journal of Tides",
        "eprint": "2101.00001",
        "eprinttype": "arxiv",
        "eprintclass": "cs.CL",
        "langid": "english",
    }
    assert not {"year", "month", "journal", "archivePrefix"} & set(entry.fields)


@pytest.mark.parametrize(
    ("kind", "type_", "venue"),
    [
        ("thesis", "phdthesis", "institution"),
        ("report", "techreport", "institution"),
        ("article", "article", "journaltitle"),
        ("webpage", "online", "journaltitle"),
        ("document", "misc", "howpublished"),
        ("review-book", "review", "journaltitle"),
    ],
)
def test_the_kind_decides_the_type(kind: str, type_: str, venue: str) -> None:
    entry = entry_of(Paper(paper_id="p", title="T", kind=kind, venue="Sea House"))
    assert entry.kind == type_
    assert entry.fields[venue] == "Sea House"


def test_a_preprint_is_online_where_its_eprint_says_so() -> None:
    preprint = Paper(paper_id="p", title="T", kind="article", arxiv_id="2101.00001")
    assert entry_of(preprint).kind == "online"
    assert entry_of(Paper(paper_id="p", title="T", kind="article")).kind == "misc"


def test_a_place_that_is_taken_costs_no_venue() -> None:
    stated = (("institution", "Sea House"),)
    thesis = Paper(paper_id="p", title="T", kind="thesis", venue="Tides", extra=stated)
    assert entry_of(thesis).fields == {
        "title": "T", "journaltitle": "Tides", "institution": "Sea House",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("title", "main"),
    [
        ("Tides: A Sea of Clocks", "Tides"),
        ("Tides? A Sea of Clocks", "Tides?"),
        ("Tides.: A Sea of Clocks", "Tides.: A Sea of Clocks"),
        ("Tides and A Sea of Clocks", "Tides and A Sea of Clocks"),
        ("Tides", "Tides"),
        ("A Sea of Clocks",) * 2,
    ],
)
def test_a_subtitle_is_not_said_twice(title: str, main: str) -> None:
    stated = Paper(paper_id="p", title=title, extra=(("subtitle", "A Sea of Clocks"),))
    assert entry_of(stated).fields == {"title": main, "subtitle": "A Sea of Clocks"}


@pytest.mark.parametrize(
    ("year", "date", "stated", "fields"),
    [
        (2021, None, (), {"date": "2021"}),
        (2019, None, (("date", "2019-03/2019-05"),), {"date": "2019-03/2019-05"}),
        (2019, None, (("date", "2018/2019"),), {"date": "2019"}),
        (2019, None, (("date", "Mar 3"),), {"year": "2019", "date": "Mar 3"}),
        (1850, None, (("year", "c. 1850"),), {"year": "c. 1850"}),
        (None, None, (("year", "in press"),), {"year": "in press"}),
        (None, "--01-09", (), {"month": "1", "day": "9"}),
    ],
)
def test_dates_are_iso(
    year: int | None, date: str | None, stated: tuple[tuple[str, str], ...], fields: dict[str, str]
) -> None:
    paper = Paper(paper_id="p", title="", authors=("Plato",), year=year, date=date, extra=stated)
    assert entry_of(paper).fields == {"author": "Plato", **fields}


@given(papers())
def test_texts_are_what_they_were(paper: Paper) -> None:
    fields = entry_of(paper).fields
    assert title_of(fields["title"]) == paper.title
    assert plain_of(fields.get("abstract", "")) == paper.abstract
    assert fields.get("doi", "") == (paper.doi or "")
    assert fields.get("url", "") == (paper.url or "")
