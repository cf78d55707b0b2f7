"""Reader for BibTeX and BibLaTeX.

bibtexparser 2.1 is no part of it, only the reference in its tests: it takes a file as one string
and gives all entries at once, and of what people write it loses an entry for a field given twice,
a forgotten key, a comment between fields, a path that ends in a backslash, or a last brace that
is missing; where a comma is forgotten, the next field disappears in the value before it, without
a word; it joins no `#` and follows no `crossref`. So entries are split here, line by line.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from ragassist.sources.bibtex.blocks import KNOWN_TYPES, UNCLOSED, Block, split
from ragassist.sources.bibtex.families import Families, Whole
from ragassist.sources.bibtex.fields import Unreadable, parse, parse_preamble, parse_strings
from ragassist.sources.bibtex.groups import Groups, has_header, may_have_groups
from ragassist.sources.bibtex.preambles import Preambles
from ragassist.sources.bibtex.records import to_record
from ragassist.sources.lines import Line
from ragassist.types import Failure, Record

# What holds fields for other entries, or lists others: read, but no paper.
_NO_PAPERS = {
    "xdata": "an entry that only holds fields for others",
    "set": "an entry that only lists others",
}
_ENTRY = re.compile(r"^[ \t]*@[ \t]*([A-Za-z][\w+.:-]*)\s*([{(])", re.MULTILINE)
_KEY_AND_FIELD = re.compile(r'\s*[^\s,={}"]*\s*,\s*[\w+.:-]+\s*=\s*[{"\w]')
_OTHER_BEGINNING = re.compile(r"\s*(?:<[!?a-zA-Z]|\{|\[)")
_FEW_LINES = 20
_NOT_CLOSED = "the entry is not closed"
_NO_ENTRIES = "it has no entry: nothing but @string, @preamble and comments"


def looks_like(head: str) -> bool:
    """Whether it begins with BibTeX, or with more of it than prose; comments do not count.

    A page that quotes an entry is no BibTeX file; a BibTeX file with an introduction is one, and
    so is one that begins as reference managers begin theirs.
    """
    if _OTHER_BEGINNING.match(head):
        return False
    if has_header(head):
        return True
    head = re.sub(r"\r\n?", "\n", head)
    within = 0
    start = 0
    for entry in _ENTRY.finditer(head):
        if entry.start() >= start and _is_entry(entry):
            start = _end(head, entry)
            within += head.count("\n", entry.start(), start) + 1
    lines = sum(not line.startswith("%") for line in map(str.strip, head.splitlines()) if line)
    return within > 0 and lines - within <= max(_FEW_LINES, within)


def _is_entry(entry: re.Match[str]) -> bool:
    if entry[1].lower() in KNOWN_TYPES:
        return True
    return entry[2] == "{" and bool(_KEY_AND_FIELD.match(entry.string, entry.end()))


def _end(head: str, entry: re.Match[str]) -> int:
    """Where the next entry may begin: not inside this one."""
    following = _ENTRY.search(head, entry.end())
    closing = head.rfind("}", entry.end(), following.start() if following else len(head))
    return closing if closing >= 0 else entry.end()


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record an entry; `@string`, `@preamble` and `@comment` are nothing.

    An entry that cannot be read, or has neither title nor abstract, is a failure, and costs no
    other. One whose last brace is missing is a record of what is there and a failure as well: what
    else it held, and what stood behind it, may be lost. Of entries with one key each is a record.
    In the order of the file, but for entries whose `crossref`, `xdata` or `@string` comes later:
    they follow it. Memory is that of one entry, of books and proceedings that others may refer to,
    and of entries that wait for theirs; a file whose first lines say that JabRef or BibDesk made
    it may end in a list of groups, and is held up to there. A file without entries is a failure.
    """
    may_be_grouped, every_line = may_have_groups(lines)
    groups = Groups(hold=may_be_grouped)
    is_empty = True
    for found in _entries(every_line, groups, source):
        is_empty = False
        yield from groups.add(found)
    yield from groups.rest()
    if is_empty:
        yield _failure(1, "", _NO_ENTRIES, source)


def _entries(lines: Iterable[Line], groups: Groups, source: str) -> Iterator[Record | Failure]:
    families, preambles = Families(), Preambles()
    for block in split(lines):
        if block.kind == "comment":
            groups.learn(block)
            continue
        if block.kind == "preamble":
            preambles.learn(parse_preamble(block))
        try:
            is_closed, complete = _completed_by(block, families)
            yield from (_outcome(whole, source, preambles) for whole in complete)
            if not is_closed:
                yield _failure(block.line, block.ends, _NOT_CLOSED, source)
        except Unreadable as why:
            yield _failure(block.line, block.excerpt, str(why), source)
    yield from (_outcome(whole, source, preambles) for whole in families.rest())


def _completed_by(block: Block, families: Families) -> tuple[bool, Iterator[Whole]]:
    """Whether the block is closed, and the entries that are complete with it."""
    is_closed = block.trouble != UNCLOSED
    if block.kind == "preamble":
        return is_closed, iter(())
    if block.kind == "string":
        defined = (families.define(name, value) for name, value in parse_strings(block))
        return is_closed, chain.from_iterable(defined)
    entry = parse(block)
    return entry.is_closed, families.add(entry)


def _outcome(whole: Whole, source: str, preambles: Preambles) -> Record | Failure:
    entry = whole.entry
    if entry.kind in _NO_PAPERS:
        return Failure(
            source=source,
            line=entry.line,
            reason=_NO_PAPERS[entry.kind],
            excerpt=entry.excerpt,
            expected=True,
        )
    record = to_record(whole)
    if record is None:
        return _failure(entry.line, entry.excerpt, "neither title nor abstract", source)
    return preambles.beside(record)


def _failure(line: int, excerpt: str, reason: str, source: str) -> Failure:
    return Failure(source=source, line=line, reason=reason, excerpt=excerpt)
