import pytest

from ragassist.grounding.quotes import find_verbatim, quotations, says


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('It "learns to search" well.', ["learns to search"]),
        ("It “learns to search,” they say.", ["learns to search,"]),
        ("Sie „lernt zu suchen“ gut.", ["lernt zu suchen"]),
        ('A "word" is no quotation.', []),
        ("An apostrophe's no quote' mark.", []),
        ('A 5" by 7" print', []),
        ('"One thing" and "another thing"', ["One thing", "another thing"]),
        ('An "open end', []),
    ],
)
def test_quotations_are_of_two_words_or_more(text: str, quoted: list[str]) -> None:
    assert quotations(text) == quoted


@pytest.mark.parametrize(
    ("quoted", "found"),
    [
        ("learns to search", True),
        ("Learns to  SEARCH,", True),
        ("self‑training models", True),
        ("model's", True),
        ("learns ... web", True),
        ("learns [how] to search", True),
        ("learns [how] to fly", False),
        ("learns [...] search", True),
        ("web … learns", False),
        ("earns to search", False),
        ("learns the search", False),
    ],
)
def test_a_quotation_stands_in_a_text_word_for_word(quoted: str, found: bool) -> None:
    assert says("A model’s self-training models: it learns to\nsearch the web.", quoted) is found


@pytest.mark.parametrize(
    ("claim", "span"),
    [
        ("We test it.", "We test it."),
        ("we test it.", "We test it."),
        ("It wins by 3.5 points", "it wins by 3.5 points"),
        ("It wins by 3.5 points.", "it wins by\n3.5 points"),
        ("- We test it.", "We test it."),
        ("We test", "We test"),
        ("e test it.", None),
        ("We tested it.", None),
        ("", None),
        ("...", None),
    ],
)
def test_a_claim_is_found_word_for_word(claim: str, span: str | None) -> None:
    text = "We test it. Often, it wins by\n3.5 points, we see."
    found = find_verbatim(text, claim)

    said = text[found[0] : found[1]] if found else None
    assert (said and " ".join(said.split())) == (span and " ".join(span.split()))
