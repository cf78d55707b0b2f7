import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.text import fold, one_line, strip_controls, title_key

# Denser than plain text() in what these functions are about.
hostile = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b[]m;0\\\x07\x9b\x00\t\r\n\u200b\u202e\ud800 aA™ǾøßİıſÉé\u0301ﬃ½"),
    )
)


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[1;38;5;208mbold\x1b[K", "bold"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1;2|payload\x1b\\rest", "rest"),
        ("\x1b(Bcharset", "charset"),
        ("\x9b31mC1", "C1"),
        ("lone \x1b", "lone "),
        ("nul\x00 bell\x07 back\x08space del\x7f c1\x85", "nul bell backspace del c1"),
        ("lone \ud800surrogate", "lone surrogate"),
        ("left \u202eright\u202c, zero\u200bwidth, bom\ufeff", "left right, zerowidth, bom"),
        ("unseen \U000e0049\U000e0047 tags", "unseen  tags"),
        ("tab\tline\nreturn\r stay", "tab\tline\nreturn\r stay"),
        ("naïve 注意 \U0001f469\u200d\U0001f52c", "naïve 注意 \U0001f469\u200d\U0001f52c"),
    ],
)
def test_strips_what_could_steer_a_terminal_and_nothing_else(escaped: str, plain: str) -> None:
    assert strip_controls(escaped) == plain


@settings(deadline=None, max_examples=100)
@given(hostile)
def test_stripping_twice_is_stripping_once_and_leaves_no_control(text: str) -> None:
    stripped = strip_controls(text)

    assert strip_controls(stripped) == stripped
    assert not {char for char in stripped if char < " " and char not in "\t\n\r"}
    stripped.encode("utf-8")


@pytest.mark.parametrize("unit", ["\x1b[", "\x1b]", "\x1bP", "\x1b]0;x", "\x9b", "\x1b[0"])
def test_stripping_takes_linear_time_on_sequences_that_never_end(unit: str) -> None:
    started = time.perf_counter()
    strip_controls(unit * 200_000)
    strip_controls(unit + "0" * 400_000)

    assert time.perf_counter() - started < 2


def test_one_line_has_no_line_break_and_single_spaces() -> None:
    assert one_line("  a\r\n\tb\u00a0\u2028c\x1b[31m  d \n") == "a b c d"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Élodie GÖDEL", "elodie godel"),
        ("Straße", "strasse"),
        ("Łukasz Øre Đorđe Æsir Yıldız", "lukasz ore dorde aesir yildiz"),
        ("Ǿ", "o"),
        ("™ Ⅷ ﬁt", "tm viii fit"),
        ("\u212b and A\u030a", "a and a"),
        ("注意力", "注意力"),
    ],
)
def test_folding_drops_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(deadline=None, max_examples=100)
@given(hostile)
def test_folding_and_title_keys_are_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert title_key(title_key(text)) == title_key(text)


@pytest.mark.parametrize(
    "spelling",
    [
        "Attention Is All You Need",
        "attention is all you need.",
        "  ATTENTION — is  all “you” need?",
        "Attention_Is_All-You-Need",
        "Attentíon is äll you need",
        "{Attention} Is\nAll You Need",
    ],
)
def test_spellings_of_one_title_have_one_key(spelling: str) -> None:
    assert title_key(spelling) == "attention is all you need"


@pytest.mark.parametrize("title", ["", "…", "?!", "—_—"])
def test_a_title_without_letters_or_digits_has_the_empty_key(title: str) -> None:
    assert title_key(title) == ""
