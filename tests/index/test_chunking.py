import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.index.chunking import MAX_TOKENS, Counter, chunk_abstract
from ragassist.sentences import split_sentences
from ragassist.tokens import estimate_tokens, token_counter
from ragassist.types import Chunk
from tests.shared_data import shared

CL100K = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
SENTENCE = "We measured how long each of the readers kept number {} of the lamps alight. "

pieces = st.sampled_from(
    ["We show that lamps help readers. ", "e.g. ", "注意力机制。", "\U0001f469\u200d\U0001f52c",
     "\n\n", "x" * 300, "a, b; c ", " " * 50, "!?#$%^&*", "é", "."]
)  # fmt: skip
abstracts = st.lists(st.tuples(pieces, st.integers(1, 60))).map(
    lambda parts: "".join(piece * times for piece, times in parts)
)


@pytest.fixture(params=["estimate", "cl100k_base"])
def count_tokens(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Counter:
    if request.param == "estimate":
        return estimate_tokens
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(shared("tiktoken", CL100K).parent))
    name, counter = token_counter()
    assert name == "cl100k_base"
    return counter


def words(text: str) -> str:
    return "".join(text.split())


def check(title: str, abstract: str, count_tokens: Counter) -> tuple[Chunk, ...]:
    """The chunks, after everything that holds for all was seen to hold."""
    chunks = chunk_abstract(title, abstract, count_tokens)
    bounds = [bound for chunk in chunks for bound in (chunk.start, chunk.stop)]
    assert chunks
    assert bounds == sorted(bounds)
    assert 0 <= bounds[0] <= bounds[-1] <= len(abstract)
    assert words("".join(abstract[c.start : c.stop] for c in chunks)) == words(abstract)
    allowed = max(MAX_TOKENS, count_tokens(title) + 1 + MAX_TOKENS // 2)
    for chunk in chunks:
        assert count_tokens(f"{title}\n{abstract[chunk.start : chunk.stop]}") <= allowed
    return chunks


def test_an_ordinary_abstract_is_one_chunk(count_tokens: Counter) -> None:
    abstract = "".join(map(SENTENCE.format, range(12))).strip()

    assert check("Lamps", abstract, count_tokens) == (Chunk(start=0, stop=len(abstract)),)


def test_a_paper_without_an_abstract_is_one_empty_chunk(count_tokens: Counter) -> None:
    assert check("Lamps for readers", "", count_tokens) == (Chunk(start=0, stop=0),)


def test_an_abstract_of_three_thousand_words_is_several_chunks_of_whole_sentences(
    count_tokens: Counter,
) -> None:
    abstract = "".join(map(SENTENCE.format, range(200))).strip()
    assert len(abstract.split()) == 3000
    chunks = check("Lamps for readers", abstract, count_tokens)

    starts = {start for start, _ in split_sentences(abstract)}
    stops = {stop for _, stop in split_sentences(abstract)}
    assert 6 <= len(chunks) <= 12
    assert all(chunk.start in starts and chunk.stop in stops for chunk in chunks)


def test_chunks_are_as_full_as_whole_sentences_allow(count_tokens: Counter) -> None:
    abstract = "".join(map(SENTENCE.format, range(200))).strip()
    chunks = check("", abstract, count_tokens)

    for chunk in chunks[:-1]:
        rest = abstract[chunk.stop :]
        following = rest[: split_sentences(rest)[0][1]]
        assert count_tokens(abstract[chunk.start : chunk.stop] + following) > MAX_TOKENS - 20


def test_a_sentence_too_long_is_cut_between_its_clauses(count_tokens: Counter) -> None:
    clause = "the readers kept the lamps alight for as long as they liked, "
    abstract = clause * 100 + "and then they left."
    chunks = check("Lamps", abstract, count_tokens)

    assert len(chunks) > 2
    assert all(abstract[chunk.start : chunk.stop].startswith((",", "the ")) for chunk in chunks)


@pytest.mark.parametrize(
    "abstract",
    ["x" * 20_000, "注意力机制" * 2000, "\U0001f469\u200d\U0001f52c\U0001f600" * 800,
     "0123456789" * 900, "!@#$%^&*()" * 900, "long   " * 3000, "a\u0301" * 3000,
     "\n" * 20_000 + "end", "." * 20_000],
    ids=["letters", "cjk", "emoji", "digits", "marks", "spaces", "accents", "breaks", "dots"],
)  # fmt: skip
def test_text_without_sentences_is_cut_with_exact_offsets(
    abstract: str, count_tokens: Counter
) -> None:
    check("Lamps", abstract, count_tokens)


def test_dense_text_that_looks_short_is_counted_before_it_is_one_chunk(
    count_tokens: Counter,
) -> None:
    # 200 emoji are few characters, and three times as many tokens.
    check("Emoji", "\U0001f469\u200d\U0001f52c " * 100, count_tokens)


def test_chinese_is_cut_at_its_own_full_stops(count_tokens: Counter) -> None:
    abstract = "我们研究了读者如何选择灯。实验表明没有人介意。" * 60
    chunks = check("灯", abstract, count_tokens)

    assert len(chunks) > 2
    assert {abstract[chunk.stop - 1] for chunk in chunks} == {"。"}


def test_a_title_of_five_hundred_words_leaves_half_the_room(count_tokens: Counter) -> None:
    title = "lamps " * 500
    abstract = "".join(map(SENTENCE.format, range(60)))
    chunks = check(title, abstract, count_tokens)

    assert len(chunks) > 2
    assert all(
        count_tokens(abstract[chunk.start : chunk.stop]) <= MAX_TOKENS // 2 for chunk in chunks
    )


def test_the_title_takes_its_part_of_the_room(count_tokens: Counter) -> None:
    abstract = "".join(map(SENTENCE.format, range(80)))

    short = check("Lamps", abstract, count_tokens)
    long = check("lamps for readers " * 60, abstract, count_tokens)
    assert len(long) > len(short)


def test_white_space_alone_is_as_good_as_no_abstract(count_tokens: Counter) -> None:
    assert check("Lamps", " \n" * 1500, count_tokens) == (Chunk(start=0, stop=0),)


@settings(deadline=None, max_examples=60)
@given(title=st.text(max_size=40), abstract=abstracts)
def test_any_abstract_is_covered_in_order_without_overlap(title: str, abstract: str) -> None:
    check(title, abstract, estimate_tokens)


@pytest.mark.parametrize("unit", ["x", "a. ", "Ab c. ", "注", "word ", ", "])
def test_chunking_takes_linear_time(unit: str) -> None:
    started = time.perf_counter()
    chunk_abstract("Lamps", unit * (200_000 // len(unit)), estimate_tokens)

    assert time.perf_counter() - started < 5
