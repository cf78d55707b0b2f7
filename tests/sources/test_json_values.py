import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ragassist.sources.cleaning import clean_text
from ragassist.sources.json_shapes import identifiers
from ragassist.sources.json_shapes.values import plain, scalar
from ragassist.text import one_line, strip_controls


@given(st.text() | st.text(alphabet="<i>&;\\$~`' absecutrxp{}\u00ad\u00a0\u017f"))
@example("subsec: x")
@example("\u017fec:abstract")
@example("Abstract: x")
def test_the_short_way_of_cleaning_leads_where_the_long_one_does(text: str) -> None:
    assert plain(text) == clean_text(strip_controls(text))
    assert (scalar({"x": text}, "x") or "") == one_line(text)


@pytest.mark.parametrize(
    ("stated", "pmid"),
    [
        ("PMID: 12", "12"),
        ("https://pubmed.ncbi.nlm.nih.gov/12/", "12"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/12", "12"),
        ("12a", None),
        ("9" * 2000, None),
    ],
)
def test_a_pmid_is_told_in_every_dress(stated: str, pmid: str | None) -> None:
    assert identifiers.pmid(stated) == pmid


@pytest.mark.parametrize(
    ("stated", "pmcid"),
    [
        ("PMC12", "PMC12"),
        ("12", "PMC12"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/12", "PMC12"),
        ("PMCID: PMC12", "PMC12"),
        ("x", None),
    ],
)
def test_a_pmcid_is_told_in_every_dress(stated: str, pmcid: str | None) -> None:
    assert identifiers.pmcid(stated) == pmcid
