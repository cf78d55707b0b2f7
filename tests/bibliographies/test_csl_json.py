import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given

from ragassist.bibliographies import csl_json
from ragassist.sources.csl_json import read
from ragassist.sources.lines import Line
from ragassist.types import Paper, Record, Work
from tests.bibliographies.made import FULL, papers


def items_of(*given: Paper) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads("".join(csl_json.write(given)))
    return items


def paper_of(work: Paper | Record) -> dict[str, Any]:
    return {field.name: getattr(work, field.name) for field in dataclasses.fields(Work)}


def again(paper: Paper) -> dict[str, Any]:
    lines = (
        Line(n, line) for n, line in enumerate("".join(csl_json.write([paper])).split("\n"), 1)
    )
    (record,) = read(lines, "own.json")
    assert isinstance(record, Record)
    return paper_of(record)


def test_an_item_holds_all_that_is_known() -> None:
    (item,) = items_of(FULL)
    assert item == {
        "id": "wren2021tide",
        "citation-key": "wren2021tide",
        "type": "article-journal",
        "title": "TideNet & Clocks",
        "author": [
            {"family": "Wren", "given": "Ada"},
            {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
            {"family": "King", "given": "Max", "suffix": "Jr."},
            {"literal": "Qwen Team"},
            {"literal": "李 明"},
            {"literal": "et al."},
        ],
        "editor": [{"family": "Hale", "given": "Max"}, {"family": "Ames", "given": "Bo"}],
        "issued": {"date-parts": [[2021, 7, 1]]},
        "container-title": "Journal of Tides",
        "DOI": "10.1000/a_b<c>",
        "PMID": "4711",
        "URL": "https://example.org/~a_b?c=50%25#d",
        "abstract": "Tides {move} 5% of all clocks, at $3 each.",
        "keyword": "tides, clocks & watches",
        "ISSN": "1234-5678",
        "language": "en",
        "note": "read twice",
        "issue": "3",
        "page": "12-34",
        "publisher": "Sea & Sons",
        "volume": "9",
        "accessed": {"date-parts": [[2022, 2, 3]]},
        "custom": {
            "arxiv_id": "2101.00001",
            "tags": ["to read", "chapter 2"],
            "categories": ["cs.CL", "cs.IR"],
            "affiliations": ["Sea House", "Clock Works"],
            "retracted": True,
            "langid": "english",
            "mood": "calm_sea",
            "ris-L1": "tides.pdf",
        },
    }


def test_an_array_is_whole_with_and_without_items() -> None:
    assert "".join(csl_json.write([])) == "[]\n"
    two = [Paper(paper_id=key, title="T") for key in "ab"]
    assert "".join(csl_json.write(two)) == (
        '[\n{"id": "a", "citation-key": "a", "type": "document", "title": "T"},\n'
        '{"id": "b", "citation-key": "b", "type": "document", "title": "T"}\n]\n'
    )


def test_the_number_of_a_report_is_no_issue() -> None:
    (item,) = items_of(Paper(paper_id="p", title="T", kind="report", extra=(("number", "7"),)))
    assert item["number"] == "7"


def test_keywords_with_commas_can_be_told_apart() -> None:
    (item,) = items_of(Paper(paper_id="p", title="T", keywords=("a, b", "c")))
    assert item["keyword"] == "a, b, c"
    assert item["custom"] == {"keywords": ["a, b", "c"]}


def test_a_university_publishes_the_thesis_that_it_accepted() -> None:
    extra = (("langid", "ngerman"), ("type", "mathesis"))
    paper = Paper(paper_id="p", title="T", kind="thesis", venue="Univ. of Tides", extra=extra)
    (item,) = items_of(paper)
    stated = (item["publisher"], item["language"], item["genre"], "container-title" in item)
    assert stated == ("Univ. of Tides", "de", "Master's thesis", False)
    assert again(paper) == paper_of(paper)


@pytest.mark.parametrize(
    ("kind", "venue", "extra"),
    [
        ("thesis", None, {"institution": "Univ. of Tides"}),
        ("thesis", None, {"publisher": "Sea & Sons"}),
        ("report", "Sea House", {"publisher": "Sea & Sons"}),
        ("article-journal", "Tides", {"institution": "Sea House"}),
        ("article-journal", "Tides", {"date": "2021-03/2021-05"}),
        ("article-journal", "Tides", {"date": "2021~"}),
        ("article-journal", "Tides", {"date": "2021-22"}),
        ("article-journal", "Tides", {"language": "german", "langid": "ngerman"}),
        ("article-journal", "Tides", {"language": "german"}),
    ],
)
def test_what_csl_words_otherwise_comes_back(
    kind: str, venue: str | None, extra: dict[str, str]
) -> None:
    stated = tuple(sorted(extra.items()))
    date = "2021-03" if "/" in extra.get("date", "") else None
    paper = Paper(
        paper_id="p", title="T", kind=kind, venue=venue, year=2021, date=date, extra=stated
    )
    assert again(paper) == paper_of(paper)


def test_seasons_ranges_and_doubts_are_dates_of_csl() -> None:
    stated = [
        items_of(Paper(paper_id="p", title="T", year=2021, extra=(("date", date),)))[0]["issued"]
        for date in ("2021-22", "2021-03/2021-05", "2021~")
    ]
    assert stated == [
        {"date-parts": [[2021]], "season": 2},
        {"date-parts": [[2021, 3], [2021, 5]]},
        {"date-parts": [[2021]], "circa": True},
    ]


@pytest.mark.parametrize(
    ("author", "parts"),
    [
        (
            "van den Berg, Jan",
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van den"},
        ),
        (
            "Fontaine, Jean de",
            {"family": "Fontaine", "given": "Jean", "dropping-particle": "de"},
        ),
        ("World Health Organization", {"literal": "World Health Organization"}),
        ("Bayer AG and Sons", {"literal": "Bayer AG and Sons"}),
    ],
)
def test_particles_stand_apart_and_organisations_stay_whole(
    author: str, parts: dict[str, str]
) -> None:
    (item,) = items_of(Paper(paper_id="p", title="T", authors=(author,)))
    assert item["author"] == [parts]


def test_keywords_that_differ_in_case_are_one() -> None:
    paper = Paper(paper_id="p", title="T", keywords=("rag", "RAG", "Owls"))
    assert items_of(paper)[0]["keyword"] == "rag, Owls"
    assert again(paper)["keywords"] == ("rag", "RAG", "Owls")


@given(papers())
def test_texts_are_what_they_were(paper: Paper) -> None:
    (item,) = items_of(paper)
    assert item["title"] == paper.title
    assert item.get("abstract", "") == paper.abstract
    is_handed_in = paper.kind in ("thesis", "report")
    assert item.get("publisher" if is_handed_in else "container-title") == paper.venue
    assert item.get("note", "") == dict(paper.extra).get("note", "")
