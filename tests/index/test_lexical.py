import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.index.lexical import (
    QUESTION_WORDS,
    content_words,
    document_frequencies,
    occurrences,
    search_lexical,
)
from ragassist.storage.catalog import Catalog
from ragassist.storage.intake import absorb, open_source
from ragassist.text import strip_controls
from ragassist.types import Chunk, Record

ABSTRACTS = {
    "Lamps for readers": "We study lamps. Reading by a lamp at night tires the reader's eyes.",
    "Ink for writers": "Writers choose inks by colour. Lamps matter less than ink to them.",
    "Paper mills": "Mills near rivers made paper. Café owners in Zürich bought it.",
    "Graph networks": "Self-attention generalises to graph_networks and NOT to everything.",
    "Attention in Chinese": "注意力机制 是 关键。",
    "Istanbul bridges": "Bridges of İstanbul are long.",
}
SYNTAX = [
    '"', '""', "NEAR(lamps ink)", "lamps NEAR/2 ink", "lam*", "*", "title:lamps", "body : lamps",
    "{title body}: lamps", "^lamps", "- lamps", "lamps NOT ink", "AND", "OR OR", "NOT", "(lamps",
    ")", "lamps + ink", "'; DROP TABLE chunks; --", "lamps\0ink", "\ud800", "%s ?1 :x @y $z", "\\",
    "\U0001f4a1", "lamps\ninks\t", "rank:5", "chunks_fts",
]  # fmt: skip


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    opened = Catalog.create(tmp_path_factory.mktemp("lexical"))
    records = [
        Record(title=title, abstract=abstract, year=2020 + line, line=line)
        for line, (title, abstract) in enumerate(ABSTRACTS.items(), 1)
    ]
    with opened.transaction():
        source_id = open_source(opened, "refs.jsonl", "jsonl")
        absorb(opened, source_id, 1, records, lambda _, a: (Chunk(start=0, stop=len(a)),))
    yield opened
    opened.close()


def titles(catalog: Catalog, question: str) -> list[str]:
    return [
        str(
            catalog.value(
                "SELECT title FROM chunks JOIN papers USING (paper_row) WHERE chunk_id = ?",
                (chunk_id,),
            )
        )
        for chunk_id, _ in search_lexical(catalog, question, 10, None)
    ]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How do lamps help the readers?", ["lamps", "help", "readers"]),
        ("What is the Self-Attention of graph_networks?",
         ["self", "attention", "graph", "networks"]),
        ("lamps LAMPS Lamps", ["lamps"]),
        ("What is it about?", ["what", "is", "it", "about"]),
        ("WHO", ["who"]),
        ("naïve CAFÉ", ["naïve", "café"]),
        ("cafe\u0301", ["cafe\u0301"]),
        ("İstanbul", ["i\u0307stanbul"]),
        ("?! \U0001f4a1", []),
        ("", []),
    ],
)  # fmt: skip
def test_words_that_ask_are_removed_unless_nothing_else_remains(
    question: str, words: list[str]
) -> None:
    assert content_words(question) == words


def test_a_question_of_question_words_alone_is_searched_with_them(catalog: Catalog) -> None:
    assert titles(catalog, "than") == ["Ink for writers"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("reads", ["Lamps for readers"]),
        ("choosing", ["Ink for writers"]),
        ("generalising", ["Graph networks"]),
        ("cafe ZURICH", ["Paper mills"]),
        ("cafe\u0301", ["Paper mills"]),
        ("graph networks", ["Graph networks"]),
        ("self-attention", ["Graph networks", "Attention in Chinese"]),
        ("注意力机制", ["Attention in Chinese"]),
        ("İstanbul", ["Istanbul bridges"]),
        ("zeppelin", []),
    ],
)
def test_words_are_found_by_stem_and_without_accents(
    catalog: Catalog, question: str, found: list[str]
) -> None:
    assert titles(catalog, question) == found


def test_scores_are_positive_and_fall(catalog: Catalog) -> None:
    found = search_lexical(catalog, "lamps and ink for readers", 10, None)

    assert titles(catalog, "lamps and ink for readers") == ["Ink for writers", "Lamps for readers"]
    assert all(one > other > 0 for (_, one), (_, other) in pairwise(found))


def test_the_limit_is_kept(catalog: Catalog) -> None:
    assert len(search_lexical(catalog, "lamps", 1, None)) == 1


def test_only_allowed_papers_are_found(catalog: Catalog) -> None:
    allowed = ("SELECT paper_row FROM papers WHERE year = ?", (2022,))
    [(chunk_id, _)] = search_lexical(catalog, "lamps", 10, allowed)

    row = catalog.rows(
        "SELECT title FROM chunks JOIN papers USING (paper_row) WHERE chunk_id = ?", (chunk_id,)
    )
    assert row == [("Ink for writers",)]


@pytest.mark.parametrize("question", SYNTAX)
def test_query_syntax_in_a_question_is_text(catalog: Catalog, question: str) -> None:
    plain = " ".join(content_words(question))

    assert search_lexical(catalog, question, 10, None) == search_lexical(catalog, plain, 10, None)


def test_not_does_not_exclude(catalog: Catalog) -> None:
    assert titles(catalog, "lamps NOT ink") == ["Ink for writers", "Lamps for readers"]


@settings(deadline=None, max_examples=100)
@given(question=st.text() | st.lists(st.sampled_from([*SYNTAX, "lamps", " "])).map("".join))
def test_any_text_can_be_searched(catalog: Catalog, question: str) -> None:
    for _, score in search_lexical(catalog, question, 10, None):
        assert score > 0
    document_frequencies(catalog, content_words(question)[:20])
    occurrences([strip_controls(question)], content_words(question)[:20])


@pytest.mark.parametrize("unit", ["lamps ", "(", '"', "NEAR(", "w{} ", "ü", "\U0001f4a1"])
def test_a_question_of_a_hundred_kilobytes_is_answered_in_time(catalog: Catalog, unit: str) -> None:
    question = "".join(unit.format(number) for number in range(100_000 // len(unit)))
    started = time.perf_counter()
    search_lexical(catalog, question, 10, None)

    # Hundreds of times what it takes; quadratic time takes longer still.
    assert time.perf_counter() - started < 20


def test_document_frequencies_count_stems_in_chunks(catalog: Catalog) -> None:
    assert document_frequencies(catalog, ["lamp", "lamps", "reading", "zeppelin"]) == (
        {"lamp": 2, "lamps": 2, "reading": 1, "zeppelin": 0},
        6,
    )


def test_occurrences_are_by_the_stems_that_searching_uses() -> None:
    texts = ["Reading by lamps.", "", "A CAFÉ with a lamp"]

    assert occurrences(texts, ["lamp", "reads", "cafe"]) == [
        frozenset({"lamp", "reads"}),
        frozenset(),
        frozenset({"lamp", "cafe"}),
    ]
    assert occurrences([], ["lamp"]) == []


def test_question_words_are_lower_case_words() -> None:
    assert all(content_words(word) == [word] for word in QUESTION_WORDS)
