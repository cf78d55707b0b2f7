"""Reader for CSV and its like: any delimiter, any exporter whose columns have telling headings."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice, takewhile

from ragassist.errors import UsageError
from ragassist.sources.lines import Line
from ragassist.sources.tables.cells import is_aligned, record_of
from ragassist.sources.tables.columns import FIELDS, Columns, columns_of
from ragassist.sources.tables.rows import DELIMITERS, Row, rows
from ragassist.types import Failure, Record

_NO_ROWS = "a table without rows: it has headings, and no papers"
_SHOWN = 80
_SHOWN_COLUMNS = 12
# Some exporters put a few lines about the search before the header.
_HEADER_WITHIN = 20
_ROWS_LOOKED_AT = 10
_FEWEST_COLUMNS = 2
# A single row of so much may well be longer.
_CUT_OFF = 32_000
_LONGEST_HEADER = 20_000


@dataclass(frozen=True, slots=True)
class _Header:
    """Where a table begins, and how it is written."""

    row: Row
    delimiter: str
    columns: Columns


def looks_like(head: str) -> bool:
    """Whether there is a header with a title and another column that is understood, and rows.

    Half of the rows after it have to be as long as it is: what merely mentions titles has none.
    """
    lines = [Line(number, text) for number, text in enumerate(re.split(r"\r\n|\r|\n", head), 1)]
    header = _header([line for line in lines if line.text.strip()][:_HEADER_WITHIN], {})
    if header is None or not header.columns.has_papers:
        return False
    in_markdown = header.delimiter == "|" and not header.columns.headings[0]
    if header.columns.understood < _FEWEST_COLUMNS or in_markdown:
        return False
    following = [line for line in lines if line.number > header.row.line]
    unbroken = takewhile(lambda row: not row.problem, rows(following, header.delimiter))
    found = list(islice(unbroken, _ROWS_LOOKED_AT))
    # The last may be cut off where the head ends.
    found = found[:-1] or (found if len(head) < _CUT_OFF else [])
    if not found:
        return _is_all_headings(header, lines)
    return 2 * sum(_fits(row, len(header.row.cells)) for row in found) >= len(found)


def _is_all_headings(header: _Header, lines: list[Line]) -> bool:
    """Whether a text that ends with a header is one: nothing before it, nothing else in it."""
    columns, cells = header.columns, len(header.row.cells)
    is_first = header.row.line == lines[0].number
    return is_first and (columns.understood > _FEWEST_COLUMNS or columns.understood == cells)


def _fits(row: Row, width: int) -> bool:
    """Whether a row is as long as the header; Web of Science ends rows with a delimiter."""
    return len(row.cells) == width or (len(row.cells) == width + 1 and not row.cells[-1])


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record a row, its columns told by their headings; see `reader_with`."""
    yield from _read(lines, source, {})


def reader_with(
    columns: Mapping[str, str],
) -> Callable[[Iterable[Line], str], Iterator[Record | Failure]]:
    """A reader that is told what some of the columns hold; the rest it tells by their headings.

    Args:
        columns: the heading by what the column holds: `{"title": "Heading", "abstract": …}`; case
            and punctuation of headings do not matter.

    Raises:
        UsageError: there is nothing of that name for a column to hold.
    """
    unknown = [field for field in columns if field not in FIELDS]
    if unknown:
        raise UsageError(
            f"no column can hold {unknown[0]!r}: what columns can hold is {', '.join(FIELDS)}"
        )

    def read_columns(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
        yield from _read(lines, source, columns)

    return read_columns


def _read(
    lines: Iterable[Line], source: str, chosen: Mapping[str, str]
) -> Iterator[Record | Failure]:
    remaining = iter(lines)
    first = list(islice((line for line in remaining if line.text.strip()), _HEADER_WITHIN))
    header = _header(first, chosen)
    if header is None or not header.columns.has_papers:
        if first:
            yield _no_header(first[0], source, header)
        return
    for line in first:
        if line.number < header.row.line:
            yield _failure(source, line.number, "it stands before the header", line.text, True)
    following = (line for line in first if line.number >= header.row.line)
    table = rows(chain(following, remaining), header.delimiter)
    next(table, None)
    has_rows = False
    for row in table:
        has_rows = True
        yield from _outcomes(row, header, source)
    if not has_rows:
        yield _failure(source, header.row.line, _NO_ROWS, header.delimiter.join(header.row.cells))


def _outcomes(row: Row, header: _Header, source: str) -> Iterator[Record | Failure]:
    """The paper of a row, and where it has cells that no heading is for the failure as well.

    A delimiter in a cell without quotes moves all behind it under other headings: the paper is
    left out unless years, DOIs and addresses are where they should be.
    """
    width, found = len(header.row.cells), len(row.cells)
    outcome = _outcome(row, header, source)
    if isinstance(outcome, Failure) or not "".join(row.cells[width:]).strip():
        yield outcome
        return
    is_there = is_aligned(header.columns, row.cells)
    if is_there:
        yield outcome
    done = "the last are left out" if is_there else "nobody can tell which is which"
    reason = f"{found} cells under {width} headings: {done}; put cells that hold "
    reason += f"{header.delimiter!r} in quotes"
    shown = header.delimiter.join(cell[:_SHOWN] for cell in row.cells[:_SHOWN])
    yield _failure(source, row.line, reason, shown)


def _outcome(row: Row, header: _Header, source: str) -> Record | Failure:
    shown = header.delimiter.join(cell[:_SHOWN] for cell in row.cells[:_SHOWN])
    if row.problem:
        return _failure(source, row.line, row.problem, shown)
    if row.cells == header.row.cells:
        return _failure(source, row.line, "the header once more", shown, True)
    record = record_of(header.columns, row.cells, row.line)
    if record.title or record.abstract:
        return record
    reason = "neither title nor abstract"
    if len(row.cells) != len(header.row.cells):
        reason += f": {len(row.cells)} cells under {len(header.row.cells)} headings"
    return _failure(source, row.line, reason, shown)


def _failure(source: str, line: int, reason: str, shown: str, expected: bool = False) -> Failure:
    return Failure(
        source=source,
        line=line,
        reason=reason,
        excerpt=" ".join(shown.split())[:_SHOWN],
        expected=expected,
    )


def _header(lines: list[Line], chosen: Mapping[str, str]) -> _Header | None:
    """Of the first rows, under each delimiter, the one of which most is understood.

    None where no row has a column that is understood.
    """
    best: _Header | None = None
    for delimiter in DELIMITERS:
        for row in rows(lines, delimiter):
            if not row.problem and sum(map(len, row.cells)) <= _LONGEST_HEADER:
                header = _Header(row, delimiter, columns_of(row.cells, chosen))
                if best is None or _telling(header) > _telling(best):
                    best = header
    return best


def _telling(header: _Header) -> tuple[bool, int, int, int]:
    """How sure it is that this is the header: the most of it understood, then the first."""
    columns = header.columns
    return columns.has_papers, -len(columns.missing), columns.understood, -header.row.line


def _no_header(first: Line, source: str, header: _Header | None) -> Failure:
    seen = header.columns.headings if header else (first.text,)
    named = ", ".join(repr(heading[:_SHOWN]) for heading in seen[:_SHOWN_COLUMNS])
    more = ", …" if len(seen) > _SHOWN_COLUMNS else ""
    missing = header.columns.missing if header else ()
    what = f"is called {missing[0]!r}" if missing else "is known to hold titles or abstracts"
    return _failure(
        source,
        header.row.line if header else first.number,
        f"no column {what}: the columns are {named}{more}; say which with "
        "--columns title=…,abstract=…",
        first.text,
    )
