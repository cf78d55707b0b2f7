import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.grounding.numbers import numbers_claimed, numbers_stated, unstated
from ragassist.types import Paper


@pytest.mark.parametrize(
    ("claim", "abstract"),
    [
        ("1,000 papers", "1000 papers"),
        ("1000 papers", "1\u202f000 papers"),
        ("25% of them", "25 percent of them"),
        ("25 per cent", "25 %"),
        ("p = .5", "p = 0.5"),
        ("3.10 points", "3.1 points"),
        ("0.45 fell", "0·45 fell"),
        ("\u22125 degrees", "-5 degrees"),
        ("10–20 items", "from 10 to 20 items"),
        ("3 data sets", "three data sets"),
        ("25 items", "twenty-five items"),
        ("2 times", "twice as often"),
        ("50% of them", "half of them"),
        ("7B parameters", "7 billion parameters"),
        ("13 billion", "7 and 13B models"),
        ("20,000 users", "20k users"),
        ("2 million", "two million"),
        ("5-fold", "a 5-fold gain"),
        ("10x faster", "10 times faster"),
        ("GPT-4 wins", "nothing"),
        ("Qwen2 and p53 win", "nothing"),
        ("COVID-19", "nothing"),
        ("1. It works", "nothing"),
        ("It (1) works and (2) holds", "nothing"),
        ("They (1) Search, (2) read, and (3) GPT-4 writes", "nothing"),
        ("(3) It works", "nothing"),
        ("2) It works", "nothing"),
        ("Fig.77", "77 figures"),
        ("version 4", "GPT-4"),
        ("two methods", "nothing"),
    ],
)
def test_a_number_is_found_however_it_is_written(claim: str, abstract: str) -> None:
    stated = numbers_stated(abstract)

    assert not [n for n, values in numbers_claimed(claim).items() if values.isdisjoint(stated)]


@pytest.mark.parametrize(
    ("claim", "abstract", "missing"),
    [
        ("It gains 24.8 points", "24.9 points", ["24.8"]),
        ("10,000 papers", "10 papers", ["10,000"]),
        ("In 2021", "In 2020", ["2021"]),
        ("30 million cases", "11.9 million cases", ["30 million"]),
        ("76–85%", "76.3% to 85.4%", ["76", "85"]),
        ("p<.05", "p<.01", [".05"]),
        ("n=24", "n=25", ["24"]),
        ("It lost (99) points", "lost 45 points", ["99"]),
        ("It lost (2) points", "lost 45 points", ["2"]),
        ("Of (1) 45 it kept (3)", "45", ["1", "3"]),
        ("approx.77 points", "45 points", ["77"]),
    ],
)
def test_a_number_that_is_not_stated_is_missed(
    claim: str, abstract: str, missing: list[str]
) -> None:
    stated = numbers_stated(abstract)

    assert [n for n, v in numbers_claimed(claim).items() if v.isdisjoint(stated)] == missing


def test_a_number_stands_in_title_abstract_or_date_of_a_paper() -> None:
    paper = Paper(paper_id="owls", title="7 owls", abstract="Of 20k owls, half.", date="2019-04")

    assert unstated("In 2019, 7 of 20,000 owls, or 50%.", [paper]) == []
    assert unstated("In 2020, 7 of 20,001 owls.", [paper]) == ["2020", "20,001"]
    assert unstated("7 owls.", []) == ["7"]


@given(st.text(alphabet="0123456789.,- kMB%\u2212\u202fa", max_size=60))
def test_a_text_states_every_number_it_claims(text: str) -> None:
    stated = numbers_stated(text)

    assert all(not values.isdisjoint(stated) for values in numbers_claimed(text).values())
