"""What is written and read again by ragassist's own readers is the same paper.

A format keeps what it has room for; what it changes says the function named for it.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given, settings

from ragassist.bibliographies.formats import WRITERS, FormatName
from ragassist.bibliographies.keywords import each_once
from ragassist.bibliographies.people import Name, parse_name, split_people
from ragassist.sources import bibtex, csl_json, jsonl, ris, table
from ragassist.sources.json_shapes.kinds import CSL_TYPES
from ragassist.sources.lines import Line
from ragassist.types import Failure, Paper, Record
from tests.bibliographies.made import FULL, papers

Read = Callable[[Iterable[Line], str], Iterator[Record | Failure]]

READERS: dict[FormatName, Read] = {
    "bibtex": bibtex.read,
    "biblatex": bibtex.read,
    "ris": ris.read,
    "csl-json": csl_json.read,
    "csv": table.read,
    "jsonl": jsonl.read,
}
COMPARED = (
    "title", "abstract", "authors_truncated", "affiliations", "year", "date", "venue", "doi",
    "arxiv_id", "pmid", "url", "categories", "keywords", "tags", "kind", "retracted", "extra",
)  # fmt: skip
# A reader may keep these beside what it took from them.
BESIDE = frozenset({"categories", "eprintclass", "retracted", "ris-AN", "ris-U2", "sortkey"})

every_format = pytest.mark.parametrize("form", READERS)


def read_back(form: FormatName, *given: Paper) -> list[Record]:
    text = "".join(WRITERS[form](given))
    lines = (Line(number, line) for number, line in enumerate(re.split(r"\r?\n", text), 1))
    records = []
    for record in READERS[form](lines, "own"):
        assert isinstance(record, Record), record
        records.append(record)
    return records


def people(authors: Iterable[str]) -> list[Name]:
    """Who they are, whichever way their names are written."""
    return [parse_name(author) for author in authors]


def compared(work: Record | Paper) -> dict[str, object]:
    shape = {name: getattr(work, name) for name in COMPARED}
    extra = {name: value for name, value in work.extra if name not in BESIDE}
    if "pages" in extra:
        extra["pages"] = extra["pages"].replace("–", "-")
    if "editor" in extra:
        extra["editor"] = " and ".join(split_people(extra["editor"]))
    return {**shape, "extra": extra}


def expected(form: FormatName, paper: Paper) -> dict[str, object]:
    changed = {"bibtex": in_bibtex, "biblatex": in_bibtex, "ris": in_ris}.get(form)
    return compared(changed(paper) if changed else paper)


def in_bibtex(paper: Paper) -> Paper:
    """Names of fields have no case."""
    extra = tuple((name.lower(), value) for name, value in paper.extra)
    return dataclasses.replace(paper, extra=extra)


def in_ris(paper: Paper) -> Paper:
    """Keywords are of one word one; a date without a year has no place.

    Nor has a venue that is called as the paper is. What has an eprint and was not published is a
    preprint.
    """
    stated = dict(paper.extra)
    venue = paper.venue if paper.venue != paper.title else None
    tag = "ris-JF" if paper.kind in {"book", "thesis", "report"} else "ris-T2"
    same = {tag: paper.venue} if paper.venue and not venue and tag == "ris-T2" else {}
    is_preprint = paper.arxiv_id and not venue and paper.kind in {"article-journal", "report"}
    return dataclasses.replace(
        paper,
        date=paper.date if paper.year else None,
        keywords=each_once(paper.keywords),
        venue=venue,
        kind="article" if is_preprint else paper.kind,
        extra=tuple({**stated, **same}.items()),
    )


@every_format
@settings(deadline=None)
@given(paper=papers())
def test_a_paper_is_the_same_again(form: FormatName, paper: Paper) -> None:
    (record,) = read_back(form, paper)
    assert record.key == paper.paper_id
    assert people(record.authors) == people(paper.authors)
    assert compared(record) == expected(form, paper)


@every_format
def test_a_paper_that_states_everything_is_the_same_again(form: FormatName) -> None:
    (record,) = read_back(form, FULL)
    assert record.key == FULL.paper_id
    assert people(record.authors) == people(FULL.authors)
    assert compared(record) == expected(form, FULL)


@every_format
@pytest.mark.parametrize(
    "author",
    [
        "Rao, V", "Rao V", "U, V", "R, V", "Kumar, I", "Kumar IV", "Ivanov, II", "King, Jr.",
        "King Jr.", "King, Jr., V", "King, V, Jr.", "King, V, Max", "King, Max, V", "King, II, IV",
        "Max King III", "King, Jr., Max",
    ],
)  # fmt: skip
def test_nobodys_names_are_swapped(form: FormatName, author: str) -> None:
    (record,) = read_back(form, Paper(paper_id="p", title="T", authors=(author, "Hale, Max")))
    assert people(record.authors) == people((author, "Hale, Max"))


@every_format
@pytest.mark.parametrize("extra", [(), (("note", "read twice"),)])
def test_a_retraction_is_kept(form: FormatName, extra: tuple[tuple[str, str], ...]) -> None:
    paper = Paper(paper_id="p", title="T", kind="article-journal", retracted=True, extra=extra)
    (record,) = read_back(form, paper)
    assert (record.retracted, record.extra) == (True, extra)


@every_format
def test_what_is_tag_and_keyword_stays_both(form: FormatName) -> None:
    paper = Paper(paper_id="p", title="T", keywords=("owls", "Rag"), tags=("owls", "rag", "x"))
    (record,) = read_back(form, paper)
    assert (record.keywords, record.tags) == (paper.keywords, paper.tags)


@every_format
@pytest.mark.parametrize(
    "extra", [(("langid", "english"), ("language", "en")), (("language", "en"),)]
)
def test_a_language_keeps_its_name(form: FormatName, extra: tuple[tuple[str, str], ...]) -> None:
    (record,) = read_back(form, Paper(paper_id="p", title="T", extra=extra))
    assert record.extra == extra


@every_format
def test_many_papers_are_as_many_again(form: FormatName) -> None:
    given = [dataclasses.replace(FULL, paper_id=f"p{number}") for number in range(300)]
    assert [record.key for record in read_back(form, *given)] == [p.paper_id for p in given]


@every_format
@pytest.mark.parametrize(
    ("kind", "arxiv_id"),
    [
        ("article-journal", None),
        ("article", "2101.00001"),
        ("paper-conference", None),
        ("book", None),
        ("chapter", None),
        ("thesis", None),
        ("report", None),
        ("manuscript", None),
    ],
)
def test_what_researchers_cite_stays_what_it_is(
    form: FormatName, kind: str, arxiv_id: str | None
) -> None:
    paper = Paper(paper_id="p", title="T", kind=kind, arxiv_id=arxiv_id)
    assert read_back(form, paper)[0].kind == kind


@every_format
@pytest.mark.parametrize("kind", ["dataset", "software", "webpage", "patent", "graphic"])
def test_other_kinds_stay_what_they_are(form: FormatName, kind: str) -> None:
    (record,) = read_back(form, Paper(paper_id="p", title="T", kind=kind))
    assert (record.kind, record.extra) == (kind, ())


@pytest.mark.parametrize("form", [form for form in READERS if form != "ris"])
@pytest.mark.parametrize("kind", sorted(CSL_TYPES))
def test_every_kind_has_a_place_but_in_ris(form: FormatName, kind: str) -> None:
    (record,) = read_back(form, Paper(paper_id="p", title="T", kind=kind))
    assert (record.kind, dict(record.extra)) == (kind, {})
