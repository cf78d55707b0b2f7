from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.grounding.citations import find_citations, find_runs, write_claim
from ragassist.grounding.claims import split_claims
from ragassist.types import Claim, Mark
from tests.grounding.growth import assert_linear

PAPERS = {
    **{f"P{number}": f"paper{number}" for number in range(1, 13)},
    "qin2023tool": "qin2023tool",
    "learning-from-future": "learning-from-future",
    "31715818": "31715818",
}


def keys(text: str) -> list[str]:
    """The keys a text cites, an exclamation mark before those that name no paper."""
    return [
        key if paper is not None else f"!{key}"
        for citing in find_citations(text, PAPERS)
        for key, paper in citing.papers
    ]


def brackets(marks: Sequence[Mark]) -> str:
    return f"[{', '.join(mark.key for mark in marks)}]"


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("[P1]", ["P1"]),
        ("[P1, P2]", ["P1", "P2"]),
        ("[P1][P2]", ["P1", "P2"]),
        ("[P1; P2]", ["P1", "P2"]),
        ("[P1 and P2]", ["P1", "P2"]),
        ("[P1, P2, and P3]", ["P1", "P2", "P3"]),
        ("[P1 & P2]", ["P1", "P2"]),
        ("[P1 P2]", ["P1", "P2"]),
        ("[P1-P3]", ["P1", "P2", "P3"]),
        ("[P1–P3]", ["P1", "P2", "P3"]),
        ("[P1 to P3, P10]", ["P1", "P2", "P3", "P10"]),
        ("(P1)", ["P1"]),
        ("(P1, P2)", ["P1", "P2"]),
        ("【P1】", ["P1"]),
        ("[p1]", ["P1"]),
        ("[ P1 ,\nP2 ]", ["P1", "P2"]),
        ("[P1, p. 3]", ["P1"]),
        ("[P1, pp. 3-5; P2, Table 2]", ["P1", "P2"]),
        ("[P1: section 2]", ["P1"]),
        ("[see P1]", ["P1"]),
        ("[^P1]", ["P1"]),
        ("[qin2023tool]", ["qin2023tool"]),
        ("[qin2023tool; P10]", ["qin2023tool", "P10"]),
        ("(qin2023tool)", ["qin2023tool"]),
        ("[learning-from-future]", ["learning-from-future"]),
        ("[31715818]", ["31715818"]),
        ("[keys: P1, P2]", ["P1", "P2"]),
        ("[key P1]", ["P1"]),
        ("[as in P1]", ["P1"]),
        ("[supported by both P1 and P2]", ["P1", "P2"]),
        ("(see, e.g., P1)", ["P1"]),
        ("[P1 or P2]", ["P1", "P2"]),
        ("[P1/P2]", ["P1", "P2"]),
        ("[P1 / P2]", ["P1", "P2"]),
        ("[P1|P2]", ["P1", "P2"]),
        ("[P1，P2；P3]", ["P1", "P2", "P3"]),
        ("［P1］", ["P1"]),
        ("〔P1〕", ["P1"]),
        ("（P1）", ["P1"]),
        ('["P1"]', ["P1"]),
        ("[“P1”, 'P2']", ["P1", "P2"]),
        ("[**P1**, `P2`]", ["P1", "P2"]),
        ("[P1?]", ["P1"]),
        ("[P1] (see also P2)", ["P1", "P2"]),
        ("[P1]-[P3]", ["P1", "P2", "P3"]),
        ("[P1] – [P3]", ["P1", "P2", "P3"]),
        (r"\[P1\]", ["P1"]),
        (r"It works \[P1, P2\].", ["P1", "P2"]),
        (r"\[P1\]–\[P3\]", ["P1", "P2", "P3"]),
        ("[P 1]", ["P1"]),
        ("[P1..P3]", ["P1", "P2", "P3"]),
        ("[P1...3]", ["P1", "P2", "P3"]),
        ("[Passage 1]", ["P1"]),
        ("[passages 1, 2 and 3]", ["P1", "P2", "P3"]),
        ('[passage key="P1"]', ["P1"]),
        ("[P1 (qin)]", ["P1"]),
        ("[P1 (Qin et al.)]", ["P1"]),
        ("Run `x` [P1] and `y` [P2].", ["P1", "P2"]),
        ("It costs $5 [P1] or 6$ [P2].", ["P1", "P2"]),
        ("It costs $5 [P1], not $6 [P2].", ["P1", "P2"]),
        ("An unclosed `tick [P1] goes on [P2].", ["P1", "P2"]),
        ("A 3` tick [P1] and `another [P2].", ["P1", "P2"]),
        ("```markdown\nIt works [P1].\n```", ["P1"]),
        ("```\nIt works [P1].\n```", ["P1"]),
        ("`[P1]`, `[P2]`", ["P1", "P2"]),
    ],
)
def test_keys_and_ids_in_brackets_cite(text: str, cited: list[str]) -> None:
    assert keys(text) == cited


@pytest.mark.parametrize(
    "text",
    ["[1]", "[1, 2]", "[sic]", "(P)", "(p < 0.05)", "[0, 1]", "P1", "(p1)", "(P53)", "[]", "[ ]",
     "[P1 is a protein]", "(P1 is a protein)", "[P1", "P1]", "[P1)", "[P1】", "[31715818, 5]",
     "(31715818)", "(smith2020foo)", "[P1\n\n]", "qin2023tool", "(see P1, which is old)",
     "[see also]", "(https://a.org/smith2020foo/P1)", "`x[P1]`", "``x[`P1] [P2]``",
     "```python\nx = y [P1]\n\nz[P2]\n```", "$a_{[P2]}$", "$x$, $y[P1]$ and $$\nz [P2]\n$$",
     r"\(a_{[P2]}\)", r"\[ x = y [P1] \]", r"\begin{equation} x[P1] \end{equation}",
     r"\begin{align*}x &= (P1)\end{align*}", "[p 1]", "[p. 3]", "[Passage]"],
)  # fmt: skip
def test_other_brackets_do_not_cite(text: str) -> None:
    assert keys(text) == []


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("[P1]", ["P1"]),
        ("[P12]", ["P12"]),
        ("[P0]", ["!P0"]),
        ("[P13]", ["!P13"]),
        ("[P123]", ["!P123"]),
        ("[P01]", ["!P01"]),
        ("[P1, P1]", ["P1", "P1"]),
        ("[P1, P99]", ["P1", "!P99"]),
        ("[p99]", ["!P99"]),
        ("[P11-P14]", ["P11", "P12", "!P13", "!P14"]),
        ("[P3-P1]", ["!P3-P1"]),
        ("[P1-P51]", ["!P1-P51"]),
        ("[P1-P999999999999]", ["!P1-P999999999999"]),
        ("[smith2020foo]", ["!smith2020foo"]),
        ("[Qin2023tool]", ["!Qin2023tool"]),
        ("[P1, X7]", ["P1", "!X7"]),
        ("(P1, P99)", ["P1", "!P99"]),
        ("[P99?]", ["!P99"]),
        ("[P1][P99?]", ["P1", "!P99"]),
        ("[P1/P99]", ["P1", "!P99"]),
        ("[P1] (P99)", ["P1", "!P99"]),
        ("[P1](P99)", ["P1", "!P99"]),
        ("[Passage 99]", ["!P99"]),
        ("[P12]-[P14]", ["P12", "!P13", "!P14"]),
        ("[P3]-[P1]", ["!P3-P1"]),
        ("[P1 (smith2020foo)]", ["P1", "!smith2020foo"]),
        ("[P1] (P98) (smith2020foo, P99)", ["P1", "!P98", "!smith2020foo", "!P99"]),
    ],
)
def test_what_may_not_be_cited_is_an_invented_citation(text: str, cited: list[str]) -> None:
    assert keys(text) == cited


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("[from P99, P1]", ["!P99", "P1"]),
        ("[keys: P99, P1]", ["!P99", "P1"]),
        ("[both P99 and P1]", ["!P99", "P1"]),
        ("[as in P99; P1]", ["!P99", "P1"]),
        ("[supported by P99, P1]", ["!P99", "P1"]),
        ("[P1, from P99]", ["P1", "!P99"]),
        ("[P1, a review of P99 and smith2020foo]", ["P1", "!P99", "!smith2020foo"]),
        ("[P1, contradicted by qin2023tool/P99]", ["P1", "qin2023tool", "!P99"]),
        ("[P1: section 2, but P99 differs]", ["P1", "!P99"]),
        ("[P1: against P99]", ["P1", "!P99"]),
        ("[P1, the set of P2-P4]", ["P1", "P2", "P3", "P4"]),
        ("[P1, of 31715818 patients]", ["P1"]),
        ("[P1, at https://a.org/P99/smith2020foo]", ["P1"]),
    ],
)
def test_in_a_bracket_that_cites_every_key_counts(text: str, cited: list[str]) -> None:
    assert keys(text) == cited


@pytest.mark.parametrize(
    "text",
    ["[P1] (P99 is a protein)", "[P1] (p99)", "[P1] it (P99)", "[P1], (P99)", "[P1]\n(P99)"],
)
def test_round_brackets_behind_others_cite_only_side_by_side_and_by_keys_alone(text: str) -> None:
    assert keys(text) == ["P1"]


@pytest.mark.parametrize(
    ("text", "bracket"),
    [
        ("It works **[P1]** well", "**[P1]**"),
        ("It works *[P1]* well", "*[P1]*"),
        ("It works `[P1]` well", "`[P1]`"),
        ("It works [[P1]] well", "[[P1]]"),
        ("It works ([P1]) well", "([P1])"),
        ("It works [P1](https://a.org/x) well", "[P1](https://a.org/x)"),
        ("It *works [P1]*", "[P1]"),
    ],
)
def test_emphasis_and_outer_brackets_belong_to_the_bracket(text: str, bracket: str) -> None:
    [citing] = find_citations(text, PAPERS)

    assert text[citing.start : citing.stop] == bracket


def test_brackets_side_by_side_are_one_run() -> None:
    text = "A [P1][P2] b [P3], [P4]. And ([P5]; [P6])."

    assert [text[run.start : run.stop] for run in find_runs(text, PAPERS)] == [
        "[P1][P2]",
        "[P3], [P4]",
        "([P5]; [P6])",
    ]


@pytest.mark.parametrize(
    "unit",
    ["[", "(", "[P1", "[P1]", "[P1], ", "[P1] and ", "[P1-P", "*", "[P1-P50]", "[P1](http:", "\n",
     "[P1] \n", "[P1, ", "(P1", "(P9)", "［P1", f"[P1]{' ' * 900}(x)(x)(x)(x)",
     "`", "`x", "`x ", "```\n", "$", "$x ", "$x", r"\(", r"\[", r"\[P1\]", r"\begin{align}",
     "[P1]-"],
)  # fmt: skip
def test_the_time_that_brackets_take_grows_as_their_text_does(unit: str) -> None:
    assert_linear(lambda size: split_claims(unit * (size // len(unit)), PAPERS), 6_000)


def test_a_number_of_many_digits_is_no_key() -> None:
    assert keys(f"[P{'9' * 450}]") == [f"!P{'9' * 450}"]
    assert keys(f"[P1-P{'9' * 450}]") == [f"!P1-P{'9' * 450}"]


def marked(text: str, *places: tuple[str, int]) -> Claim:
    marks = tuple(Mark(key=key, paper_id=PAPERS.get(key), at=at) for key, at in places)
    return Claim(text=text, marks=marks)


@pytest.mark.parametrize(
    ("claim", "written"),
    [
        (marked("It works."), "It works."),
        (marked("It works.", ("P1", 9)), "It works. [P1]"),
        (marked("It works.", ("P1", 9), ("P2", 9)), "It works. [P1, P2]"),
        (marked("It works.", ("P1", 8)), "It works [P1]."),
        (marked("shows that.", ("P1", 0)), "[P1] shows that."),
        (marked("A holds, B too.", ("P1", 7), ("P2", 14)), "A holds [P1], B too [P2]."),
        (marked("(see) it", ("P1", 4)), "(see [P1]) it"),
        (marked("", ("P9", 0)), "[P9]"),
    ],
)
def test_marks_are_written_where_they_stand(claim: Claim, written: str) -> None:
    assert write_claim(claim, brackets) == written


@pytest.mark.parametrize(
    ("claim", "written"),
    [
        (marked("It works.", ("P1", 9)), "It works [P1]."),
        (marked("It works.", ("P1", 8), ("P2", 9)), "It works [P1, P2]."),
        (marked("Does it?!", ("P1", 9)), "Does it [P1]?!"),
        (marked("No stop", ("P1", 7)), "No stop [P1]"),
        (marked('He said "stop."', ("P1", 15)), 'He said "stop." [P1]'),
        (marked("它很好。", ("P1", 4)), "它很好 [P1]。"),
    ],
)
def test_marks_inside_stand_before_the_full_stop(claim: Claim, written: str) -> None:
    assert write_claim(claim, brackets, inside=True) == written


@pytest.mark.parametrize(
    ("text", "behind", "inside"),
    [
        (
            "It gains 3.5%. [P1] (see also P2).",
            "It gains 3.5%. [P1, P2]",
            "It gains 3.5% [P1, P2].",
        ),
        ("It is cf. [P1].", "It is cf. [P1]", "It is cf [P1]."),
    ],
)
def test_no_full_stop_is_written_twice(text: str, behind: str, inside: str) -> None:
    [claim] = split_claims(text, PAPERS)

    assert write_claim(claim, brackets) == behind
    assert write_claim(claim, brackets, inside=True) == inside


def test_plain_text_is_escaped_and_marks_are_not() -> None:
    claim = marked("50% of a_b & c.", ("qin2023tool", 3), ("P1", 15))

    written = write_claim(
        claim,
        lambda marks: rf"\citep{{{','.join(mark.key for mark in marks)}}}",
        lambda text: text.replace("%", r"\%").replace("_", r"\_").replace("&", r"\&"),
        inside=True,
    )

    assert written == r"50\% \citep{qin2023tool} of a\_b \& c \citep{P1}."


words = st.sampled_from(["tools", "Qin", "3.5", "p62", "help,", "(often)", "“so”", "not;", "it's"])
places = st.lists(st.sampled_from(["P1", "P2", "P12", "P99", "qin2023tool"]), max_size=2)


@settings(deadline=None)
@given(
    start=places,
    pairs=st.lists(st.tuples(words, places), min_size=1, max_size=8),
    stop=st.sampled_from([".", "?", "!", "。"]),
    end=places,
)
def test_reading_what_was_written_gives_the_claim(
    start: list[str], pairs: list[tuple[str, list[str]]], stop: str, end: list[str]
) -> None:
    text = ""
    marks = [(key, 0) for key in start]
    for word, cited in pairs:
        text += f" {word}" if text else word
        marks += [(key, len(text)) for key in cited]
    text += f" end{stop}"
    claim = marked(text, *marks, *((key, len(text)) for key in end))

    assert split_claims(write_claim(claim, brackets), PAPERS) == (claim,)
