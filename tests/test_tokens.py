import json
import statistics
from pathlib import Path

import pytest

from ragassist.settings import tiktoken_table
from ragassist.tokens import estimate_tokens, token_counter
from tests.shared_data import shared

CL100K = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("four", 1), ("a b c d e", 3), ("注意力", 5), ("é", 2), ("\ud800", 2)],
)
def test_the_estimate_is_a_quarter_of_ascii_and_one_and_a_half_of_the_rest(
    text: str, tokens: int
) -> None:
    assert estimate_tokens(text) == tokens


def test_without_a_table_tokens_are_estimated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))

    assert token_counter() == ("estimate", estimate_tokens)


def test_a_damaged_table_is_as_good_as_none_and_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / CL100K
    table.write_text("<html>sign in to the hotel's network</html>")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))

    assert token_counter()[0] == "estimate"
    assert table.exists()


def test_the_table_is_found_in_either_folder_that_tiktoken_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of the empty text, so that the file needs no content of OpenAI's.
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (tmp_path / CL100K).touch()
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", str(tmp_path))
    assert tiktoken_table("cl100k_base", empty) == tmp_path / CL100K

    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    assert tiktoken_table("cl100k_base", empty) is None


def test_with_its_table_tiktoken_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(shared("tiktoken", CL100K).parent))
    name, count_tokens = token_counter()

    assert name == "cl100k_base"
    assert count_tokens("Attention is all you need.") == 6
    assert count_tokens("<|endoftext|>") > 1


def test_the_estimate_errs_high_on_english_abstracts(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = shared("eval", "retrieval", "scifact", "corpus.jsonl")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(shared("tiktoken", CL100K).parent))
    _, count_tokens = token_counter()
    lines = corpus.read_text(encoding="utf-8").splitlines()[:1000]
    texts = [text for line in lines if (text := json.loads(line)["text"])]
    ratios = [estimate_tokens(text) / count_tokens(text) for text in texts]

    assert 1.1 < statistics.median(ratios) < 1.3
    assert statistics.quantiles(ratios, n=100)[1] > 0.85
