import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.sources.latex import to_unicode


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"Caf{\'e}", "Café"),
        (r"Caf\'{e}", "Café"),
        (r"Caf\'e", "Café"),
        (r"Caf\' {e}", "Café"),
        (r"{\" o}zil", "özil"),
        (r"na{\"\i}ve", "naïve"),
        (r"na\"{\i}ve", "naïve"),
        (r"S\~ao Tom\'e", "São Tomé"),
        (r"{\v C}apek, \v{S}im\r{u}nek", "Čapek, Šimůnek"),
        (r"Gar\c{c}on gar\c con", "Garçon garçon"),
        (r"Erd{\H o}s", "Erdős"),
        (r"\k{a}\k{e}", "ąę"),
        (r"\=a\.z\u{g}\d{h}\b{d}", "āżğḥḏ"),
        (r"Vi\d{\^e}t", "Việt"),
        (r"\t{oo}", "o͡o"),
        (r"\.{i}", "i"),
        (r"\'", "'"),
        (r"\'{}x", "'x"),
        (r"\~{}home \^2", "~home ^2"),
        (r"\v{}x", "x"),
    ],
)
def test_an_accent_goes_onto_its_letter(latex: str, text: str) -> None:
    assert to_unicode(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"Stra{\ss}e Stra\ss e", "Straße Straße"),
        (r"{\O}rsted \AA ngstr\"om", "Ørsted Ångström"),
        (r"\L{}\'od\'z, {\ae}, \OE", "Łódź, æ, Œ"),
        (r"\th\ and \DH", "þ and Ð"),
        (r"R\&D, 5\,\%, \#1, \$3, a\_b, \{x\}", "R&D, 5 %, #1, $3, a_b, {x}"),
        (r"a\textbackslash{}b \textless{}i\textgreater{} \textbar{}", "a\\b <i> |"),
        (r"5\textdegree C \textpm 2 \textyen", "5°C ±2 ¥"),
        (r"\alpha-helix and \leq", "α-helix and ≤"),
        (r"3--5 and so---on, -{}-x", "3–5 and so—on, --x"),
        ("``so'' said, it'{}'s", "“so” said, it''s"),
        ("Fig.~3", "Fig. 3"),
        (r"\LaTeX{} and \TeX\ too", "LaTeX and TeX too"),
    ],
)
def test_letters_signs_and_dashes_become_characters(latex: str, text: str) -> None:
    assert to_unicode(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("The {NASA} {{Deep}} archive", "The NASA Deep archive"),
        (r"\emph{in vivo} {\bf bold} \textsc{Small}", "in vivo bold Small"),
        (r"\href{http://a.b/c_d}{here}", "here"),
        (r"\textcolor{red}{warm}", "warm"),
        (r"\url{http://a.b/~c\_d--e}", "http://a.b/~c_d--e"),
        (r"{\noopsort{1973b}}1973", "1973"),
        (r"\noopsort then {this}", "then this"),
        (r"\enquote*{so} \mkbibquote{said}", "“so” “said”"),
        (r"H\textsubscript{2}O 10\textsuperscript{3}", "H2O 10^3"),
        (r"\begin{itemize}\item one\end{itemize}", " one"),
    ],
)
def test_groups_and_commands_leave_their_text(latex: str, text: str) -> None:
    assert to_unicode(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("H$_2$O", "H_2O"),
        (r"$\mathrm{\mu}$m", "μm"),
        (r"$\Sigma\Delta$ and \(x_1\)", "ΣΔ and x_1"),
        (r"$\frac{a}{b}$", r"$\frac{a}{b}$"),
        ("$5 and {$6}", "$5 and $6"),
        ("a lone $ sign", "a lone $ sign"),
    ],
)
def test_math_is_made_readable_or_kept_as_it_is(latex: str, text: str) -> None:
    assert to_unicode(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\unheardof{of} it", r"\unheardof{of} it"),
        (r"\unheardof it", r"\unheardof it"),
        ("{open", "{open"),
        ("a}b", "a}b"),
        ("\\", "\\"),
        ("no signs at all", "no signs at all"),
        ("", ""),
    ],
)
def test_what_nobody_knows_or_nothing_closes_stays(latex: str, text: str) -> None:
    assert to_unicode(latex) == text


@given(st.text(alphabet="\\{}$~-`'\"^=.uvHtcdbkrioaeß \nx%&_#()[]", max_size=80) | st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert isinstance(to_unicode(text), str)


@pytest.mark.parametrize(
    "text",
    [
        "{" * 400_000 + "}" * 400_000,
        "\\'{" * 300_000,
        "{a\\'" * 300_000 + "}" * 300_000,
        "$x " * 300_000,
        r"\(" * 400_000,
        r"\unheardof{" * 100_000,
        r"\url{" * 200_000,
        "\\'" * 400_000,
    ],
)
def test_time_is_linear_and_depth_no_matter(text: str) -> None:
    started = time.process_time()
    to_unicode(text)
    assert time.process_time() - started < 10
