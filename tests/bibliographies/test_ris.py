import pytest
from hypothesis import given

from ragassist.bibliographies import ris
from ragassist.bibliographies.people import parse_name
from ragassist.text import one_line
from ragassist.types import Paper
from tests.bibliographies.made import FULL, TRICKY, papers
from tests.bibliographies.readers import read_ris


def record_of(paper: Paper) -> list[tuple[str, str]]:
    (record,) = read_ris("".join(ris.write([paper])))
    return record


def test_several_numbers_of_a_journal_stand_on_lines_of_their_own() -> None:
    paper = Paper(paper_id="p", title="T", extra=(("issn", "0360-0300, 1557-7341"),))
    assert [value for tag, value in record_of(paper) if tag == "SN"] == ["0360-0300", "1557-7341"]


def test_what_a_reference_manager_notes_for_itself_is_no_note() -> None:
    names = ("file", "owner", "readstatus", "timestamp", "date-added", "bdsk-url-1", "mood")
    paper = Paper(paper_id="p", title="T", extra=tuple((name, "x") for name in names))
    assert [value for tag, value in record_of(paper) if tag == "N1"] == ["[ragassist] mood: x"]


def test_keywords_and_tags_that_differ_in_case_are_one() -> None:
    paper = Paper(paper_id="p", title="T", keywords=("rag", "RAG", "Owls"), tags=("owls",))
    assert [value for tag, value in record_of(paper) if tag == "KW"] == ["rag", "Owls"]


def test_an_organisation_is_not_inverted() -> None:
    paper = Paper(paper_id="p", title="T", authors=("World Health Organization",))
    assert ("AU", "World Health Organization") in record_of(paper)


def test_a_record_holds_all_that_is_known() -> None:
    assert record_of(FULL) == [
        ("TY", "JOUR"),
        ("ID", "wren2021tide"),
        ("AU", "Wren, Ada"),
        ("AU", "van Beethoven, Ludwig"),
        ("AU", "King, Max, Jr."),
        ("AU", "Qwen Team"),
        ("AU", "李 明"),
        ("AU", "et al."),
        ("TI", "TideNet & Clocks"),
        ("AD", "Sea House"),
        ("AD", "Clock Works"),
        ("PY", "2021"),
        ("DA", "2021/07/01/"),
        ("T2", "Journal of Tides"),
        ("AB", "Tides {move} 5% of all clocks, at $3 each."),
        ("KW", "tides"),
        ("KW", "clocks & watches"),
        ("KW", "to read"),
        ("KW", "chapter 2"),
        ("DO", "10.1000/a_b<c>"),
        ("UR", "https://example.org/~a_b?c=50%25#d"),
        ("AN", "arXiv:2101.00001"),
        ("U2", "4711[pmid]"),
        ("N1", "retracted: yes"),
        ("N1", "[ragassist tag] to read"),
        ("N1", "[ragassist tag] chapter 2"),
        ("N1", "[ragassist category] cs.CL"),
        ("N1", "[ragassist category] cs.IR"),
        ("ED", "Hale, Max"),
        ("ED", "Ames, Bo"),
        ("SN", "1234-5678"),
        ("LA", "english"),
        ("N1", "[ragassist] mood: calm_sea"),
        ("N1", "read twice"),
        ("IS", "3"),
        ("SP", "12"),
        ("EP", "34"),
        ("PB", "Sea & Sons"),
        ("L1", "tides.pdf"),
        ("Y2", "2022-02-03"),
        ("VL", "9"),
    ]


@pytest.mark.parametrize(
    ("kind", "stated", "written"),
    [
        ("thesis", ("institution", "Sea House"), ("PB", "Sea House")),
        ("thesis", ("publisher", "Sea House"), ("N1", "[ragassist] publisher: Sea House")),
        ("book", ("publisher", "Sea House"), ("PB", "Sea House")),
        ("book", ("ris-an", "x 1"), ("AN", "x 1")),
    ],
)
def test_what_else_is_stated_has_a_tag_or_is_a_note(
    kind: str, stated: tuple[str, str], written: tuple[str, str]
) -> None:
    assert record_of(Paper(paper_id="p", title="T", kind=kind, extra=(stated,)))[-1] == written


def test_the_venue_of_a_book_is_not_its_series() -> None:
    stated = Paper(
        paper_id="p", title="T", kind="book", venue="Sea Press", extra=(("series", "L"),)
    )
    assert record_of(stated)[-2:] == [("JF", "Sea Press"), ("T3", "L")]


def test_records_end_and_lines_end_as_the_format_says() -> None:
    written = "".join(ris.write(Paper(paper_id=key, title="T") for key in "ab"))
    assert written == (
        "TY  - GEN\r\nID  - a\r\nTI  - T\r\nER  - \r\n\r\n"
        "TY  - GEN\r\nID  - b\r\nTI  - T\r\nER  - \r\n"
    )


def test_the_type_that_was_read_is_given_back_once() -> None:
    stated = Paper(paper_id="p", title="T", kind="book", extra=(("ris-TY", "EBOOK"),))
    assert [value for tag, value in record_of(stated) if tag == "TY"] == ["EBOOK"]


def test_a_date_without_year_or_day_leaves_its_place_empty() -> None:
    for date, written in (("2021-07", "2021/07//"), ("--01-09", "/01/09/")):
        paper = Paper(paper_id="p", title="T", date=date)
        assert dict(record_of(paper))["DA"] == written


@given(title=TRICKY, value=TRICKY)
def test_nothing_in_a_value_begins_a_line(title: str, value: str) -> None:
    paper = Paper(paper_id="p", title=title, abstract=value, extra=(("ris-L1", value),))
    record = dict(record_of(paper))
    assert record.get("TI", "") == one_line(title)
    assert record.get("AB", "") == record.get("L1", "") == one_line(value)


@given(papers())
def test_people_stay_who_they_are(paper: Paper) -> None:
    read = [value for tag, value in record_of(paper) if tag == "AU"]
    assert list(map(parse_name, read)) == list(map(parse_name, paper.authors))
