"""Papers from saved pages that list papers: text copied from the web, nothing marked up.

Two layouts are known, by shape alone. In one a line of category and date begins each paper
(`AIJul 1, 2024Code`), then comes the title, with the authors glued to its end or on a line of
their own, then the abstract. In the other titles and abstracts alternate under a header.
Pages may follow one another in one file, of either layout.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from ragassist.sources.cleaning import clean_text
from ragassist.sources.lines import Line
from ragassist.sources.paper_list.detection import has_pairs, has_stamped_paper
from ragassist.sources.paper_list.names import (
    Byline,
    PageNames,
    Vocabulary,
    byline,
    ends_truncated,
    lists_names,
    split_glued,
)
from ragassist.sources.paper_list.rows import MAX_ABSTRACT_CHARS, Row, rows_of
from ragassist.sources.paper_list.shapes import (
    CONTROL,
    LONE_DATE,
    Kind,
    Stamp,
    is_prose,
    is_title_case,
    looks_titled,
    sentence_breaks,
    word_count,
)
from ragassist.types import Failure, Record

_AHEAD = 64
_HEADER_LINES = 8
_EXCERPT_CHARS = 80
_MAX_WRAPPED_CHARS = 120
_MIN_WRAPPED_CHARS = 40
_SHORTEST_UNENDED_ABSTRACT = 100
_FEWEST_WORDS = 5
_LONGEST_SENTENCE_TITLE = 300


@dataclass(slots=True)
class _Draft:
    """A paper being read: rows are added until the next one begins."""

    stamp: Row | None = None
    title: Row | None = None
    byline: Byline | None = None
    byline_row: Row | None = None
    paragraphs: list[str] = field(default_factory=list)
    chars: int = 0
    strangers: int = 0
    heads_page: bool = False
    last: str = ""

    def add(self, row: Row) -> bool:
        """Whether the row still fits."""
        if row.too_long or self.chars + len(row.text) > MAX_ABSTRACT_CHARS:
            return False
        self.paragraphs.append(row.text)
        self.chars += len(row.text)
        self.last = row.text
        return True


def looks_like(head: str) -> bool:
    """Whether this reader should take a file that begins with `head` (64 kB are plenty).

    True where a stamp is followed by something like a title, and where titles and abstracts
    alternate as they do on a page of papers: abstracts that speak of results and methods, and
    as many titles as abstracts. A document with headings is not enough.
    """
    opening = head.lstrip("\ufeff \t\r\n")[:1]
    if opening in tuple("{[<"):
        return False
    lines = (Line(number, text) for number, text in enumerate(head.splitlines(), 1))
    rows = list(rows_of(lines))
    return has_stamped_paper(rows) or (opening not in tuple("@%#\\") and has_pairs(rows))


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """The papers of a page, in order, and a failure for each line that is in none of them.

    Every line that is not blank is inside exactly one record or failure. Failures with
    `expected` are the page's own furniture. A paper with a stamp and a title but no abstract is a
    title-only record; without a stamp a lone title cannot be told from furniture and is reported.
    Paragraphs of one abstract are joined by a blank line. Nothing raises; memory is bounded by
    one record, some lines ahead and a few thousand names, whatever the length of the input.
    """
    page = _Page(source)
    ahead: deque[Row] = deque()
    after_stamp = False
    for row in rows_of(lines):
        page.names.note(row.text, after_stamp=after_stamp)
        after_stamp = row.kind is Kind.STAMP
        ahead.append(row)
        if len(ahead) > _AHEAD:
            yield from page.take(ahead.popleft(), ahead)
    while ahead:
        yield from page.take(ahead.popleft(), ahead)
    yield from page.close()


class _Page:
    """Where the reading is: the paper under way, and a title that waits for its abstract."""

    def __init__(self, source: str) -> None:
        self.names = PageNames()
        self._source = source
        self._draft: _Draft | None = None
        self._waiting: _Draft | None = None
        self._any_paper = False

    def take(self, row: Row, ahead: Iterable[Row]) -> Iterator[Record | Failure]:
        """Read one row; `ahead` are the rows that follow it."""
        if row.kind is Kind.STAMP:
            yield from self.close(heads_paper=True)
            self._draft = _Draft(stamp=row)
        elif row.kind is Kind.FURNITURE:
            if self._waiting is not None:
                self._waiting.heads_page |= self._heads_page(row)
            yield self._failure(row, row.shape.reason, expected=True)
        elif self._draft is None:
            yield from self._take_between(row, ahead)
        elif self._draft.title is None:
            yield from self._take_title(row, self._draft)
        elif not self._draft.paragraphs:
            yield from self._take_before_abstract(row, self._draft, ahead)
        else:
            yield from self._take_after_abstract(row, self._draft, ahead)

    def close(self, *, heads_paper: bool = False) -> Iterator[Record | Failure]:
        """Emit what is under way; `heads_paper` when a stamp comes next."""
        draft, self._draft = self._draft, None
        if draft is not None:
            if draft.title is not None:
                self._any_paper = True
                yield self._record(draft, draft.title)
            elif draft.stamp is not None:
                yield self._failure(draft.stamp, "a date and a category without a paper")
        if self._waiting is not None:
            self._waiting.heads_page |= heads_paper and not self._any_paper
        yield from self._drop_waiting()

    def _take_title(self, row: Row, draft: _Draft) -> Iterator[Failure]:
        if row.too_long or not _may_be_title(row):
            yield self._failure(draft.stamp or row, "a date and a category without a title")
            yield self._failure(row, "text without a title")
            self._draft = None
        else:
            draft.title = row

    def _take_before_abstract(
        self, row: Row, draft: _Draft, ahead: Iterable[Row]
    ) -> Iterator[Record | Failure]:
        if not row.too_long and _take_byline(row, draft, ahead, certain=True):
            return
        if row.kind is Kind.PROSE or _is_unended_abstract(row.text, draft):
            yield from self._take_paragraph(row, draft)
        elif draft.strangers or _begins_next(row, ahead):
            yield from self._end_paper(row, ahead)
        else:
            draft.strangers += 1
            yield self._failure(row, "neither authors nor an abstract")

    def _take_after_abstract(
        self, row: Row, draft: _Draft, ahead: Iterable[Row]
    ) -> Iterator[Record | Failure]:
        if row.kind is Kind.PROSE or _is_wrapped(row, draft):
            yield from self._take_paragraph(row, draft)
        elif draft.stamp and word_count(row.text) < 3 and _next_kind(ahead) is Kind.PROSE:
            # A heading inside a long abstract: where papers have stamps, two words begin none.
            yield from self._take_paragraph(row, draft)
        else:
            yield from self._end_paper(row, ahead)

    def _take_paragraph(self, row: Row, draft: _Draft) -> Iterator[Failure]:
        if not draft.add(row):
            yield self._failure(row, "longer than an abstract can be")

    def _end_paper(self, row: Row, ahead: Iterable[Row]) -> Iterator[Record | Failure]:
        yield from self.close()
        yield from self._take_between(row, ahead)

    def _take_between(self, row: Row, ahead: Iterable[Row]) -> Iterator[Record | Failure]:
        """Read a row that no paper is open for."""
        waiting = self._waiting
        if row.too_long:
            yield self._failure(row, "longer than an abstract can be")
        elif waiting is None:
            yield from self._wait(row, ahead)
        elif row.kind is Kind.PROSE and word_count(row.text) < _FEWEST_WORDS:
            yield self._failure(row, "too short for an abstract")
        elif row.kind is Kind.PROSE or (
            _is_unended_abstract(row.text, waiting) and _next_kind(ahead) is not Kind.PROSE
        ):
            waiting.add(row)
            self._draft, self._waiting = waiting, None
        elif row.kind is Kind.COUNTER and not looks_titled(row.text):
            yield self._failure(row, "a counter", expected=True)
        elif not _take_byline(row, waiting, ahead, certain=False):
            waiting.heads_page |= self._heads_page(*islice(ahead, _HEADER_LINES))
            yield from self._drop_waiting()
            yield from self._wait(row, ahead)

    def _wait(self, row: Row, ahead: Iterable[Row]) -> Iterator[Failure]:
        if row.kind is Kind.PROSE:
            yield self._failure(row, "text without a title")
        elif row.kind is Kind.COUNTER and _next_kind(ahead) is not Kind.PROSE:
            yield self._failure(row, "a counter", expected=True)
        else:
            self._waiting = _Draft(title=row)

    def _drop_waiting(self) -> Iterator[Failure]:
        waiting, self._waiting = self._waiting, None
        for row in (waiting.title, waiting.byline_row) if waiting else ():
            if row is None or waiting is None:
                continue
            if looks_titled(row.text) and not waiting.heads_page:
                yield self._failure(row, "a line like a title, with no abstract after it")
            else:
                where = (
                    "between papers or after the last" if self._any_paper else "before any paper"
                )
                yield self._failure(row, f"a line of the page itself, {where}", expected=True)

    def _heads_page(self, *rows: Row) -> bool:
        """Whether rows tell, before the first sentence, that they are around a page's header."""
        for row in rows:
            if row.kind is Kind.PROSE:
                return False
            is_control = row.shape.reason == CONTROL and not self._any_paper
            if row.shape.reason == LONE_DATE or is_control:
                return True
        return False

    def _record(self, draft: _Draft, title_row: Row) -> Record:
        abstract = "\n\n".join(filter(None, map(clean_text, draft.paragraphs)))
        title, authors = title_row.text, draft.byline
        if authors is None and (draft.stamp or ends_truncated(title)):
            found = split_glued(title, Vocabulary.of(abstract), self.names)
            title, authors = found or (title, None)
        stamp = (draft.stamp and draft.stamp.shape.stamp) or Stamp((), None, None)
        authors = authors or Byline(())
        return Record(
            title=clean_text(title),
            abstract=abstract,
            authors=authors.authors,
            authors_truncated=authors.truncated,
            affiliations=authors.affiliations,
            year=stamp.year,
            date=stamp.date,
            categories=stamp.categories,
            line=(draft.stamp or title_row).number,
        )

    def _failure(self, row: Row, reason: str, *, expected: bool = False) -> Failure:
        excerpt = row.text[:_EXCERPT_CHARS]
        return Failure(
            source=self._source, line=row.number, reason=reason, excerpt=excerpt, expected=expected
        )


def _may_be_title(row: Row) -> bool:
    """Whether a row where a title is due can be one; titles may end like sentences."""
    if row.kind is not Kind.PROSE or lists_names(row.text):
        return True
    return len(row.text) <= _LONGEST_SENTENCE_TITLE and sentence_breaks(row.text) < 2


def _next_kind(ahead: Iterable[Row]) -> Kind | None:
    """Of the next row that may belong to a paper; None when none is near."""
    return next((row.kind for row in ahead if row.kind is not Kind.FURNITURE), None)


def _take_byline(row: Row, draft: _Draft, ahead: Iterable[Row], *, certain: bool) -> bool:
    """Whether the row was the draft's list of authors."""
    if draft.byline is not None or draft.title is None or ends_truncated(draft.title.text):
        return False
    # One bare name before another short line is rather the header of a page that follows.
    found = byline(row.text, certain=certain and _next_kind(ahead) is not Kind.TITLE)
    if found is not None:
        draft.byline, draft.byline_row = found, row
    return found is not None


def _begins_next(row: Row, ahead: Iterable[Row]) -> bool:
    """Whether a row that follows a title is rather the next paper's title than authors."""
    return looks_titled(row.text) and ", " not in row.text and _next_kind(ahead) is Kind.PROSE


def _is_unended_abstract(text: str, draft: _Draft) -> bool:
    """Whether a line without a last full stop is an abstract, since one is due here."""
    if draft.title is None or is_title_case(text):
        return False
    if draft.stamp:
        return word_count(text) >= 8
    longer = len(text) > 1.3 * len(draft.title.text)
    return longer and len(text) >= _SHORTEST_UNENDED_ABSTRACT and word_count(text) >= 12


def _is_wrapped(row: Row, draft: _Draft) -> bool:
    """Whether the row goes on with the line above, which was broken in a sentence."""
    last = draft.last
    if not row.follows_directly or len(last) > _MAX_WRAPPED_CHARS or is_prose(last):
        return False
    return row.text[0].islower() or (draft.stamp is not None and len(last) >= _MIN_WRAPPED_CHARS)
