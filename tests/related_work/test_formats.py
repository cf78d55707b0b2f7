import dataclasses
import re
from collections.abc import Sequence

import pytest

from ragassist.related_work.formats import format_text
from ragassist.related_work.outcome import RelatedWork, Theme
from ragassist.types import Claim, Mark, Paper
from tests.bibliographies.readers import read_latex

WREN = Paper(paper_id="wren2021", title="Clocks", authors=("Ada Wren",), year=2021, venue="Nature")
HALE = Paper(paper_id="hale_19", title="R&D of {Sea} Clocks", authors=("Max Hale",))
NOBODY = Paper(paper_id="tide-net", title="Tide_Net: Clocks", year=2020)


def mark(paper: Paper | None, at: int, key: str = "P1") -> Mark:
    return Mark(key=key, paper_id=paper.paper_id if paper else None, at=at)


def said(text: str, *marks: Mark, paragraph: int = 0) -> Claim:
    return Claim(text=text, marks=marks, paragraph=paragraph, verdict="supported")


def work_of(*claims: Claim, themes: Sequence[str] = ("Clocks & tides", "Drums")) -> RelatedWork:
    return RelatedWork(
        topic="time",
        themes=tuple(Theme(name=name, paper_ids=()) for name in themes),
        claims=claims,
        references=(WREN, HALE, NOBODY),
    )


SENTENCE = "Clocks run 5% fast at sea."
CITED = said(SENTENCE, mark(WREN, len(SENTENCE)), mark(HALE, len(SENTENCE), "P2"))
NAMED = said("Wren (2021): “We build clocks.”", mark(WREN, 11))


def body(text: str) -> str:
    """LaTeX without the notes on top."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("% Needs"))


def test_citations_stand_before_the_full_stop_but_in_plain_text() -> None:
    work = work_of(CITED, themes=["Time"])
    assert format_text(work, "markdown") == "Clocks run 5% fast at sea [@wren2021; @hale_19].\n"
    assert (
        body(format_text(work, "latex")) == r"Clocks run 5\% fast at sea \citep{wren2021,hale_19}."
    )
    assert format_text(work, "plain").startswith("Clocks run 5% fast at sea. [wren2021, hale_19]\n")


def test_a_paper_that_is_named_is_cited_by_its_name() -> None:
    work = work_of(NAMED, themes=["Time"])
    assert format_text(work, "markdown") == "@wren2021: “We build clocks.”\n"
    assert body(format_text(work, "latex")) == r"\citet{wren2021}: ``We build clocks.''"
    assert format_text(work, "plain").startswith("Wren (2021) [wren2021]: “We build clocks.”\n")


def test_two_papers_cited_at_one_place_are_cited_together() -> None:
    both = said("Wren (2021): “We build clocks.”", mark(WREN, 11), mark(HALE, 11))
    work = work_of(both, themes=["Time"])
    assert (
        format_text(work, "markdown") == "Wren (2021) [@wren2021; @hale_19]: “We build clocks.”\n"
    )


def test_a_paper_that_a_style_could_not_name_is_named_in_words() -> None:
    hale = said("Hale: “We build clocks.”", mark(HALE, 4))
    nobody = said("Tide_Net (2020): “We build clocks.”", mark(NOBODY, 15))
    work = work_of(hale, nobody, themes=["Time"])
    assert format_text(work, "markdown") == (
        "Hale [@hale_19]: “We build clocks.” *Tide\\_Net* (2020) [@tide-net]: “We build clocks.”\n"
    )
    assert body(format_text(work, "latex")).splitlines() == [
        r"Hale \citep{hale_19}: ``We build clocks.''",
        r"\emph{Tide\_Net} (2020) \citep{tide-net}: ``We build clocks.''",
    ]


def test_each_theme_has_a_heading_and_one_without_claims_has_none() -> None:
    drums = said("Drums are loud.", mark(WREN, 15), paragraph=1)
    both = work_of(CITED, drums)
    assert re.findall(r"^## .*$", format_text(both, "markdown"), re.M) == [
        "## Clocks & tides",
        "## Drums",
    ]
    assert read_latex(format_text(both, "latex")).headings == ["Clocks & tides.", "Drums."]
    assert "\\paragraph{Clocks \\& tides.}" in format_text(both, "latex")
    assert format_text(both, "plain").startswith("Clocks & tides\n\nClocks run")
    assert read_latex(format_text(work_of(drums), "latex")).headings == ["Drums."]


@pytest.mark.parametrize("verdict", ["unsupported", "partial", "contradicted", "uncited"])
def test_a_claim_that_failed_carries_a_flag_in_every_format(verdict: str) -> None:
    flagged = Claim(
        text=SENTENCE,
        marks=(mark(WREN, len(SENTENCE)),),
        verdict=verdict,  # type: ignore[arg-type]
        why="5% stands\nnowhere",
    )
    work = work_of(flagged, themes=["Time"])
    assert f"(!{verdict}: 5% stands nowhere)" in format_text(work, "plain")
    assert f"**(!{verdict}: 5% stands nowhere)**" in format_text(work, "markdown")
    written = read_latex(format_text(work, "latex"))
    assert f"{verdict}: 5% stands nowhere" in written.comments
    assert written.lines == [f"Clocks run 5% fast at sea ⟨wren2021⟩. *[{verdict}?]*"]


def test_a_key_that_names_no_paper_is_shown_and_not_cited() -> None:
    invented = Claim(
        text=SENTENCE,
        marks=(mark(WREN, len(SENTENCE)), mark(None, len(SENTENCE), "x_9")),
        verdict="unsupported",
        why="cites [x_9]",
    )
    work = work_of(invented, themes=["Time"])
    written = read_latex(format_text(work, "latex"))
    assert written.cited == ["wren2021"]
    assert written.lines == ["Clocks run 5% fast at sea ⟨wren2021⟩ *[x_9?]*. *[unsupported?]*"]
    assert r"[@wren2021] \[x\_9?\]." in format_text(work, "markdown")
    assert "[wren2021, x_9 (no such paper)]" in format_text(work, "plain")


@pytest.mark.parametrize(
    ("paper_id", "written"),
    [
        ("wren2021", "[@wren2021]"),
        ("doi:10.1/a_b-c", "[@doi:10.1/a_b-c]"),
        ("a--b", "[@{a--b}]"),
        ("a.", "[@{a.}]"),
        ("müller2020", "[@müller2020]"),
    ],
)
def test_a_key_that_pandoc_would_cut_short_stands_in_braces(paper_id: str, written: str) -> None:
    claim = said("So.", Mark(key="P1", paper_id=paper_id, at=3))
    assert format_text(work_of(claim, themes=["T"]), "markdown") == f"So {written}.\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a*b_c[d]", r"a\*b\_c\[d\]"),
        ("x < y $2^3$ #1 @me ~ `q` {z} a|b", r"x \< y \$2\^3\$ \#1 \@me \~ \`q\` \{z\} a\|b"),
        ("C:\\dir &amp; R&D", "C:\\\\dir \\&amp; R&D"),
        ("- so", r"\- so"),
        ("12. Juni", r"12\. Juni"),
    ],
)
def test_nothing_in_a_sentence_is_markdown(text: str, written: str) -> None:
    claim = said(text, mark(WREN, len(text)))
    assert format_text(work_of(claim, themes=["T"]), "markdown") == f"{written} [@wren2021]\n"


def test_latex_says_what_it_needs() -> None:
    first, *_ = format_text(work_of(CITED), "latex").splitlines()
    assert first == r"% Needs \usepackage{natbib} and \usepackage{url}."
    greek = said("β is Greek.", mark(WREN, 11))
    assert "LuaLaTeX" in format_text(work_of(greek), "latex").splitlines()[1]
    assert "LuaLaTeX" not in format_text(work_of(CITED), "latex")


def test_plain_text_ends_with_the_cited_papers() -> None:
    assert format_text(work_of(CITED, themes=["Time"]), "plain").endswith(
        "References\n\n"
        "[wren2021] Wren (2021). Clocks. Nature. (title only)\n"
        "[hale_19] Hale. R&D of {Sea} Clocks. (title only)\n"
        "[tide-net] (2020). Tide_Net: Clocks. (title only)\n"
    )


def test_a_retracted_paper_is_marked_where_it_is_referred_to() -> None:
    work = work_of(CITED, themes=["Time"])
    withdrawn = dataclasses.replace(WREN, retracted=True, abstract="Clocks run fast.")
    work = dataclasses.replace(work, references=(withdrawn, *work.references[1:]))

    assert "Clocks. Nature. (retracted)\n" in format_text(work, "plain")
    assert "\n% retracted: wren2021\n" in format_text(work, "latex")
