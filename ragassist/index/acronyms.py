"""What the acronyms of a question stand for, learned from the library's own texts."""

import re
from collections.abc import Iterator, Sequence

from ragassist.storage.catalog import Catalog

_SHORTEST, _LONGEST = 2, 6
_READ_CHUNKS = 40
_WORD = re.compile(r"[^\W_]+")


def long_forms(catalog: Catalog, words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each word that a text here introduces as an acronym, the phrases it stands for.

    "retrieval-augmented generation (RAG)" and "retrieval-augmented generation, or RAG," make
    `rag` stand for `retrieval augmented generation`. Phrases are lower case, without punctuation.
    """
    found = {}
    for word in words:
        if _SHORTEST <= len(word) <= _LONGEST and word.isalpha():
            forms = {
                form for text in _texts_with(catalog, word) for form in _introductions(text, word)
            }
            if forms:
                found[word] = tuple(sorted(forms))
    return found


def _texts_with(catalog: Catalog, word: str) -> list[str]:
    rows = catalog.rows(
        "SELECT title || ' ' || body FROM chunk_texts WHERE chunk_id IN "
        "(SELECT rowid FROM chunks_fts WHERE chunks_fts MATCH ? ORDER BY rowid LIMIT ?)",
        (f'"{word}"', _READ_CHUNKS),
    )
    return [text for (text,) in rows]


def _introductions(text: str, acronym: str) -> Iterator[str]:
    spelt = re.escape(acronym)
    for match in re.finditer(rf"(?:\(|, or ){spelt}s?[),]", text, re.IGNORECASE):
        before = _WORD.findall(text[max(0, match.start() - 100) : match.start()].lower())
        form = _spelt_out(before, acronym)
        if form:
            yield form


def _spelt_out(before: Sequence[str], acronym: str) -> str | None:
    """The last words whose initials, small words between skipped, spell the acronym."""
    place = len(before)
    for letter in reversed(acronym):
        place -= 1
        while place >= 0 and len(before[place]) <= 4 and before[place][0] != letter:
            place -= 1
        if place < 0 or before[place][0] != letter:
            return None
    return " ".join(before[place:])
