"""The lexical leg: BM25 over SQLite FTS5."""

import re
import sqlite3
from collections.abc import Sequence

from ragassist.index.acronyms import long_forms
from ragassist.storage.catalog import Catalog
from ragassist.storage.schema import TOKENIZER

# Accents that are characters of their own belong to their letter, as FTS5 has it.
_WORD = re.compile(r"\w[\w\u0300-\u036f]*")
_COMPOUND = re.compile(r"[\w-]+")
_TITLE_WEIGHT = 1.0
_BODY_WEIGHT = 1.0
_MOST_TERMS = 64
# Words that ask rather than name. A library has no paper "about" them, and in a long question
# they outvote the words that count.
QUESTION_WORDS = frozenset(
    "a about above across actually after again against all also although always am among an "
    "and any are as at be because been before being between both but by can cannot could "
    "describe did do does doing done during each either ever every explain find for from "
    "further get gets give given go goes going gone had happen happened happens has have "
    "having he her here him his how however i if in into is it its itself just know let like "
    "made make many may me might more most much must my neither no nor not of often on one "
    "only or other our ours out over own paper papers please published rather really say says "
    "she should show since so some sometimes still such tell than that the their theirs them "
    "then there these they this those through thus to too under until up upon us use used "
    "uses using very via was we went were what when where whether which while who whom whose "
    "why will with within without would wrong yet you your".split()
)


def content_words(text: str) -> list[str]:
    """The words of a question that name something, lower case, in order, each once.

    A question of nothing but question words keeps them all.
    """
    words = list(dict.fromkeys(_WORD.findall(text.lower().replace("_", " "))))
    return [word for word in words if word not in QUESTION_WORDS] or words


def compounds(text: str) -> dict[str, tuple[str, ...]]:
    """The hyphenated words of a question as phrases, each with its parts.

    `self-training` names one thing, which texts that train and mention a self do not speak of.
    """
    found = (tuple(_WORD.findall(word)) for word in _COMPOUND.findall(text.lower()))
    return {" ".join(parts): parts for parts in found if len(parts) > 1}


def search_lexical(
    catalog: Catalog, question: str, limit: int, allowed: tuple[str, tuple[object, ...]] | None
) -> list[tuple[int, float]]:
    """The best chunks by BM25 (k1 = 1.2, b = 0.75, Robertson & Zaragoza 2009, porter stems).

    The question's words are searched as words, any of them, hyphenated ones also as phrases, and
    acronyms also as the phrases that the library's texts introduce them for; nothing in it is
    query syntax.

    Args:
        limit: how many chunks at most.
        allowed: SQL that selects the `paper_row`s that may be found, with its parameters.

    Returns:
        (chunk_id, score), best first, ties by id; scores above 0, higher is better.
    """
    words = content_words(question)[:_MOST_TERMS]
    if not words:
        return []
    phrases = [form for forms in long_forms(catalog, words).values() for form in forms]
    phrases.extend(compounds(question))
    match = " OR ".join(f'"{term}"' for term in [*words, *phrases][: 2 * _MOST_TERMS])
    rank = f"bm25(chunks_fts, {_TITLE_WEIGHT}, {_BODY_WEIGHT})"
    if allowed is None:
        rows = catalog.rows(
            f"SELECT rowid, -{rank} AS score FROM chunks_fts WHERE chunks_fts MATCH ? "
            "ORDER BY score DESC, rowid LIMIT ?",
            (match, limit),
        )
    else:
        paper_rows, parameters = allowed
        rows = catalog.rows(
            f"SELECT rowid, -{rank} AS score FROM chunks_fts WHERE chunks_fts MATCH ? AND rowid IN "
            f"(SELECT chunk_id FROM chunks WHERE paper_row IN ({paper_rows})) "
            "ORDER BY score DESC, rowid LIMIT ?",
            (match, *parameters, limit),
        )
    return [(int(rowid), float(score)) for rowid, score in rows]


def document_frequencies(catalog: Catalog, words: list[str]) -> tuple[dict[str, int], int]:
    """In how many chunks each word (its stem) occurs, and how many chunks there are."""
    total = int(catalog.value("SELECT count(*) FROM chunks"))
    counts = {
        word: int(
            catalog.value(
                "SELECT count(*) FROM chunks_fts WHERE chunks_fts MATCH ?", (f'"{word}"',)
            )
        )
        for word in words
    }
    return counts, total


def occurrences(texts: Sequence[str], words: Sequence[str]) -> list[frozenset[str]]:
    """Which of the words occur in each text, by the very stems that searching uses."""
    found: list[set[str]] = [set() for _ in texts]
    memory = sqlite3.connect(":memory:")
    try:
        memory.execute(f"CREATE VIRTUAL TABLE texts USING fts5 (body, tokenize = '{TOKENIZER}')")
        memory.executemany("INSERT INTO texts (rowid, body) VALUES (?, ?)", enumerate(texts))
        for word in words:
            hits = memory.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (f'"{word}"',))
            for (index,) in hits:
                found[index].add(word)
    finally:
        memory.close()
    return [frozenset(words_found) for words_found in found]
