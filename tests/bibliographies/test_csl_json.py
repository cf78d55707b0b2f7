import json
from typing import Any

from hypothesis import given

from ragassist.bibliographies import csl_json
from ragassist.types import Paper
from tests.bibliographies.made import FULL, papers


def items_of(*given: Paper) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads("".join(csl_json.write(given)))
    return items


def test_an_item_holds_all_that_is_known() -> None:
    (item,) = items_of(FULL)
    assert item == {
        "id": "wren2021tide",
        "citation-key": "wren2021tide",
        "type": "article-journal",
        "title": "TideNet & Clocks",
        "author": [
            {"family": "Wren", "given": "Ada"},
            {"family": "van Beethoven", "given": "Ludwig"},
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
        "language": "english",
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


@given(papers())
def test_texts_are_what_they_were(paper: Paper) -> None:
    (item,) = items_of(paper)
    assert item["title"] == paper.title
    assert item.get("abstract", "") == paper.abstract
    assert item.get("container-title") == paper.venue
    assert item.get("note", "") == dict(paper.extra).get("note", "")
