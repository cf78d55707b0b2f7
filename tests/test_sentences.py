import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.sentences import split_sentences
from tests.shared_data import shared

scholarly = st.lists(
    st.sampled_from(
        ["et al.", ".**", "*", "`", "_", "Fig. 2", "e.g.", "3.14", "p62", "We", "show", "。", "!",
         "?", "...", '."', ".)",
         "\n\n", "\n", "  ", "A.", "注意", "(i)", "https://a.org/b.c", ".", "x"]
    )
).map(" ".join)  # fmt: skip


def sentences(text: str) -> list[str]:
    return [text[start:stop] for start, stop in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Qin et al. show that tools help.",
        "See Fig. 2 and Eqs. 3 for the details.",
        "Some models, e.g. transformers, i.e. attention, scale vs. recurrent ones.",
        "The rate fell by 3.14 % at v1.2.3 of the code.",
        "J. R. Smith and Doe, A. B. studied E. coli in the U.S. market.",
        "Code is at https://example.org/a.b.c for all.",
        "It ends in an ellipsis... but goes on.",
        "It asks (why?) and answers.",
        "A line break\nalone does not end it.",
        "1. We define the task.",
        "Dr. Doe and Prof. Roe agree.",
        "The work of Qin *et al.* (2023) covers *E. coli* and 2*3 = 6.",
        "It **is known.** *but* only so.",
    ],
)
def test_one_sentence_stays_one(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One ends. Two begins.", ["One ends.", "Two begins."]),
        ("Why? Because! So.", ["Why?", "Because!", "So."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("It holds (as shown.) We prove it.", ["It holds (as shown.)", "We prove it."]),
        ("It binds. p62 is degraded.", ["It binds.", "p62 is degraded."]),
        ("They lack vitamin C. We add it.", ["They lack vitamin C.", "We add it."]),
        ("We follow Qin et al. We differ.", ["We follow Qin et al.", "We differ."]),
        ("It scored 3.5. It won.", ["It scored 3.5.", "It won."]),
        ("我们提出模型。它很好！真的？", ["我们提出模型。", "它很好！", "真的？"]),
        ("No full stop\n\nA new paragraph", ["No full stop", "A new paragraph"]),
        ("One.\r\n\r\nTwo.", ["One.", "Two."]),
        ("Trailing... Then more.", ["Trailing...", "Then more."]),
        ("Unfinished. And then", ["Unfinished.", "And then"]),
        ("**It doubles.** We see.", ["**It doubles.**", "We see."]),
        ("*It doubles.* *Nobody* saw.", ["*It doubles.*", "*Nobody* saw."]),
        ("_It doubles._ We see.", ["_It doubles._", "We see."]),
        ("Run `it.` We see.", ["Run `it.`", "We see."]),
        ("«It doubles.» We see.", ["«It doubles.»", "We see."]),
        ("**它很好。** 真的？", ["**它很好。**", "真的？"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize("text", ["", " \n\t ", "\n\n\n"])
def test_white_space_has_no_sentence(text: str) -> None:
    assert split_sentences(text) == []


def test_spans_are_half_open_and_leave_white_space_out() -> None:
    assert split_sentences("  One.  Two. ") == [(2, 6), (8, 12)]


@settings(deadline=None, max_examples=100)
@given(st.one_of(st.text(), scholarly))
def test_spans_are_ordered_and_hold_every_character_that_is_not_white_space(text: str) -> None:
    spans = split_sentences(text)

    bounds = [bound for span in spans for bound in span]
    assert bounds == sorted(bounds)
    assert all(text[start:stop] == text[start:stop].strip() != "" for start, stop in spans)
    kept = "".join(text[start:stop] for start, stop in spans)
    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "unit",
    [
        ".",
        "!?",
        "...!",
        '."',
        ".)",
        "a.",
        "A. ",
        "et al. ",
        "\n ",
        "\n\n",
        "。",
        ". ",
        "(",
        "e.g.",
        "*",
        ".*",
    ],
)
def test_splitting_takes_linear_time_on_hostile_input(unit: str) -> None:
    started = time.perf_counter()
    split_sentences(unit * (100_000 // len(unit)) + "x")

    assert time.perf_counter() - started < 2


def test_boundaries_agree_with_the_annotated_abstracts_of_scifact() -> None:
    corpus = shared("eval", "retrieval", "scifact", "corpus_sentences.jsonl")
    agreed = found = annotated = 0
    for line in corpus.read_text(encoding="utf-8").splitlines():
        parts = [" ".join(part.split()) for part in json.loads(line)["abstract"]]
        ends, length = set(), -1
        for part in filter(None, parts):
            length += len(part) + 1
            ends.add(length)
        ours = {stop for _, stop in split_sentences(" ".join(filter(None, parts)))}
        agreed += len(ours & ends)
        found += len(ours)
        annotated += len(ends)

    assert 2 * agreed / (found + annotated) >= 0.98
