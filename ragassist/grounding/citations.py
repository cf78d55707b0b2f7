"""Where a text cites: read tolerantly, held against what may be cited strictly."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from ragassist.grounding.literals import Untouched, find_literals
from ragassist.types import Claim, Mark

# No bracket that cites is longer: one left open holds up a stream for that long at most.
LONGEST_BRACKET = 500
SQUARE = (("[", "]"), ("【", "】"), ("［", "］"), ("〔", "〕"))
ROUND = (("(", ")"), ("（", "）"))

_NOT_IN_SQUARE = "".join(re.escape(mark) for pair in SQUARE for mark in pair)
_NOT_IN_ROUND = "".join(re.escape(mark) for pair in SQUARE + ROUND for mark in pair)
_BRACKET = re.compile(
    "|".join(
        rf"{re.escape(opening)}([^{not_in_it}]{{1,{LONGEST_BRACKET}}}){re.escape(closing)}"
        for pairs, not_in_it in ((SQUARE, _NOT_IN_SQUARE), (ROUND, _NOT_IN_ROUND))
        for opening, closing in pairs
    )
)
_LINK_TARGET = re.compile(rf"\((?:#|https?:)[^()\s]{{0,{LONGEST_BRACKET - 10}}}\)")
_EMPTY_LINE = re.compile(r"\n\s*\n")
_SEPARATOR = re.compile(r"\s*+[,;&，；、]\s*+(?:(?:and|or)\s++)?|\s++(?:and|or|but)\s++")
_BETWEEN = re.compile(r"\s*+(?:(?:[,;]\s*+)?and|[,;&])\s*+")
_BLANK = re.compile(r"[ \t]*+")
# What stands in front of a key and says no more than that it is cited.
_LEADS = frozenset(
    "according also as based both by cf e.g from i.e in key keys on paper papers passage passages "
    "per ref reference references refs reported see shown source sources supported to via".split()
)
_KEY = re.compile(r"[Pp]([0-9]+)")
_TO = r"(?:[-\u2010-\u2015\u2212…~]|\.\.\.?|\bto\b)"
_RANGE = re.compile(rf"([Pp])([0-9]+)\s*+{_TO}\s*+[Pp]?([0-9]+)")
_FROM_BRACKET_TO_BRACKET = re.compile(rf"\s*+{_TO}\s*+")
# `[P 1]`, `[Passage 1]`, `[Passages 1 and 2]`, `[passage key="P1"]`.
_SPELLED = re.compile(r"\s*+(?:(?i:passages?|keys?)[\s#.:]++|P\s++)[0-9][0-9\s,;&\u2010-\u2015-]*+")
_SPELLED_AND = re.compile(r"(?<=[0-9\s])\s(?:and|or|to)\s(?=[0-9\s])")
_ATTRIBUTE = re.compile(r"\b(?:key|id)\s*+=\s*+")
_BARE_P = re.compile(r"\A\s*+P\s++")
_NUMBER = re.compile(r"[0-9]+")
_WORD = re.compile(rf"{_RANGE.pattern}(?![\w-])|\S+")
# Models put keys in quotation marks, code or emphasis, and doubt them.
_DRESS = "@^#()（）<>*_`\"'“”„‘’«»\\"
_BEHIND = ".:?!"
_LISTS = re.compile(r"[/|+:]")
_CITEKEY = re.compile(r"[^\W\d_]+[12][0-9]{3}[^\W\d_][\w-]*")
_LOCATOR = re.compile(
    r"\(?(?:(?:pp?|pages?|sec|sects?|sections?|figs?|figures?|tabs?|tables?|ch|chap|chapters?|eqs?|"
    r"equations?|lines?|para|paragraphs?|abstract|title)\b\.?|§)|[0-9\u2013-]+$|\([^()]*\)$",
    re.I,
)
_LIKE_A_KEY = re.compile(r"[^\W\d_].*[\d_-]|[\d_-].*[^\W\d_]")
_NAMED_WITH_A_DIGIT = re.compile(r"(?=\S*[0-9])(?=\S*[^\W\d_])\S+")
_FOLLOWING = re.compile(r"(\s*+)(\S{1,40})")
_LONGEST_RANGE = 50
_MOST_DIGITS = 9
_ESCAPED = frozenset({"\\[", "\\("})
_CITED_PROSE = re.compile(r"\s[\[【［〔][Pp]?[0-9]")
_ROUND_OPENING = frozenset(opening for opening, _ in ROUND)
_AROUND = {"*": "*", "_": "_", "`": "`", **dict(SQUARE + ROUND)}
_OPENS = frozenset("([{“‘")
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
    paper_ids; where it does, every key in it counts, whatever else it says. What looks like one
    of these and may not be cited is an invented citation: its paper is None. Round brackets hold
    nothing but keys, and cite only where one of these is known or where they stand beside a
    bracket that cites: `(P53)` is a protein.

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
        apart = bool(written) and not written[-1].isspace() and claim.text[at - 1] not in _OPENS
        written += (" " if apart else "") + mark([mark for _, mark in group])
        position = at
    return written + _plain(claim.text[position:], escape, written)


def _plain(piece: str, escape: Callable[[str], str], written: str) -> str:
    if not piece:
        return ""
    apart = bool(written) and (piece[0].isalnum() or piece[0] in _OPENS)
    return (" " if apart else "") + escape(piece)


def goes_on(text: str, position: int) -> bool:
    """Whether the sentence goes on at a position: with a word in lower case, in its paragraph."""
    following = _FOLLOWING.match(text, position)
    if following is None or _EMPTY_LINE.search(following.group(1)):
        return False
    word = following.group(2)
    # `mRNA` and `p62` may begin a sentence.
    return word[0].islower() and not any(char.isupper() or char.isdigit() for char in word)


def is_passage_key(key: str) -> bool:
    """Whether a key is one that passages have, `P2`, and so stands for no paper by itself."""
    return _KEY.fullmatch(key) is not None


def find_untouched(text: str, papers: Mapping[str, str]) -> tuple[list[Untouched], int]:
    r"""`find_literals` without those that are citations in disguise.

    A code span of nothing but brackets, and brackets with backslashes in front (`\[P1\]`), are
    written so by models; so is an answer that is fenced as text.
    """
    found, waiting = find_literals(text)
    return [one for one in found if not _cites(one, papers)], waiting


def _cites(literal: Untouched, papers: Mapping[str, str]) -> bool:
    if literal.mark in _ESCAPED:
        return bool(_escaped(literal, papers))
    if literal.may_be_prose:
        return _CITED_PROSE.search(literal.inner) is not None
    code = literal.mark.startswith("`")
    return code and not any(map(str.isalnum, _BRACKET.sub("", literal.inner)))


def _escaped(literal: Untouched, papers: Mapping[str, str]) -> Keys:
    r"""The keys in `\[P1\]`; none where it is mathematics."""
    if _EMPTY_LINE.search(literal.inner):
        return ()
    return _read(literal.inner, papers, in_round=literal.mark == "\\(", follows=False)


def _brackets(text: str, papers: Mapping[str, str]) -> list[Citing]:
    literals, _ = find_literals(text)
    escaped = {one.start + 1: one for one in literals if one.mark in _ESCAPED}
    untouched = [one for one in literals if not _cites(one, papers)]
    found: list[Citing] = []
    position = beside = passed = 0
    while (match := _BRACKET.search(text, position)) is not None:
        while passed < len(untouched) and untouched[passed].stop <= match.start():
            passed += 1
        if passed < len(untouched) and untouched[passed].start <= match.start():
            position = untouched[passed].stop
            continue
        citing = _bracket(text, match, papers, follows=bool(found) and match.start() == beside)
        position = match.start() + 1
        if citing is not None:
            if match.start() in escaped:
                citing = replace(citing, start=citing.start - 1)
            position = citing.stop
            found.append(citing)
            blank = _BLANK.match(text, position)
            beside = blank.end() if blank else position
    return _stretched(text, found, papers)


def _bracket(
    text: str, match: re.Match[str], papers: Mapping[str, str], *, follows: bool
) -> Citing | None:
    content = match.group(match.lastindex or 0)
    if _EMPTY_LINE.search(content):
        return None
    in_round = text[match.start()] in _ROUND_OPENING
    keys = _read(content, papers, in_round=in_round, follows=follows)
    if not keys:
        return None
    target = _LINK_TARGET.match(text, match.end())
    return Citing(start=match.start(), stop=target.end() if target else match.end(), papers=keys)


def _stretched(text: str, found: Sequence[Citing], papers: Mapping[str, str]) -> list[Citing]:
    """`[P1]-[P3]` as the one bracket that it stands for."""
    stretched: list[Citing] = []
    for citing in found:
        before = stretched[-1] if stretched else None
        if before is not None and _FROM_BRACKET_TO_BRACKET.fullmatch(
            text, before.stop, citing.start
        ):
            first, last = (_only_number(one) for one in (before, citing))
            if first and last:
                keys = _expand(f"P{first}-P{last}", first, last, papers)
                stretched[-1] = replace(before, stop=citing.stop, papers=keys)
                continue
        stretched.append(citing)
    return stretched


def _only_number(citing: Citing) -> str:
    """The number of the one passage a bracket cites; empty where it cites otherwise."""
    if len(citing.papers) != 1:
        return ""
    key = _KEY.fullmatch(citing.papers[0][0])
    return key.group(1) if key else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What stands between the separators of a bracket.

    Attributes:
        keys: those in it.
        cites: it is nothing but keys, what leads to them, and the place in the paper.
        clean: it cites, or has no key, and may stand beside those that do.
    """

    keys: Keys
    cites: bool
    clean: bool


def _read(content: str, papers: Mapping[str, str], *, in_round: bool, follows: bool) -> Keys:
    """The keys of one bracket; none where it does not cite.

    Args:
        follows: it stands beside a bracket that cites.
    """
    content = content if in_round else _plainly(content)
    written = [piece for piece in map(str.strip, _SEPARATOR.split(content)) if piece]
    pieces = [_read_piece(piece, papers, in_round=in_round) for piece in written]
    certain = any(
        _NAMED_WITH_A_DIGIT.fullmatch(key)
        for piece in pieces
        if piece.cites
        for key, _ in piece.keys
    )
    keys = tuple(key for piece in pieces for key in piece.keys)
    clean = all(piece.clean for piece in pieces)
    if in_round:
        known = follows or any(paper is not None for _, paper in keys)
        return keys if certain and known and clean else ()
    if not certain:
        # An id of digits or of letters alone may be a number or a word in brackets.
        return keys if all(piece.cites for piece in pieces) else ()
    strays = [_stray(*pair) for pair in zip(written, pieces, strict=True)]
    return tuple(
        key for piece, stray in zip(pieces, strays, strict=True) for key in piece.keys or stray
    )


def _plainly(content: str) -> str:
    """Keys that are spelled out, `Passage 1` and `key="P1"`, as keys."""
    content = _ATTRIBUTE.sub("", content)
    if _SPELLED.fullmatch(_SPELLED_AND.sub(",", content)):
        return _NUMBER.sub(lambda number: f"P{number.group()}", _BARE_P.sub("", content))
    return content


def _read_piece(piece: str, papers: Mapping[str, str], *, in_round: bool) -> _Piece:
    words = [match.group() for match in _WORD.finditer(piece)]
    read = [(word, _read_word(word, papers, in_round=in_round)) for word in words]
    said = [(word, keys) for word, keys in read if keys or not _leads(word)]
    if all(keys for _, keys in said):
        keys = tuple(key for _, found in said for key in found)
        return _Piece(keys=keys, cites=bool(keys), clean=True)
    (first, leading), *others = said
    place = " ".join(word for word, _ in others)
    cites = bool(leading) and (first.endswith(":") or _LOCATOR.match(place) is not None)
    # Among other words, one that happens to be an id is none.
    keys = tuple(
        (key, paper)
        for number, (_, found) in enumerate(said)
        for key, paper in found
        if (cites and not number) or _LIKE_A_KEY.search(key)
    )
    return _Piece(keys=keys, cites=cites, clean=cites or _LOCATOR.match(piece) is not None)


def _leads(word: str) -> bool:
    bare = word.strip(_DRESS).rstrip(_BEHIND).lower()
    return bare in _LEADS or not any(map(str.isalnum, bare))


def _read_word(word: str, papers: Mapping[str, str], *, in_round: bool) -> Keys:
    undressed = word.strip(_DRESS)
    bare = word.lstrip(_DRESS).rstrip(_DRESS + _BEHIND)
    for name in (word, undressed, bare):
        if name in papers:
            return ((name, papers[name]),)
    if (stretch := _RANGE.fullmatch(bare)) is not None:
        is_pages = in_round and stretch.group(1) == "p"
        return () if is_pages else _expand(bare, stretch.group(2), stretch.group(3), papers)
    if (key := _KEY.fullmatch(bare)) is not None:
        name = f"P{key.group(1)}"
        return () if in_round and bare[0] == "p" else ((name, papers.get(name)),)
    if _CITEKEY.fullmatch(bare):
        return ((bare, None),)
    parts = [part for part in _LISTS.split(bare) if part]
    if len(parts) < 2 or "://" in word:
        return ()
    read = [_read_word(part, papers, in_round=in_round) for part in parts if not _leads(part)]
    return tuple(key for found in read for key in found) if all(read) else ()


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


def _stray(written: str, piece: _Piece) -> Keys:
    """Beside keys, a word with letters and digits is a key that does not exist."""
    words = [word for word in written.split() if not _leads(word)]
    if piece.clean or len(words) != 1 or not _NAMED_WITH_A_DIGIT.fullmatch(words[0]):
        return ()
    return ((words[0].strip(_DRESS).rstrip(_BEHIND), None),)


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
