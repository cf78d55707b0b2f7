import pytest

from ragassist.bibliographies.people import (
    Name,
    introduce,
    name_authors,
    name_work,
    parse_name,
    split_people,
)
from ragassist.types import Paper


def paper(*authors: str, title: str = "Tides", year: int | None = 2021, cut: bool = False) -> Paper:
    return Paper(paper_id="p1", title=title, authors=authors, year=year, authors_truncated=cut)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Yujia Qin", ("Qin", "Yujia", "")),
        ("Qin, Yujia", ("Qin", "Yujia", "")),
        ("Ludwig van Beethoven", ("van Beethoven", "Ludwig", "")),
        ("Laurens van der Maaten", ("van der Maaten", "Laurens", "")),
        ("Martin Luther King Jr.", ("King", "Martin Luther", "Jr.")),
        ("King, Jr., Martin Luther", ("King", "Martin Luther", "Jr.")),
        ("King, Martin Luther, Jr.", ("King", "Martin Luther", "Jr.")),
        ("King, V, Martin Luther", ("King", "Martin Luther", "V")),
        ("King, Martin Luther, V", ("King", "Martin Luther", "V")),
        ("King, Jr., V", ("King", "V", "Jr.")),
        ("King, V, Jr.", ("King", "V", "Jr.")),
        ("Rao, V", ("Rao", "V", "")),
        ("Rao V", ("Rao", "V", "")),
        ("Kumar, IV", ("Kumar", "IV", "")),
        ("Kumar IV", ("Kumar", "IV", "")),
        ("King, Jr.", ("King", "Jr.", "")),
        ("King Jr.", ("King", "Jr.", "")),
        ("Smith JA", ("Smith", "JA", "")),
        ("García Márquez G.", ("García Márquez", "G.", "")),
        ("KAIMING HE", ("HE", "KAIMING", "")),
        ("Odhran O'Donoghue", ("O'Donoghue", "Odhran", "")),
        ("Plato", ("Plato", "", "")),
        ("李 明", ("李 明", "", "")),
        ("OpenAI", ("OpenAI", "", "")),
        ("Qwen Team", ("Qwen Team", "", "")),
        ("Institute for Tides and Clocks", ("Institute for Tides and Clocks", "", "")),
        ("A, B, C, and D Ltd", ("A, B, C, and D Ltd", "", "")),
    ],
)
def test_a_name_is_taken_apart(written: str, parts: tuple[str, str, str]) -> None:
    family, given, suffix = parts
    assert parse_name(written) == Name(family=family, given=given, suffix=suffix)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (paper("Ada Wren"), "Wren"),
        (paper("Ada Wren", "Max Hale"), "Wren and Hale"),
        (paper("Ada Wren", "Max Hale", "Bo Ames"), "Wren et al."),
        (paper("Ada Wren", cut=True), "Wren et al."),
        (paper(), ""),
    ],
)
def test_authors_are_named_as_a_sentence_does(of: Paper, said: str) -> None:
    assert name_authors(of) == said


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (paper("Ada Wren", "Max Hale"), "Wren and Hale (2021)"),
        (paper("Ada Wren", year=None), "Wren"),
        (paper(title="TideNet: Clocks of the Sea"), "TideNet (2021)"),
        (paper(title="On Clocks of the Northern Sea", year=None), "On Clocks of the Northern Sea"),
        (paper(title="", year=None), "p1"),
    ],
)
def test_a_paper_is_introduced_by_what_is_known_of_it(of: Paper, said: str) -> None:
    assert introduce(of) == said


def test_a_long_clause_before_a_colon_is_no_name() -> None:
    title = "What We Know of Tides: A Survey"
    assert name_work(paper(title=title)) == title


def test_editors_are_parted_by_and_or_by_semicolons() -> None:
    assert split_people("Hale, Max and Ames, Bo") == ["Hale, Max", "Ames, Bo"]
    assert split_people("Hale, Max; Ames, Bo;") == ["Hale, Max", "Ames, Bo"]
    assert split_people("") == []
