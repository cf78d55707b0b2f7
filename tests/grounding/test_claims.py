from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.grounding.citations import write_claim
from ragassist.grounding.claims import ClaimStream, split_claims
from ragassist.types import Claim
from tests.grounding.growth import assert_linear
from tests.grounding.test_citations import PAPERS, brackets

broken = st.lists(
    st.sampled_from(
        ["[P1]", "[P9]", "[P99]", "[P1", "]", ", ", "; ", " and ", "(P2)", "(", ")", "*", "**",
         "_", " ", "  ", "\n", "\n\n", "\r\n", "- ", "1. ", "# ", "It works", "shows that",
         "Next", ".", "!", "。", "它", "et al.", "Fig.", "2", "[", "【P1】", "mRNA", "and", "&",
         "](http://x)", "“", "”", "[P1-P3]", "\t", "e.g.", "P1", "(P9)", "［P1］", "［", "［P1/P9",
         "（", "(P9, P98)", "[from P9, P1]", '"', "?", "`", "```", "$", "$5", "$$", "\\[", "\\]",
         "\\(", "\\)", "\\begin{align}", "\\end{align}", "-", "..", "passage 1"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


def told(text: str) -> list[tuple[str, list[tuple[str, int]], int]]:
    return [
        (claim.text, [(mark.key, mark.at) for mark in claim.marks], claim.paragraph)
        for claim in split_claims(text, PAPERS)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. [P1] Next one.", [("It works.", [("P1", 9)], 0), ("Next one.", [], 0)]),
        ("It works [P1]. Next.", [("It works.", [("P1", 8)], 0), ("Next.", [], 0)]),
        ("Tools [P1] help.", [("Tools help.", [("P1", 5)], 0)]),
        ("Tools[P1] help.", [("Tools help.", [("P1", 5)], 0)]),
        ("It works.[P1] Next.", [("It works.", [("P1", 9)], 0), ("Next.", [], 0)]),
        (
            "It works. [P1] shows that.",
            [("It works.", [], 0), ("shows that.", [("P1", 0)], 0)],
        ),
        ("It works. [P1] mRNA too.", [("It works.", [("P1", 9)], 0), ("mRNA too.", [], 0)]),
        ("Qin et al. [P1] show it.", [("Qin et al. show it.", [("P1", 10)], 0)]),
        ("[P1] We show it.", [("We show it.", [("P1", 0)], 0)]),
        ("It works [P1], [P2].", [("It works.", [("P1", 8), ("P2", 8)], 0)]),
        ("It works [P1] and [P2].", [("It works.", [("P1", 8), ("P2", 8)], 0)]),
        ("As [P1] and [P2] say.", [("As and say.", [("P1", 2), ("P2", 6)], 0)]),
        ("It works ([P1]; [P2]).", [("It works.", [("P1", 8), ("P2", 8)], 0)]),
        ("A  b\nc.", [("A b c.", [], 0)]),
        ("模型。[P1]它好！", [("模型。", [("P1", 3)], 0), ("它好！", [], 0)]),
        ("[P99]", [("", [("P99", 0)], 0)]),
        (
            "It works [P1] (P99). Next.",
            [("It works.", [("P1", 8), ("P99", 8)], 0), ("Next.", [], 0)],
        ),
        ("It works ［P1］. Next.", [("It works.", [("P1", 8)], 0), ("Next.", [], 0)]),
        (
            "Code `a. B[P1]` runs [P2]. So.",
            [("Code `a. B[P1]` runs.", [("P2", 20)], 0), ("So.", [], 0)],
        ),
        ("As $x. Y[P1]$ is. So.", [("As $x. Y[P1]$ is.", [], 0), ("So.", [], 0)]),
        ("It is. `f` runs.", [("It is.", [], 0), ("`f` runs.", [], 0)]),
        (
            "**It *always* doubles.** This is [P1]. *Nobody saw.* To see [P2].",
            [
                ("**It *always* doubles.**", [], 0),
                ("This is.", [("P1", 7)], 0),
                ("*Nobody saw.*", [], 0),
                ("To see.", [("P2", 6)], 0),
            ],
        ),
        ("**It works.** [P1]. Next.", [("**It works.**", [("P1", 13)], 0), ("Next.", [], 0)]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences_keep_their_marks_beside_them(
    text: str, expected: list[tuple[str, list[tuple[str, int]], int]]
) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("So say Qin et al. [P1].", "So say Qin et al."),
        ("It is cf. [P1].", "It is cf."),
        ("It gains 3.5%. [P1] (see also P2).", "It gains 3.5%."),
        ("Does it? [P1].", "Does it?"),
        ('They "stop." [P1].', 'They "stop."'),
        ("(So say Qin et al. [P1].)", "(So say Qin et al.)"),
        ("It is cf. [P1]. so it is.", "It is cf. so it is."),
        ("Qin et al. [P1]... and so on.", "Qin et al.... and so on."),
        ("It works (often) [P1].", "It works (often)."),
        ("By .5 or [P1] .7.", "By .5 or .7."),
    ],
)
def test_a_full_stop_on_both_sides_of_a_mark_is_one(text: str, clean: str) -> None:
    [claim] = split_claims(text, PAPERS)

    assert claim.text == clean


def test_an_empty_line_begins_a_paragraph() -> None:
    assert told("One. Two.\n\n\nThree.") == [("One.", [], 0), ("Two.", [], 0), ("Three.", [], 1)]


def test_marks_at_the_start_of_a_paragraph_belong_to_what_follows() -> None:
    assert told("One.\n\n[P1] Two.") == [("One.", [], 0), ("Two.", [("P1", 0)], 1)]


def test_marks_that_stand_alone_belong_to_the_claim_before() -> None:
    assert told("One.\n\n[P1] [P2]\n\nTwo.") == [
        ("One.", [("P1", 4), ("P2", 4)], 0),
        ("Two.", [], 1),
    ]


def test_list_items_and_headings_are_paragraphs_without_full_stop() -> None:
    text = "# Tools\nThey help [P1]\n- one [P2]\n- two\n  more\n* [P3] three\n1. four\n2) five"

    assert told(text) == [
        ("# Tools", [], 0),
        ("They help", [("P1", 9)], 1),
        ("- one", [("P2", 5)], 2),
        ("- two more", [], 3),
        ("* three", [("P3", 1)], 4),
        ("1. four", [], 5),
        ("2) five", [], 6),
    ]


def test_a_claim_is_unjudged_until_it_is_checked() -> None:
    [claim] = split_claims("It works [P1].", PAPERS)

    assert (claim.verdict, claim.why, claim.evidence) == ("unjudged", "", ())
    assert claim.citations == ("paper1",)


def released(*pieces: str) -> list[list[str]]:
    stream = ClaimStream(PAPERS)
    said = [[write_claim(claim, brackets) for claim in stream.feed(piece)] for piece in pieces]
    return [*said, [write_claim(claim, brackets) for claim in stream.close()]]


def test_a_claim_is_released_when_the_next_word_is_complete() -> None:
    assert released("It works [", "P", "1", "2", "]", ".", " Next", " ", "one [P1].") == [
        *([[]] * 7),
        ["It works [P12]."],
        [],
        ["Next one [P1]."],
    ]


def test_marks_behind_the_full_stop_are_waited_for() -> None:
    assert released("It works.", " [P1]", " [P2", "] The ", "end.") == [
        [],
        [],
        [],
        ["It works. [P1, P2]"],
        [],
        ["The end."],
    ]


def test_a_paragraph_is_released_when_another_begins() -> None:
    assert released("It works [P1]\n\n", "The ", "end") == [
        [],
        ["It works [P1]"],
        [],
        ["The end"],
    ]


def test_chinese_claims_are_released_at_the_next_character() -> None:
    assert released("模型。", "[P1]", "它好") == [[], [], ["模型。 [P1]"], ["它好"]]


def test_a_claim_is_released_by_the_feed_whether_or_not_it_is_looked_at() -> None:
    stream = ClaimStream(PAPERS)
    stream.feed("One works. Two ")

    assert [claim.text for claim in stream.close()] == ["Two"]


@settings(deadline=None, max_examples=400)
@given(text=broken | st.text(max_size=80), cuts=st.lists(st.integers(0, 200), max_size=12))
def test_however_a_text_is_cut_its_claims_are_those_of_the_whole(
    text: str, cuts: list[int]
) -> None:
    stream = ClaimStream(PAPERS)
    claims: list[Claim] = []
    bounds = [0, *sorted(cut for cut in cuts if cut <= len(text)), len(text)]
    for start, stop in pairwise(bounds):
        claims += stream.feed(text[start:stop])
    claims += stream.close()

    assert tuple(claims) == split_claims(text, PAPERS)


@settings(deadline=None, max_examples=200)
@given(text=broken)
def test_fed_by_the_character_a_text_has_the_claims_of_the_whole(text: str) -> None:
    stream = ClaimStream(PAPERS)
    claims = [claim for char in text for claim in stream.feed(char)]

    assert (*claims, *stream.close()) == split_claims(text, PAPERS)


@settings(deadline=None)
@given(text=broken)
def test_marks_stand_within_the_text_and_in_order(text: str) -> None:
    for claim in split_claims(text, PAPERS):
        places = [mark.at for mark in claim.marks]
        assert places == sorted(places)
        assert all(0 <= at <= len(claim.text) for at in places)
        assert claim.text == " ".join(claim.text.split())


@pytest.mark.parametrize("unit", ["It works [P1]. Next ", "x", "word ", "[P1] ", "- [", "它。"])
def test_the_time_that_a_text_takes_to_stream_grows_as_it_does(unit: str) -> None:
    def stream(size: int) -> None:
        text = unit * (size // len(unit))
        claims = ClaimStream(PAPERS)
        for at in range(0, len(text), 30):
            claims.feed(text[at : at + 30])
        claims.close()

    assert_linear(stream, 5_000)
