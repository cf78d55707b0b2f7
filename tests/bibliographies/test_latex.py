import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.bibliographies import latex
from ragassist.sources.latex import to_unicode
from ragassist.sources.latex_fields import escape_field
from ragassist.text import one_line
from tests.bibliographies.readers import plain_of

TRICKY = st.text(alphabet="ab &%$#_{}~^\\`'\"“”‘’<>|-éαあ\n[]?!", max_size=40)


@given(TRICKY)
def test_what_is_escaped_is_set_as_it_was_written(text: str) -> None:
    assert plain_of(latex.escape(text)) == re.sub(r"\s+", " ", text)


@given(TRICKY)
def test_a_field_is_the_same_text_again_for_what_reads_latex(text: str) -> None:
    written = escape_field(text)
    assert plain_of(written) == to_unicode(written) == one_line(text)


@given(st.text(max_size=60))
def test_braces_are_balanced_and_lines_are_one(text: str) -> None:
    escaped = latex.escape(text)
    depth = 0
    for char in escaped:
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0
    assert "\n" not in escaped


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("AT&T: 5% of $3 for #1_a", r"AT\&T: 5\% of \$3 for \#1\_a"),
        ("a{b}c", r"a\textbraceleft{}b\textbraceright{}c"),
        (r"\alpha^2~x", r"\textbackslash{}alpha\textasciicircum{}2\textasciitilde{}x"),
        ("“so”", "``so''"),
        ("it's", "it's"),
        ("f''", "f'{}'"),
        ("“rock 'n'”", "``rock 'n'{}''"),
        ("p < 0.05 | q", r"p \textless{} 0.05 \textbar{} q"),
        ("Gödel, α, 水", "Gödel, α, 水"),
    ],
)
def test_signs_of_tex_are_plain_text(text: str, escaped: str) -> None:
    assert latex.escape(text) == escaped


def test_signs_that_tex_joins_stay_apart() -> None:
    assert escape_field("a--b, f''' and “so”") == "a-{}-b, f'{}'{}' and “so”"


@pytest.mark.parametrize(
    ("text", "needs"),
    [("plain", False), ("Gödel – “Łoś”", False), ("α", True), ("水", True), ("a ≥ b", True)],
)
def test_it_tells_what_pdflatex_cannot_set(text: str, needs: bool) -> None:
    assert latex.needs_unicode(text) is needs
