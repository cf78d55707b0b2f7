import pytest

from ragassist.bibliographies.pages import page_range


@pytest.mark.parametrize(
    ("stated", "parts"),
    [
        ("12--34", ["12", "34"]),
        ("12 - 34", ["12", "34"]),
        ("S12–S34", ["S12", "S34"]),
        ("A-3--A-9", ["A-3", "A-9"]),
        ("1-3-5", ["1-3-5"]),
        ("12--", ["12--"]),
        ("e4711", ["e4711"]),
        ("1--3, 5--9", ["1--3, 5--9"]),
    ],
)
def test_a_range_has_two_ends(stated: str, parts: list[str]) -> None:
    assert page_range(stated) == parts
