import pytest
from hypothesis import given, settings

from ragassist.sources.isi import looks_like, read
from ragassist.types import Failure, Record
from tests.sources.texts import assert_papers_and_failures, lines_of, records_of, torn

FULL = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Lee, A
   Yu, B
AF Lee, Ann
   Yu, Bo
TI Lamps for readers of
   long reports
SO JOURNAL OF LAMPS
LA English
DT Article; Retracted Publication
DE lamps; reading
   light
ID PAGES; NUMBERS
AB We study lamps.
   They help.
C1 [Lee, Ann] Univ Lamps, Oslo, Norway.
   [Yu, Bo] Univ Pages, Rome, Italy.
CR OLD PAPER, 1999
SN 1234-5678
PD JUN 14
PY 2020
VL 3
IS 2
BP 101
EP 109
DI 10.1000/LAMPS.1
PM 123
UT WOS:000238592600006
ER

EF
"""


def outcome(text: str) -> list[Record | Failure]:
    return list(read(lines_of(text), "savedrecs"))


def test_every_field_is_read_from_its_tag() -> None:
    assert outcome(FULL) == [
        Record(
            title="Lamps for readers of long reports",
            abstract="We study lamps. They help.",
            authors=("Lee, Ann", "Yu, Bo"),
            affiliations=("Univ Lamps, Oslo, Norway.", "Univ Pages, Rome, Italy."),
            year=2020,
            date="2020-06-14",
            venue="JOURNAL OF LAMPS",
            doi="10.1000/lamps.1",
            pmid="123",
            keywords=("lamps", "reading light"),
            kind="article-journal",
            retracted=True,
            extra=(
                ("isi-DT", "Article; Retracted Publication"),
                ("isi-ID", "PAGES; NUMBERS"),
                ("isi-UT", "WOS:000238592600006"),
                ("issn", "1234-5678"),
                ("langid", "English"),
                ("number", "2"),
                ("pages", "101-109"),
                ("volume", "3"),
            ),
            line=3,
        )
    ]


def test_records_are_told_apart_with_and_without_their_ends() -> None:
    found = outcome("PT J\nTI One\nER\n\nPT B\nTI Two\nPT C\nTI Three")

    assert [(f.title, f.kind, f.line) for f in found if isinstance(f, Record)] == [
        ("One", "article-journal", 1), ("Two", "book", 5), ("Three", "paper-conference", 7),
    ]  # fmt: skip


def test_a_record_without_title_and_abstract_costs_itself() -> None:
    [bad, good] = outcome("PT J\nPY 2020\nER\nPT J\nTI Two\nER\nEF")

    assert isinstance(bad, Failure)
    assert (bad.line, bad.reason) == (1, "neither title nor abstract")
    assert isinstance(good, Record)


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (FULL, True),
        ("\nPT J\nAU Lee, A", True),
        ("PT\tAU\tTI\nJ\tLee\tLamps", False),
        ("PT Barnum was a showman", False),
        ("", False),
    ],
)
def test_a_file_is_recognised_by_its_first_tags(head: str, recognised: bool) -> None:
    assert looks_like(head) is recognised


@settings(deadline=None, max_examples=100)
@given(torn(FULL))
def test_whatever_the_lines_they_are_records_and_failures(text: str) -> None:
    assert_papers_and_failures(outcome(text))


def test_groups_that_signed_with_the_authors_are_authors() -> None:
    [record] = read_text("AU Lee, A\nCA Lamp Team\n   Ink Team")

    assert record.authors == ("Lee, A", "Lamp Team", "Ink Team")


@pytest.mark.parametrize(
    ("fields", "dated"),
    [
        ("EA FEB 2021", (2021, "2021-02")),
        ("PY 2022\nEA FEB 2021", (2022, None)),
    ],
)
def test_without_a_year_of_publication_that_of_early_access_counts(
    fields: str, dated: tuple[int, str | None]
) -> None:
    [record] = read_text(fields)

    assert (record.year, record.date) == dated


def test_what_is_no_doi_is_kept() -> None:
    [record] = read_text("DI in preparation")

    assert record.extra == (("doi", "in preparation"),)


def read_text(fields: str) -> list[Record]:
    text = f"FN Clarivate Analytics Web of Science\nPT J\nTI Lamps\n{fields}\nER\n"
    return records_of(read(lines_of(text), "refs.txt"))
