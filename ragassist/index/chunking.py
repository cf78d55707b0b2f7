"""Cutting a paper into chunks: whole sentences, as many as fit."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from ragassist.sentences import split_sentences
from ragassist.types import Chunk

MAX_TOKENS = 512
# For the line break between the title and the text.
_JOINT = 1
# English has four to five to a token; a text far beyond is not counted as a whole first.
_MOST_CHARS = 8

Counter = Callable[[str], int]


def chunk_abstract(title: str, abstract: str, count_tokens: Counter) -> tuple[Chunk, ...]:
    """The chunks of a paper, in order, at least one; together they cover every sentence.

    The title is carried by each chunk and counts towards its size. A chunk has at most
    `MAX_TOKENS` tokens (a title longer than half of that aside) and begins and ends with a
    sentence; only a sentence that alone is too long is cut, at the best break inside. A
    title-only paper has the one empty chunk.

    Args:
        count_tokens: no text may count more than its UTF-8 bytes, nor an empty one above 0. An
            abstract of average length costs one call, a long one a few for each sentence.
    """
    if not abstract.strip():
        return (Chunk(start=0, stop=0),)
    # Every token is at least one byte: short texts need no counting.
    if len(title.encode()) + len(abstract.encode()) + _JOINT <= MAX_TOKENS:
        return (Chunk(start=0, stop=len(abstract)),)
    room = max(MAX_TOKENS - count_tokens(title) - _JOINT, MAX_TOKENS // 2)
    if len(abstract) <= MAX_TOKENS * _MOST_CHARS and count_tokens(abstract) <= room:
        return (Chunk(start=0, stop=len(abstract)),)
    pieces = list(_pieces(abstract, room, count_tokens))
    return tuple(_packed(abstract, pieces, room, count_tokens))


def _packed(
    abstract: str, pieces: Sequence[tuple[int, int]], room: int, count_tokens: Counter
) -> Iterator[Chunk]:
    """As many pieces to a chunk as fit: by the sum of their sizes, then made sure of."""
    sizes = [count_tokens(abstract[start:stop]) for start, stop in pieces[:1]]
    # With the white space before it, a piece costs about what it adds.
    sizes += [count_tokens(abstract[one[1] : two[1]]) for one, two in pairwise(pieces)]
    first = 0
    while first < len(pieces):
        after, used = first + 1, sizes[first]
        while after < len(pieces) and used + sizes[after] <= room:
            used += sizes[after]
            after += 1
        start = pieces[first][0]
        while after - first > 1 and count_tokens(abstract[start : pieces[after - 1][1]]) > room:
            after -= 1
        yield Chunk(start=start, stop=pieces[after - 1][1])
        first = after


def _pieces(abstract: str, room: int, count_tokens: Counter) -> Iterator[tuple[int, int]]:
    for start, stop in split_sentences(abstract):
        sentence = abstract[start:stop]
        if len(sentence.encode()) <= room or count_tokens(sentence) <= room:
            yield start, stop
        else:
            yield from _cut(sentence, start, room, count_tokens)


def _cut(sentence: str, offset: int, room: int, count_tokens: Counter) -> Iterator[tuple[int, int]]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=["\n", "; ", ", ", " "],
        chunk_size=room,
        chunk_overlap=0,
        length_function=count_tokens,
        strip_whitespace=False,
    )
    start = offset
    for part in splitter.split_text(sentence):
        kept = part.strip()
        if kept:
            before = start + part.index(kept)
            yield from _slices(kept, before, room, count_tokens)
        start += len(part)


def _slices(text: str, offset: int, room: int, count_tokens: Counter) -> Iterator[tuple[int, int]]:
    """A text that may be one long word, in parts that fit: not tried character by character."""
    at = 0
    while at < len(text):
        step = min(len(text) - at, room * _MOST_CHARS)
        while step > 1 and count_tokens(text[at : at + step]) > room:
            step = (step + 1) // 2
        yield offset + at, offset + at + step
        at += step
