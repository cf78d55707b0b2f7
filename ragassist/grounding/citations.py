"""Where a text cites: read tolerantly, held against what may be cited strictly."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from ragassist.types import Claim, Mark

# No bracket that cites is longer: one left open holds up a stream for that long at most.
LONGEST_BRACKET = 500

_BRACKET = re.compile(
    rf"\[([^\[\]【】]{{1,{LONGEST_BRACKET}}})\]"
    rf"|【([^\[\]【】]{{1,{LONGEST_BRACKET}}})】"
    rf"|\(([^()\[\]【】]{{1,{LONGEST_BRACKET}}})\)"
)
_LINK_TARGET = re.compile(rf"\((?:#|https?:)[^()\s]{{0,{LONGEST_BRACKET - 10}}}\)")
_EMPTY_LINE = re.compile(r"\n\s*\n")
_SEPARATOR = re.compile(r"\s*+[,;&]\s*+(?:and\s++)?|\s++and\s++")
_BETWEEN = re.compile(r"\s*+(?:(?:[,;]\s*+)?and|[,;&])\s*+")
_BLANK = re.compile(r"[ \t]*+")
_LEAD = re.compile(
    r"(?:(?:see also|see|cf\.?|e\.g\.?|papers?|passages?|sources?|refs?\.?|references?):?\s+)+",
    re.I,
)
_KEY = re.compile(r"[Pp]([0-9]+)")
_RANGE = re.compile(r"([Pp])([0-9]+)\s*+(?:[-\u2010-\u2015\u2212]|\bto\b)\s*+[Pp]?([0-9]+)")
_CITEKEY = re.compile(r"[^\W\d_]+[12][0-9]{3}[^\W\d_][\w-]*")
_LOCATOR = re.compile(
    r"\(?(?:(?:pp?|pages?|sec|sects?|sections?|figs?|figures?|tabs?|tables?|ch|chap|chapters?|eqs?|"
    r"equations?|lines?|para|paragraphs?|abstract|title)\b\.?|§)|[0-9\u2013-]+$",
    re.I,
)
_NAMED_WITH_A_DIGIT = re.compile(r"(?=\S*[0-9])(?=\S*[^\W\d_])\S+")
_FOLLOWING = re.compile(r"(\s*+)(\S{1,40})")
_LONGEST_RANGE = 50
_MOST_DIGITS = 9
_AROUND = {"*": "*", "_": "_", "`": "`", "(": ")", "[": "]"}
_ENDING = re.compile(r"(?<![.!?。！？\s])[.!?。！？]+\Z")

Keys = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citing:
    """One bracket that cites, `text[start:stop]`: its keys in order, each with its paper or None.

    Marks of emphasis, a second pair of brackets and a link's target belong to the bracket.
    """

    start: int
    stop: int
    papers: Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Brackets that cite side by side, `[P1][P2]` or `[P1], [P2]`, as one place of the text."""

    start: int
    stop: int
    papers: Keys


def find_citations(text: str, papers: Mapping[str, str]) -> list[Citing]:
    """The brackets of a text that cite, in order. Linear in the length of the text.

    A bracket cites by the keys of passages (`[P1, P2]`, `[P1-P3]`, `(P1)`, `[p1]`) and by
    paper_ids. What looks like one of these and may not be cited is an invented citation: its
    paper is None. Round brackets cite only where one of their keys is known: `(P53)` is a protein.

    Args:
        papers: whatever may be cited, with its paper_id; a paper_id stands for itself.
    """
    return [citing for run in _joined(text, _brackets(text, papers)) for citing in run]


def find_runs(text: str, papers: Mapping[str, str]) -> list[Run]:
    """As `find_citations`, brackets side by side taken together with what lists them."""
    return [
        Run(
            start=run[0].start,
            stop=run[-1].stop,
            papers=tuple(paper for citing in run for paper in citing.papers),
        )
        for run in _joined(text, _brackets(text, papers))
    ]


def write_claim(
    claim: Claim,
    mark: Callable[[Sequence[Mark]], str],
    escape: Callable[[str], str] = lambda text: text,
    *,
    inside: bool = False,
) -> str:
    r"""The sentence with its marks written back where they stand.

    Args:
        mark: writes the marks of one place, as `[P1, P2]`.
        escape: makes plain text safe for the format; called for each piece between marks.
        inside: marks at the end stand before the full stop, as in `Text \citep{id}.`, and not
            behind it, as in `Text. [id]`. A full stop within quotation marks stays in them.
    """
    ending = _ENDING.search(claim.text) if inside else None
    end = ending.start() if ending else len(claim.text)
    placed = [(mark.at if mark.at < end or not inside else end, mark) for mark in claim.marks]
    written = ""
    position = 0
    for at, group in groupby(sorted(placed, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
        written += _plain(claim.text[position:at], escape, written)
        apart = bool(written) and not written[-1].isspace() and claim.text[at - 1] not in "([{“‘"
        written += (" " if apart else "") + mark([mark for _, mark in group])
        position = at
    return written + _plain(claim.text[position:], escape, written)


def _plain(piece: str, escape: Callable[[str], str], written: str) -> str:
    if not piece:
        return ""
    apart = bool(written) and (piece[0].isalnum() or piece[0] in "([{“‘")
    return (" " if apart else "") + escape(piece)


def goes_on(text: str, position: int) -> bool:
    """Whether the sentence goes on at a position: with a word in lower case, in its paragraph."""
    following = _FOLLOWING.match(text, position)
    if following is None or _EMPTY_LINE.search(following.group(1)):
        return False
    word = following.group(2)
    # `mRNA` and `p62` may begin a sentence.
    return word[0].islower() and not any(char.isupper() or char.isdigit() for char in word)


def _brackets(text: str, papers: Mapping[str, str]) -> list[Citing]:
    found: list[Citing] = []
    position = 0
    while (match := _BRACKET.search(text, position)) is not None:
        content = match.group(match.lastindex or 0)
        keys: Keys = ()
        if not _EMPTY_LINE.search(content):
            keys = _read(content, papers, in_round=text[match.start()] == "(")
        position = match.start() + 1
        if keys:
            target = _LINK_TARGET.match(text, match.end())
            position = target.end() if target else match.end()
            found.append(Citing(start=match.start(), stop=position, papers=keys))
    return found


def _read(content: str, papers: Mapping[str, str], *, in_round: bool) -> Keys:
    """The keys of one bracket; none where it does not cite."""
    items = [item for item in map(str.strip, _SEPARATOR.split(content)) if item]
    read = [(item, _read_item(item, papers, in_round=in_round)) for item in items]
    keys = tuple(key for _, found in read for key in found)
    certain = any(_NAMED_WITH_A_DIGIT.fullmatch(key) for key, _ in keys)
    if in_round:
        known = any(paper is not None for _, paper in keys)
        clean = all(found or _LOCATOR.match(item) for item, found in read)
        return keys if certain and known and clean else ()
    if not certain:
        # An id of digits or of letters alone may be a number or a word in brackets.
        return keys if all(found for _, found in read) else ()
    return tuple(key for item, found in read for key in found or _stray(item))


def _read_item(item: str, papers: Mapping[str, str], *, in_round: bool) -> Keys:
    named = _LEAD.sub("", item, count=1).strip("()")
    if named in papers:
        return ((named, papers[named]),)
    stretch = _RANGE.fullmatch(named)
    if stretch is not None and not (in_round and stretch.group(1) == "p"):
        return _expand(named, stretch.group(2), stretch.group(3), papers)
    words = named.split()
    keys = [_read_word(word, papers, in_round=in_round) for word in words]
    if not keys or not keys[0]:
        return ()
    if all(keys):
        return tuple(key for found in keys for key in found)
    return keys[0] if words[0].endswith(":") or _LOCATOR.match(" ".join(words[1:])) else ()


def _read_word(word: str, papers: Mapping[str, str], *, in_round: bool) -> Keys:
    bare = word.strip("@^#()")
    for name in (bare, bare.rstrip(".:")):
        if name in papers:
            return ((name, papers[name]),)
    bare = bare.rstrip(".:")
    key = _KEY.fullmatch(bare)
    if key is not None:
        name = f"P{key.group(1)}"
        return () if in_round and bare[0] == "p" else ((name, papers.get(name)),)
    return ((bare, None),) if _CITEKEY.fullmatch(bare) else ()


def _expand(written: str, first: str, last: str, papers: Mapping[str, str]) -> Keys:
    """`P1-P3` as its three keys; as one unknown key where it is no range to be believed."""
    if max(len(first), len(last)) > _MOST_DIGITS or any(
        digits[0] == "0" and len(digits) > 1 for digits in (first, last)
    ):
        return ((written, None),)
    numbers = range(int(first), int(last) + 1)
    if not 0 < len(numbers) <= _LONGEST_RANGE:
        return ((written, None),)
    return tuple((f"P{number}", papers.get(f"P{number}")) for number in numbers)


def _stray(item: str) -> Keys:
    """Beside keys, a word with letters and digits is a key that does not exist."""
    if _NAMED_WITH_A_DIGIT.fullmatch(item) and not _LOCATOR.match(item):
        return ((item, None),)
    return ()


def _joined(text: str, brackets: Sequence[Citing]) -> Iterator[list[Citing]]:
    """The brackets in runs, what lists the brackets of a run and encloses it taken in."""
    runs: list[list[Citing]] = []
    for bracket, beside in zip(brackets, [False, *_beside(text, brackets)], strict=False):
        if beside:
            runs[-1].append(bracket)
        else:
            runs.append([bracket])
    floor = 0
    for number, run in enumerate(runs):
        ceiling = runs[number + 1][0].start if number + 1 < len(runs) else len(text)
        start, stop = _widened(text, run[0].start, run[-1].stop, (floor, ceiling))
        run[0] = replace(run[0], start=start)
        run[-1] = replace(run[-1], stop=stop)
        floor = stop
        yield run


def _beside(text: str, brackets: Sequence[Citing]) -> list[bool]:
    """For each bracket but the last, whether the next one stands in the same place."""
    if not brackets:
        return []
    carries_on = goes_on(text, brackets[-1].stop)
    beside = []
    for bracket, other in reversed(list(pairwise(brackets))):
        gap = (bracket.stop, other.start)
        if _BLANK.fullmatch(text, *gap):
            beside.append(True)
        elif _BETWEEN.fullmatch(text, *gap) and not _EMPTY_LINE.search(text, *gap):
            # "[P1] and [P2] show" keeps its "and": only at the end of a clause is it a list.
            beside.append(not carries_on)
        else:
            beside.append(False)
            carries_on = goes_on(text, bracket.stop)
    return beside[::-1]


def _widened(text: str, start: int, stop: int, bounds: tuple[int, int]) -> tuple[int, int]:
    floor, ceiling = bounds
    while start > floor and stop < ceiling and _AROUND.get(text[start - 1]) == text[stop]:
        start, stop = start - 1, stop + 1
    return start, stop
