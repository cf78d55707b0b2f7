"""From running text to claims: sentences, each with the marks that belong to it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ragassist.grounding.citations import (
    LONGEST_BRACKET,
    ROUND,
    SQUARE,
    Run,
    find_runs,
    find_untouched,
    goes_on,
)
from ragassist.grounding.literals import Untouched
from ragassist.sentences import split_sentences
from ragassist.types import Claim, Mark

_LISTED = re.compile(r"[ \t]*(?:[-*+•]|[0-9]{1,2}[.)])[ \t]")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
_LINE = re.compile(r"[^\n]*(?:\n|$)")
# Stands for a citation that is part of its sentence: begins one, and is no abbreviation.
_STAND_IN = "pP"
# A whole word; "and" may still turn out to list two citations.
_WORD_AHEAD = re.compile(r"(?<!\S)(?![,;]?and\s)(?=\S*?[^\W_])\S++(?=\s)")
_OPENING = frozenset(opening for opening, _ in SQUARE + ROUND)
# A full stop in front of a mark, "et al. [P1].", ends the sentence behind it too.
_ENDED = re.compile(r"[.!?][\"”*_`]*\Z")
_ENDS = re.compile(r"\.(?![.0-9])")
_IDEOGRAPHIC_STOPS = "。！？"
_LOOKED_BACK = 100
_CLOSES = frozenset(".,;:!?)]}%…’”'")
_OPENS = frozenset("([{“‘")
# Up to here every feed is looked at; a longer tail only when it has grown by a twentieth, so that
# a text of n characters costs n steps and not n squared.
_LOOKED_AT_EACH_TIME = 2_000
_GROWTH = 20

Kind = Literal["new", "text", "heading"]


def split_claims(text: str, papers: Mapping[str, str]) -> tuple[Claim, ...]:
    """The sentences of a text, their citation marks taken out and kept beside them.

    Marks behind a full stop belong to the sentence before, unless the text goes on in lower case
    ("[P1] shows that"); marks at the beginning of a paragraph to the one that follows; marks that
    stand alone to the claim before. List items and headings are paragraphs of their own, and keep
    the sign they begin with. White space is single spaces. The verdicts are `unjudged`.

    Args:
        papers: what may be cited, as for `find_citations`.
    """
    stream = ClaimStream(papers)
    return (*stream.feed(text), *stream.close())


class ClaimStream:
    """A text that arrives piece by piece, as the claims that are complete.

    A claim is released when the first word behind it and its marks is: no later text can change
    it then. The claims are those that `split_claims` finds in the whole text.
    """

    def __init__(self, papers: Mapping[str, str]) -> None:
        self._papers = papers
        self._tail = ""
        self._kind: Kind = "new"
        self._paragraph = 0
        self._looked_at = 0

    def feed(self, text: str) -> Iterator[Claim]:
        """The claims that this piece completes."""
        self._tail += text
        grown = len(self._tail) - self._looked_at
        if len(self._tail) > _LOOKED_AT_EACH_TIME and grown < len(self._tail) // _GROWTH:
            return iter(())
        return iter(self._release(final=False))

    def close(self) -> Iterator[Claim]:
        """The claims that the end of the text completes."""
        return iter(self._release(final=True))

    def _release(self, *, final: bool) -> list[Claim]:
        reading = _Reading.of(self._tail, self._papers, self._kind)
        sentences = reading.sentences
        live = min(_live_bracket(self._tail), reading.waiting)
        settled = len(sentences) if final else reading.settled(live)
        claims = []
        for number, sentence in enumerate(sentences[:settled]):
            if number and sentence.block != sentences[number - 1].block:
                self._paragraph += 1
            claims.append(reading.claim(sentence, self._paragraph))
        if settled:
            self._cut(reading, settled)
        self._looked_at = len(self._tail)
        return claims

    def _cut(self, reading: "_Reading", settled: int) -> None:
        last = reading.sentences[settled - 1]
        cut, kind = last.stop, reading.blocks[last.block].kind
        if settled < len(reading.sentences):
            following = reading.sentences[settled]
            if following.block != last.block:
                self._paragraph += 1
                cut, kind = reading.blocks[following.block].start, "new"
        self._tail = self._tail[cut:]
        self._kind = kind


def _live_bracket(text: str) -> int:
    """Where a bracket is open that may yet turn out to cite; else the length of the text."""
    square = max(text.rfind(mark) for pair in SQUARE for mark in pair)
    either = max(square, *(text.rfind(mark) for pair in ROUND for mark in pair))
    opened = [at for at in (square, either) if at >= 0 and text[at] in _OPENING]
    return min((at for at in opened if len(text) - at <= LONGEST_BRACKET + 1), default=len(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    start: int
    stop: int
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """`text[start:stop]`, its marks included, those around the sentence proper too."""

    start: int
    stop: int
    block: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A text, or the tail of one, taken apart.

    Attributes:
        bare: the text with blanks for all that cites, offsets unchanged.
        waiting: where code or mathematics is open that text to come may close.
    """

    text: str
    bare: str
    blocks: tuple[_Block, ...]
    sentences: tuple[_Sentence, ...]
    waiting: int

    @classmethod
    def of(cls, text: str, papers: Mapping[str, str], kind: Kind) -> "_Reading":
        runs = find_runs(text, papers)
        untouched, waiting = find_untouched(text, papers)
        # Code and mathematics are a word of their sentence, whatever stands in them.
        wordy = _masked(text, untouched, [_word(one) for one in untouched])
        blocks = _blocks(_masked(wordy, runs, ["x" * (run.stop - run.start) for run in runs]), kind)
        bare = _masked(wordy, runs, [" " * (run.stop - run.start) for run in runs])
        spoken = _masked(wordy, runs, [_stand_in(wordy, run) for run in runs])
        spans = [
            (number, block.start + start, block.start + stop)
            for number, block in enumerate(blocks)
            for start, stop in split_sentences(spoken[block.start : block.stop].replace("\n", " "))
        ]
        sentences = _with_runs(spans, runs, blocks)
        return cls(text=text, bare=bare, blocks=blocks, sentences=sentences, waiting=waiting)

    def settled(self, limit: int) -> int:
        """How many sentences no later text can change."""
        for number, sentence in enumerate(self.sentences):
            if not self._is_settled(sentence.stop, limit):
                return number
        return len(self.sentences)

    def _is_settled(self, stop: int, limit: int) -> bool:
        following = self.bare[stop : stop + 1]
        ending = self.bare[max(0, stop - _LOOKED_BACK) : stop].rstrip()[-1:]
        if ending and ending in _IDEOGRAPHIC_STOPS and following.isalnum():
            # It needs no space behind it, and a next character without case decides nothing more.
            return stop + 1 < limit and not following.islower()
        word = _WORD_AHEAD.search(self.bare, stop)
        return word is not None and word.end() < limit

    def claim(self, sentence: _Sentence, paragraph: int) -> Claim:
        clean = ""
        marks: list[Mark] = []
        position = sentence.start
        for run in sentence.runs:
            clean = _append(clean, self.text[position : run.start])
            marks.extend(Mark(key=key, paper_id=paper, at=len(clean)) for key, paper in run.papers)
            position = run.stop
        clean = _append(clean, self.text[position : sentence.stop])
        return Claim(text=clean, marks=tuple(marks), paragraph=paragraph)


def _append(clean: str, piece: str) -> str:
    words = " ".join(piece.split())
    if clean and _ENDED.search(clean) and _ENDS.match(words):
        words = words[1:].lstrip()
    if not clean or not words:
        return clean or words
    if words[0] in _CLOSES and not (words[0] == "." and words[1:2].isdigit()):
        return clean + words
    return clean + ("" if clean[-1] in _OPENS else " ") + words


def _word(literal: Untouched) -> str:
    return _STAND_IN.ljust(literal.stop - literal.start, "x")


def _masked(text: str, runs: Sequence[Run | Untouched], masks: Sequence[str]) -> str:
    pieces = []
    position = 0
    for run, mask in zip(runs, masks, strict=True):
        pieces += [text[position : run.start], mask]
        position = run.stop
    return "".join([*pieces, text[position:]])


def _stand_in(text: str, run: Run) -> str:
    """What splitting into sentences sees for a run: a word where it is one, else blanks."""
    glued = run.start > 0 and not text[run.start - 1].isspace()
    said = _STAND_IN if not glued and goes_on(text, run.stop) else ""
    return said.ljust(run.stop - run.start)


def _blocks(text: str, kind: Kind) -> tuple[_Block, ...]:
    """Paragraphs, list items and headings; the first goes on with one of `kind` unless `new`."""
    blocks: list[_Block] = []
    current = kind
    start = 0
    for line in _LINE.finditer(text):
        if line.start() == len(text):
            break
        continues = line.start() == 0 and kind != "new"
        heading = not continues and _HEADING.match(text, line.start(), line.end()) is not None
        listed = not continues and _LISTED.match(text, line.start(), line.end()) is not None
        blank = not line.group().strip()
        if not continues and (heading or listed or blank or current == "heading"):
            if line.start() > start:
                blocks.append(_Block(start=start, stop=line.start(), kind=current))
            start = line.start()
            current = "text"
        if heading:
            current = "heading"
        elif current == "new":
            current = "text"
    return (*blocks, _Block(start=start, stop=len(text), kind=current))


def _with_runs(
    spans: Sequence[tuple[int, int, int]], runs: Sequence[Run], blocks: Sequence[_Block]
) -> tuple[_Sentence, ...]:
    """The sentences, each with the runs that belong to it.

    Args:
        spans: block, start and stop of each sentence.
    """
    if not spans and runs:
        alone = _Sentence(start=runs[0].start, stop=runs[-1].stop, block=0, runs=tuple(runs))
        return (alone,)
    owned: list[list[Run]] = [[] for _ in spans]
    before = -1
    block = 0
    for run in runs:
        while before + 1 < len(spans) and spans[before + 1][1] <= run.start:
            before += 1
        while blocks[block].stop <= run.start:
            block += 1
        owned[_owner(spans, before, block)].append(run)
    return tuple(
        _Sentence(
            start=min([start, *(run.start for run in its)]),
            stop=max([stop, *(run.stop for run in its)]),
            block=number,
            runs=tuple(its),
        )
        for (number, start, stop), its in zip(spans, owned, strict=True)
    )


def _owner(spans: Sequence[tuple[int, int, int]], before: int, block: int) -> int:
    """The sentence of a run: the last that begins before it, or the one it stands in front of."""
    leads = before + 1 < len(spans) and spans[before + 1][0] == block
    if before < 0 or (leads and spans[before][0] != block):
        return before + 1
    return before
