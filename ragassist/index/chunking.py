"""Cutting a paper into chunks: whole sentences, as many as fit."""

from collections.abc import Callable, Iterator

from ragassist.sentences import split_sentences
from ragassist.tokens import estimate_tokens
from ragassist.types import Chunk

MAX_TOKENS = 512
# An estimate this far below the limit decides by itself; exact counting is 20 times slower.
_SURELY_FITS = 0.6

Counter = Callable[[str], int]


def chunk_abstract(title: str, abstract: str, count_tokens: Counter) -> tuple[Chunk, ...]:
    """The chunks of a paper, in order, at least one; together they cover every sentence.

    The title is carried by each chunk and counts towards its size. A chunk has at most
    `MAX_TOKENS` tokens (a title longer than half of that aside) and begins and ends with a
    sentence; only a sentence that alone is too long is cut, at the best break inside. A
    title-only paper has the one empty chunk.
    """
    if estimate_tokens(title) + estimate_tokens(abstract) <= MAX_TOKENS * _SURELY_FITS:
        return (Chunk(start=0, stop=len(abstract)),)
    room = max(MAX_TOKENS - count_tokens(title), MAX_TOKENS // 2)
    if estimate_tokens(abstract) <= MAX_TOKENS * 2 and count_tokens(abstract) <= room:
        return (Chunk(start=0, stop=len(abstract)),)
    chunks: list[Chunk] = []
    used = room + 1
    for start, stop in _pieces(abstract, room, count_tokens):
        size = count_tokens(abstract[start:stop])
        if used + size > room:
            chunks.append(Chunk(start=start, stop=stop))
            used = size
        else:
            chunks[-1] = Chunk(start=chunks[-1].start, stop=stop)
            used += size + 1
    return tuple(chunks) or (Chunk(start=0, stop=len(abstract)),)


def _pieces(abstract: str, room: int, count_tokens: Counter) -> Iterator[tuple[int, int]]:
    for start, stop in split_sentences(abstract):
        sentence = abstract[start:stop]
        # Every token is at least one byte: most sentences need no counting.
        if len(sentence.encode()) <= room or count_tokens(sentence) <= room:
            yield start, stop
        else:
            yield from _cut(sentence, start, room, count_tokens)


def _cut(sentence: str, offset: int, room: int, count_tokens: Counter) -> Iterator[tuple[int, int]]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=["\n", "; ", ", ", " ", ""],
        chunk_size=room,
        chunk_overlap=0,
        length_function=count_tokens,
        strip_whitespace=False,
    )
    start = offset
    for part in splitter.split_text(sentence):
        yield start, start + len(part)
        start += len(part)
