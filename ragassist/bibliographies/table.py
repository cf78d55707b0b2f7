"""CSV for spreadsheets: RFC 4180, UTF-8, a header, a row a paper."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator

from ragassist.text import one_line
from ragassist.types import Paper

ET_AL = "et al."
COLUMNS = (
    "key", "title", "abstract", "authors", "year", "date", "venue", "doi", "arxiv_id", "pmid",
    "url", "kind", "categories", "keywords", "tags", "affiliations", "retracted", "extra",
)  # fmt: skip

_FORMULA = re.compile(r"'*[=+\-@]")


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """A header, then one row a paper; several values in a cell are joined by "; ".

    `extra` is an object of JSON, `retracted` is `yes` or empty. An abstract from anywhere must not
    become a formula of the reader's spreadsheet: before a cell that would begin with one of
    `= + - @` there is an apostrophe, which takes the rest as text.
    """
    yield _row(COLUMNS)
    for paper in papers:
        yield _row(_safe(_cell(paper, column)) for column in COLUMNS)


def _row(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _cell(paper: Paper, column: str) -> str:
    if column == "key":
        return paper.paper_id
    if column == "extra":
        return json.dumps(dict(paper.extra), ensure_ascii=False) if paper.extra else ""
    value = getattr(paper, column)
    if column == "authors" and value and paper.authors_truncated:
        value = (*value, ET_AL)
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, tuple):
        return "; ".join(filter(None, map(one_line, value)))
    return "" if value is None else one_line(str(value))


def _safe(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell
