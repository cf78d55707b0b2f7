import pytest

from ragassist.papers.precedence import key_rank


@pytest.mark.parametrize(
    "key",
    ["Smith2020", "smith222", "DBLP:conf/acl/Smith20", "lee", "4c", "a.b_c", "SMITH2020", "ref-12"],
)
def test_a_key_that_somebody_may_have_chosen_counts_by_the_kind_of_its_source(key: str) -> None:
    assert [key_rank(reader, key) for reader in ("bibtex", "csl-json", "ris")] == [0, 1, 2]


@pytest.mark.parametrize(
    "key",
    ["31234567", "W2741809807", "2-s2.0-85012345678", "WOS:000412345600012", "PMC7012345",
     "10.1000/x.y", "2001.00001v2", "https://example.org/1", "ABCD2345", "12345/ABCD2345",
     "649def34f8be52c8b66281af98ae884c09aef38b", "ITEM-1"],
)  # fmt: skip
def test_what_a_database_calls_an_entry_comes_last_unless_it_is_in_a_latex_bibliography(
    key: str,
) -> None:
    assert [key_rank(reader, key) for reader in ("bibtex", "csl-json", "ris")] == [0, 3, 3]
