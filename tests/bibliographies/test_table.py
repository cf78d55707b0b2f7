import csv
import io
import json

import pytest
from hypothesis import given

from ragassist.bibliographies import table
from ragassist.types import Paper
from tests.bibliographies.made import FULL, papers


def rows_of(*given: Paper) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(table.write(given)), newline="")))


def test_a_row_holds_all_that_is_known() -> None:
    (row,) = rows_of(FULL)
    assert row == {
        "key": "wren2021tide",
        "title": "TideNet & Clocks",
        "abstract": "Tides {move} 5% of all clocks, at $3 each.",
        "authors": "Ada Wren; Ludwig van Beethoven; King, Jr., Max; Qwen Team; 李 明; et al.",
        "year": "2021",
        "date": "2021-07-01",
        "venue": "Journal of Tides",
        "doi": "10.1000/a_b<c>",
        "arxiv_id": "2101.00001",
        "pmid": "4711",
        "url": "https://example.org/~a_b?c=50%25#d",
        "kind": "article-journal",
        "categories": "cs.CL; cs.IR",
        "keywords": "tides; clocks & watches",
        "tags": "to read; chapter 2",
        "affiliations": "Sea House; Clock Works",
        "retracted": "yes",
        "extra": json.dumps(dict(FULL.extra)),
    }


def test_rows_end_as_the_standard_says_and_a_header_stands_alone() -> None:
    assert "".join(table.write([])) == ",".join(table.COLUMNS) + "\r\n"
    written = "".join(table.write([Paper(paper_id="p", title='a "b", c')]))
    assert written.split("\r\n")[1] == 'p,"a ""b"", c"' + "," * (len(table.COLUMNS) - 2)


@pytest.mark.parametrize("title", ["=1+1", "+tides", "-omics", "@home", "'=1", "''-x"])
def test_no_cell_is_a_formula(title: str) -> None:
    (row,) = rows_of(Paper(paper_id="p", title=title))
    assert row["title"] == f"'{title}"


@given(papers())
def test_texts_are_what_they_were(paper: Paper) -> None:
    (row,) = rows_of(paper)
    for name in ("title", "abstract", "venue"):
        cell = row[name]
        assert (cell[1:] if cell[:1] == "'" != (getattr(paper, name) or "")[:1] else cell).lstrip(
            "'"
        ) == (getattr(paper, name) or "").lstrip("'")
