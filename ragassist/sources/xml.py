"""The records of an XML file one by one, and their text; no entities, no DTD, no network.

A file is cut at the tags of its records, and each is parsed by itself. A broken record costs that
record, a file of any size is read in flat memory, and what a document type declares never reaches
the parser.
"""

import html
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ragassist.sources.fields import failure
from ragassist.sources.lines import Line
from ragassist.types import Failure, Record

# What lxml gives; it says nothing of types.
Element = Any

_LONGEST_RECORD = 32_000_000
_MOST_NAMESPACES = 50
_ENTITIES = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_NAMESPACE = re.compile(
    r"""(?<![\w:.-])(xmlns(?::[\w.-]{1,40})?)\s*=\s*("[^"<>&]{0,300}"|'[^'<>&]{0,300}')"""
)
_PREFIX = r"(?:[A-Za-z_][\w.-]{0,40}:)?"
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));|&")
_PREFIXED = re.compile(r"</?([A-Za-z_][\w.-]{0,40}):")
_PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLACES = re.compile(r",? line \d+(?:, column \d+)?")
# Elements that stand apart from the text around them; what a reader of the text does not see.
_BLOCKS = frozenset("p br break title sec list list-item label disp-formula disp-quote".split())
_UNSEEN = frozenset("tex-math annotation annotation-xml fn graphic object-id".split())
_HAS_FOOTNOTE = frozenset({"fn", "table-fn", "corresp", "aff"})


@dataclass(frozen=True, slots=True)
class _Cut:
    """One record's own piece of the file.

    Attributes:
        trouble: why its end is not there; empty where it is.
    """

    line: int
    text: str
    namespaces: str
    trouble: str = ""


def root_name(head: str) -> str | None:
    """The local name of the first element of a text that begins as XML does; None of others."""
    if not head.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    found = re.search(rf"<{_PREFIX}([A-Za-z_][\w.-]{{0,60}})", head)
    return found[1] if found else None


def records(
    lines: Iterable[Line],
    readers: Mapping[str, Callable[[Element, int], Record | Failure]],
    source: str,
) -> Iterator[Record | Failure]:
    """What readers, by local name, make of the elements of that name; in order.

    A reader is given the element and the line it begins on. An element that is not well-formed, or
    states neither title nor abstract, is a failure. One that is cut off, or not closed before the
    next begins, is a record of what is there and a failure as well. A file that declares entities
    is one failure, and nothing of it is read behind that.
    """
    for cut in _cuts(lines, tuple(readers), source):
        if isinstance(cut, Failure):
            yield cut
            continue
        parsed = _parsed(cut)
        if isinstance(parsed, str):
            yield failure(source, cut.line, cut.trouble or parsed, cut.text)
        else:
            yield from _outcomes(cut, parsed, readers[name_of(parsed)](parsed, cut.line), source)


def _outcomes(
    cut: _Cut, element: Element, found: Record | Failure, source: str
) -> Iterator[Record | Failure]:
    if isinstance(found, Failure) or found.title or found.abstract:
        yield found
        if cut.trouble:
            yield failure(source, cut.line, cut.trouble, cut.text)
    else:
        reason = ", with ".join(filter(None, (cut.trouble, "neither title nor abstract")))
        yield failure(source, cut.line, reason, "".join(element.itertext()))


def _cuts(lines: Iterable[Line], names: Collection[str], source: str) -> Iterator[_Cut | Failure]:
    tags = re.compile(rf"<(/?){_PREFIX}({'|'.join(names)})(?=[\s/>]|$)")
    cutting = _Cutting(source)
    for line in lines:
        text, at = line.text + "\n", 0
        for tag in tags.finditer(text):
            yield from cutting.take(line.number, text[at : tag.start()])
            if tag[1]:
                end = text.find(">", tag.end()) + 1 or len(text)
                yield from cutting.end(tag[2], text[tag.start() : end])
                at = end
            else:
                yield from cutting.begin(line.number, tag[2])
                at = tag.start()
        yield from cutting.take(line.number, text[at:])
        if cutting.refused:
            return
    yield from cutting.close("cut off: it has no end")


class _Cutting:
    """Where the cutting of a file is: inside a record, or between records."""

    def __init__(self, source: str) -> None:
        self.refused = False
        self._source = source
        self._namespaces: dict[str, str] = {}
        self._name: str | None = None
        self._line = 0
        self._pieces: list[str] = []
        self._chars = 0

    def take(self, number: int, text: str) -> Iterator[Failure]:
        if self._name is not None:
            self._chars += len(text)
            if self._chars <= _LONGEST_RECORD or not self._pieces:
                self._pieces.append(text)
        elif "<" in text or "xmlns" in text:
            if found := _ENTITIES.search(text):
                self.refused = True
                reason = "the file declares entities of its own, which are never read: refused"
                yield failure(self._source, number, reason, text[found.start() :])
            if len(self._namespaces) < _MOST_NAMESPACES:
                self._namespaces |= dict(_NAMESPACE.findall(text))

    def begin(self, number: int, name: str) -> Iterator[_Cut | Failure]:
        yield from self.close("not closed before the next record begins")
        if not self.refused:
            self._name, self._line = name, number

    def end(self, name: str, tag: str) -> Iterator[_Cut | Failure]:
        if name != self._name:
            return
        self._pieces.append(tag)
        yield self._cut("")

    def close(self, trouble: str) -> Iterator[_Cut | Failure]:
        if self._name is not None:
            yield self._cut(trouble)

    def _cut(self, trouble: str) -> _Cut | Failure:
        pieces, chars = self._pieces, self._chars
        self._name, self._pieces, self._chars = None, [], 0
        if chars > _LONGEST_RECORD:
            reason = "longer than a record can be"
            return failure(self._source, self._line, reason, "".join(pieces[:3]))
        namespaces = "".join(f" {name}={value}" for name, value in self._namespaces.items())
        return _Cut(self._line, "".join(pieces), namespaces, trouble)


def _parsed(cut: _Cut) -> Element | str:
    """The element, or why there is none."""
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True,
        remove_comments=True, remove_pis=True, encoding="utf-8", recover=bool(cut.trouble),
    )  # fmt: skip
    reason = ""
    for mend in (False, True):
        try:
            root = etree.fromstring(_document(cut, mend=mend), parser)
        except etree.XMLSyntaxError as error:
            reason = reason or f"not well-formed XML: {_PLACES.sub('', error.msg or 'broken')}"
        else:
            whole = root is not None and len(root) == 1
            return root[0] if whole else "not well-formed XML: no element of its own"
    return reason


def _document(cut: _Cut, *, mend: bool) -> bytes:
    """The record as a document; mended, what is HTML's is read and what is not XML's is not."""
    text, namespaces = cut.text, cut.namespaces
    if mend:
        text = _REFERENCE.sub(_resolved, _NOT_XML.sub("", text))
        used = dict.fromkeys(islice(_PREFIXED.findall(text), _MOST_NAMESPACES))
        undeclared = (name for name in used if f"xmlns:{name}" not in namespaces + text)
        namespaces += "".join(f' xmlns:{name}="{name}"' for name in undeclared)
    end = "" if cut.trouble else "</x>"
    return f"<x{namespaces}>{text}{end}".encode("utf-8", "replace")


def _resolved(reference: re.Match[str]) -> str:
    """What HTML means by a reference; an ampersand that begins none, as XML has it."""
    decimal, hexadecimal, name = reference.groups()
    if decimal or hexadecimal:
        character = html.unescape(reference[0])
        return "" if _NOT_XML.search(character) else html.escape(character)
    if name is None or name in _PREDEFINED:
        return "&amp;" if name is None else reference[0]
    known = html.unescape(reference[0])
    return html.escape(known if known != reference[0] else f"&{name};")


def name_of(element: Element) -> str:
    """Its name, whatever the namespace."""
    name: str = element.tag
    return name.rsplit("}", 1)[-1].rsplit(":", 1)[-1]


def children(element: Element, *path: str) -> list[Element]:
    """The elements at a path of local names below an element; none below None."""
    found = [] if element is None else [element]
    for name in path:
        found = [child for parent in found for child in parent if name_of(child) == name]
    return found


def child(element: Element, *path: str) -> Element | None:
    """The first element at a path of local names; None where there is none."""
    return next(iter(children(element, *path)), None)


def text_at(element: Element, *path: str) -> str:
    """The text of the first element at a path; empty where there is none."""
    return text_of(child(element, *path))


def text_of(element: Element | None) -> str:
    """All text in an element as it is read: a superscript behind `^`, a formula in one piece.

    Footnotes, and formulas written a second time in TeX, are not in it. Any depth will do.
    """
    if element is None:
        return ""
    if not len(element):
        return element.text or ""
    from lxml import etree

    pieces: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if event == "end":
            pieces.append(_behind(node, element))
        elif _is_unseen(node):
            walk.skip_subtree()
        elif name_of(node) == "math":
            pieces.append(_formula(node))
            walk.skip_subtree()
        else:
            pieces.append(_opening(node))
    return "".join(pieces)


def _is_unseen(node: Element) -> bool:
    name = name_of(node)
    return name in _UNSEEN or (name == "xref" and node.get("ref-type") in _HAS_FOOTNOTE)


def _opening(node: Element) -> str:
    name = name_of(node)
    mark = "^" if name == "sup" else " " if name in _BLOCKS else ""
    return mark + (node.text or "")


def _behind(node: Element, whole: Element) -> str:
    if node is whole:
        return ""
    return (" " if name_of(node) in _BLOCKS else "") + (node.tail or "")


def _formula(math: Element) -> str:
    """The signs of a formula in a row."""
    texts = (node.text for node in math.iter() if name_of(node) not in _UNSEEN)
    return "".join("".join(text.split()) for text in texts if text)
