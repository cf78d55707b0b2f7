import time

import pytest

from ragassist.papers.near import Outline, near_pairs

OWLS = "How owls find mice under snow"


def outline(paper_id: str, title: str = OWLS, **fields: object) -> Outline:
    stated = {"author": "Ann Lee", "year": 2020, "doi": None, "arxiv_id": None, **fields}
    return Outline(paper_id=paper_id, title=title, **stated)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (
            outline("b", OWLS.upper(), year=2015),
            "the same title; the same first author; years 2020 and 2015",
        ),
        (
            outline("b", author="Bo Yu"),
            "the same title; first authors Ann Lee and Bo Yu",
        ),
        (
            outline("b", author=None, year=None),
            "the same title; an author is not known; a year is not known",
        ),
        (
            outline("b", "How owls find mice under deep snow", author="Lee, A.", year=2021),
            "similar titles; the same first author; years 2020 and 2021",
        ),
        (
            outline("b", f"{OWLS}: a field study in Finland"),
            "similar titles; the same first author",
        ),
    ],
)
def test_two_papers_may_be_one(other: Outline, why: str) -> None:
    assert near_pairs([other, outline("a")]) == {("a", "b"): why}


@pytest.mark.parametrize(
    "other",
    [
        outline("b", "How owls find mice under deep snow", author="Bo Yu"),
        outline("b", "How owls find mice under deep snow", year=2023),
        outline("b", "How bats find moths under leaves"),
        outline("b", "Owls"),
    ],
)
def test_two_papers_are_two(other: Outline) -> None:
    assert near_pairs([outline("a"), other]) == {}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (
            outline("a", "Sparse coding", year=2010, venue="ICML"),
            outline("b", "Sparse coding", year=2013, venue="JMLR"),
            "the same title; the same first author; years 2010 and 2013; in ICML and in JMLR",
        ),
        (
            outline("a", "Learning deep nets quickly"),
            outline("b", "Learning deep networks quickly"),
            "similar titles; the same first author",
        ),
        (
            outline("a", "Reading texts", author="Müller, Jan"),
            outline("b", "Reading text", author="Jan Mueller"),
            "similar titles; the same first author",
        ),
    ],
)
def test_short_titles_of_one_author_are_compared_too(
    one: Outline, other: Outline, why: str
) -> None:
    assert near_pairs([one, other]) == {("a", "b"): why}


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Reading owls", "Reading bats"),
        ("Sparse coding 1", "Sparse coding 2"),
        ("Learning deep nets quickly", "Learning flat nets slowly"),
    ],
)
def test_short_titles_that_differ_in_what_they_are_about_are_no_pair(
    title: str, other: str
) -> None:
    assert near_pairs([outline("a", title), outline("b", other)]) == {}


def test_two_publishers_dois_under_two_titles_are_two_works() -> None:
    one = outline("a", doi="10.1000/a")
    other = outline("b", "How owls find mice under deep snow", doi="10.1000/b")
    preprint = outline("c", "How owls find mice under deep snow", doi="10.48550/arxiv.2001.00001")

    assert list(near_pairs([one, other])) == []
    assert list(near_pairs([one, preprint])) == [("a", "c")]


def test_parts_of_a_series_are_no_pair() -> None:
    parts = [outline(f"p{n}", f"How owls find mice under snow, part {n}") for n in (1, 2, 3)]

    assert near_pairs(parts) == {}


def test_a_title_that_many_share_pairs_only_those_of_one_author() -> None:
    workshop = [
        outline(f"w{n}", "Proceedings of the owl workshop", author=f"A {chr(97 + n)}ane", year=2000)
        for n in range(20)
    ]
    again = outline("x", "Proceedings of the owl workshop", author="A bane", year=2010)

    assert list(near_pairs([*workshop, again])) == [("w1", "x")]


def test_words_are_compared_where_they_may_agree_and_not_all_with_all() -> None:
    # One author of ten thousand papers, of titles made from a thousand words.
    many = [
        outline(str(n), " ".join(f"word{n * step % 997}" for step in (1, 7, 31, 101, 503, 743)))
        for n in range(10_000)
    ]
    began = time.perf_counter()
    near_pairs(many)
    assert time.perf_counter() - began < 20
