import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.sources.latex import to_unicode
from ragassist.sources.latex_fields import is_whole, title_field
from ragassist.text import one_line

_TITLES = st.text(alphabet="aB É-'/:.&%_{}\\~<ßΩ水 1", max_size=40)


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Attention Is All You Need", "Attention Is All You Need"),
        ("BERT: Pre-training of Deep Models", "{BERT}: Pre-training of Deep Models"),
        ("BERT-Based Ranking", "{BERT}-Based Ranking"),
        ("U-Net and C in 3D, (mRNA)", "{U-Net} and {C} in {3D}, ({mRNA})"),
        ("A short tour", "A short tour"),
        ("C in a nutshell: C again", "C in a nutshell: C again"),
        ("Learning with Markov chains: Theory", "Learning with {Markov} chains: Theory"),
        ("Learning With Markov Chains from Scratch", "Learning With Markov Chains from Scratch"),
        ("DEEP LEARNING FOR IMAGES", "DEEP LEARNING FOR IMAGES"),
        ("GPT VS BERT", "{GPT} {VS} {BERT}"),
        ("AT&T at x_Y", r"{AT\&T} at {x\_Y}"),
        ("", ""),
    ],
)
def test_capitals_that_no_style_may_change_are_in_braces(title: str, field: str) -> None:
    assert title_field(title) == field


@given(_TITLES)
def test_what_reads_latex_has_the_title_again(title: str) -> None:
    written = title_field(title)
    assert to_unicode(written) == one_line(title)
    assert is_whole(written)


@pytest.mark.parametrize("source", ["", "a{b}", "{{a}{}}", r"a\\"])
def test_what_pairs_up_is_whole(source: str) -> None:
    assert is_whole(source)


@pytest.mark.parametrize("source", ["{", "}", "}{", r"\{a", "a\\", "a\\\\\\"])
def test_what_does_not_pair_up_is_not(source: str) -> None:
    assert not is_whole(source)
