import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.papers.ids import family_name
from ragassist.sources.cleaning import clean_text
from ragassist.sources.fields import (
    arxiv_id_in,
    date_in,
    doi_in,
    pages,
    people,
    plain,
    screened_as,
    titled_as_retracted,
)
from ragassist.text import one_line


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1000/A.B", "10.1000/a.b"),
        ("https://doi.org/10.1000/a?b=1", "10.1000/a?b=1"),
        ("doi:10.1016/S0140-6736(05)12345-6).", "10.1016/s0140-6736(05)12345-6"),
        ("<10.1002/x(1998)43:4<1::AID-Y>3.0.CO;2-X>", "10.1002/x(1998)43:4<1::aid-y>3.0.co;2-x"),
        ("http://dx.doi.org/10.1000%2Fa", "10.1000/a"),
        ("10.1000/&lt;a&gt;", "10.1000/<a>"),
        ("10.1000/", None),
        ("10.1000/..", None),
        ("10.1000.10/123", "10.1000.10/123"),
        ("10.1/X", "10.1/x"),
        ("https://doi.org/10.1/x", "10.1/x"),
        ("it rose to 10.1/s", None),
        ("version 10.2", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_doi_is_taken_without_what_stands_around_it(text: str, doi: str | None) -> None:
    assert doi_in(text) == doi


@pytest.mark.parametrize(
    ("text", "arxiv_id"),
    [
        ("arXiv:2301.00001v2 [cs.CL]", "2301.00001"),
        ("https://arxiv.org/pdf/math.GT/0309136v1", "math.GT/0309136"),
        ("10.48550/arxiv.2301.00001", "2301.00001"),
        ("CoRR abs/2301.00001", None),
        ("2301.00001", None),
        ("arXiv 2301.000012", None),
    ],
)
def test_an_arxiv_id_is_taken_where_it_is_called_one(text: str, arxiv_id: str | None) -> None:
    assert arxiv_id_in(text) == arxiv_id


@pytest.mark.parametrize(
    ("text", "year", "date"),
    [
        ("2019-03/2019-05", 2019, "2019-03"),
        ("20190301", 2019, "2019-03-01"),
        ("2019 Mar 1", 2019, "2019-03-01"),
        ("March 1, 2019", 2019, "2019-03-01"),
        ("1st March 2019", 2019, "2019-03-01"),
        ("2019 May-Jun", 2019, "2019-05"),
        ("2016-2017", 2016, None),
        ("c. 1850", 1850, None),
        ("12019", None, None),
        ("2019/13/01", 2019, None),
    ],
)
def test_a_date_is_read_however_it_is_written(
    text: str, year: int | None, date: str | None
) -> None:
    assert date_in(text) == (year, date)


@pytest.mark.parametrize(
    ("first", "last", "stated"),
    [
        ("379", "423", "379-423"),
        ("454", "81", "454-481"),
        ("e0815", "", "e0815"),
        ("7", "7", "7"),
        ("1-22", "", "1-22"),
        ("S1", "S9", "S1-S9"),
        ("", "423", "423"),
        ("", "", ""),
    ],
)
def test_pages_are_a_range(first: str, last: str, stated: str) -> None:
    assert pages(first, last) == stated


def test_names_stay_as_written_and_their_family_names_are_found() -> None:
    names, truncated = people(["Lee ,Ann", "van der Berg, Bo; Yu, C.", "Lee A", "et al."])

    assert names == ("Lee, Ann", "van der Berg, Bo", "Yu, C.", "Lee A")
    assert [family_name(name) for name in names] == ["lee", "berg", "yu", "lee"]
    assert truncated


@pytest.mark.parametrize(
    ("title", "retracted"),
    [
        ("RETRACTED: Lamps", True),
        ("[Retracted] Lamps", True),
        ("Retracted article: Lamps", True),
        ("Retracted papers and their lamps", False),
        ("Lamps", False),
    ],
)
def test_a_title_says_that_its_paper_was_retracted(title: str, retracted: bool) -> None:
    assert titled_as_retracted(title) is retracted


@given(st.text() | st.text(st.sampled_from("abs ec:<>&#8238;~$\\'`\n")))
def test_plain_text_is_cleaned_text_whichever_way_it_goes(text: str) -> None:
    assert plain(text) == one_line(clean_text(one_line(text)))


def test_references_bring_nothing_back_that_steers_a_terminal() -> None:
    assert plain("one&#x202e; &#27;[31mtwo\x1b[0m") == "one [31mtwo"
    assert doi_in("10.1000/a&#x202e;b%2F%07c") == "10.1000/ab/c"


@pytest.mark.parametrize(
    ("note", "tags"),
    [
        ("ASReview_irrelevant", ("excluded",)),
        ("ASReview_not_seen", ()),
        ('RAYYAN-INCLUSION: {"Bo"=>"Included", "Cy"=>"Included"}', ("included",)),
        ('RAYYAN-INCLUSION: {"Bo"=>"Included", "Cy"=>"Excluded"} | RAYYAN-LABELS: a,b', ("a", "b")),
        ("RAYYAN-LABELS: a | USER-NOTES: {}", ("a",)),
        ("we included it", ()),
    ],
)
def test_decisions_on_which_all_agree_and_labels_are_read_from_a_note(
    note: str, tags: tuple[str, ...]
) -> None:
    assert screened_as(note) == tags


def test_a_range_of_days_is_dated_by_its_first() -> None:
    assert date_in("1-3 June 2019") == (2019, "2019-06-01")
    assert date_in("29 June \u2013 3 July 2019") == (2019, "2019-07-03")
