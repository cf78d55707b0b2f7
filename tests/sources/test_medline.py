import pytest
from hypothesis import given, settings

from ragassist.sources.medline import looks_like, read
from ragassist.types import Failure, Record
from tests.sources.texts import assert_papers_and_failures, lines_of, only_record, torn

FULL = """
PMID- 12345678
OWN - NLM
STAT- MEDLINE
DP  - 2020 May 1
TI  - Lamps for readers
      of long reports.
PG  - 454-81
LID - S0732-8893(15)00432-0 [pii]
AID - 10.1000/LAMPS.1 [doi]
AB  - AIM: We study lamps.
      They help.
FAU - Lee, Ann
AU  - Lee A
AD  - University of Lamps,
      Oslo.
FAU - van der Berg, Bo
AU  - van der Berg B
CN  - Lamp Group
LA  - eng
PT  - Journal Article
PT  - Retracted Publication
TA  - J Lamps
JT  - Journal of lamps
VI  - 3
IP  - 2
OT  - reading
MH  - Light/*methods
MH  - Models, Biological
PMC - PMC4513071
RN  - 0 (Lamps)
SO  - J Lamps. 2020 May 1;3(2):454-81.
"""


def outcome(text: str) -> list[Record | Failure]:
    return list(read(lines_of(text), "set.nbib"))


def only(*fields: str) -> Record:
    return only_record(outcome("\n".join(("PMID- 1", "TI  - Lamps", *fields))))


def test_every_field_is_read_from_its_tag() -> None:
    assert outcome(FULL) == [
        Record(
            title="Lamps for readers of long reports.",
            abstract="AIM: We study lamps. They help.",
            authors=("Lee, Ann", "van der Berg, Bo", "Lamp Group"),
            affiliations=("University of Lamps, Oslo.",),
            year=2020,
            date="2020-05-01",
            venue="Journal of lamps",
            doi="10.1000/lamps.1",
            pmid="12345678",
            keywords=("reading", "Light", "Models, Biological"),
            kind="article-journal",
            retracted=True,
            extra=(
                ("langid", "eng"),
                ("medline-RN", "0 (Lamps)"),
                ("mesh", "Light/*methods; Models, Biological"),
                ("number", "2"),
                ("pages", "454-481"),
                ("pmcid", "PMC4513071"),
                ("shortjournal", "J Lamps"),
                ("volume", "3"),
            ),
            line=2,
        )
    ]


def test_records_are_told_apart_with_and_without_blank_lines() -> None:
    found = outcome(f"{FULL}\nPMID- 2\nTI  - Two\nPMID- 3\nTI  - Three\n\nPMID-4\nTI- Four")

    assert [f.pmid for f in found if isinstance(f, Record)] == ["12345678", "2", "3", "4"]


def test_blank_lines_inside_a_record_part_nothing() -> None:
    spaced = FULL.replace("\n", "\n\n")

    assert [f.line for f in outcome(spaced)] == [3]


def test_text_behind_a_blank_line_is_in_no_record() -> None:
    found = outcome(f"{FULL}\nThis was made by hand.\n\nPMID- 2\nTI  - Two")

    assert [(f.line, f.expected) for f in found if isinstance(f, Failure)] == [(34, True)]
    assert len(found) == 3


def test_a_record_without_title_and_abstract_costs_itself() -> None:
    [bad, good] = outcome("PMID- 1\nPT  - Editorial\n\nPMID- 2\nTI  - Two")

    assert isinstance(bad, Failure)
    assert (bad.line, bad.reason) == (1, "neither title nor abstract")
    assert isinstance(good, Record)


def test_a_chapter_appeared_in_its_book_and_the_book_in_a_collection() -> None:
    chapter = only(
        "BTI - On Lamps", "CTI - Lamp Guides", "FED - Yu, Bo", "ED  - Yu B", "FED - Ng, C"
    )

    assert (chapter.kind, chapter.venue, chapter.extra) == (
        "chapter", "On Lamps", (("editor", "Yu, Bo and Ng, C"), ("series", "Lamp Guides")),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        (["AU  - Lee A"], "authors", ("Lee A",)),
        (["CN  - Lamp Group"], "authors", ("Lamp Group",)),
        (["DP  - 1998 Dec-1999 Jan"], "date", "1998-12"),
        (["DP  - 1999 Spring"], "year", 1999),
        (["DEP - 20160419"], "date", "2016-04-19"),
        (["AID - doi:10.1000/a"], "doi", "10.1000/a"),
        (["SO  - J Lamps. 2020;3:4. doi: 10.1000/a."], "doi", "10.1000/a"),
        (["RIN - J Lamps. 2021;4:1"], "retracted", True),
        (["PT  - Preprint", "PT  - Journal Article"], "kind", "article"),
        (["PT  - Preprint"], "kind", "article"),
        (["OAB - Nous"], "abstract", "Nous"),
    ],
)
def test_variants_of_fields_are_understood(fields: list[str], name: str, value: object) -> None:
    assert getattr(only(*fields), name) == value


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (FULL, True),
        ("OWN - NLM\nPMID- 1", True),
        ("PMC -22664230\nTI-", True),
        ("PMID 12345678\n", False),
        ("TY  - JOUR\nTI  - Lamps", False),
        ("", False),
    ],
)
def test_a_file_is_recognised_by_its_ids(head: str, recognised: bool) -> None:
    assert looks_like(head) is recognised


@settings(deadline=None, max_examples=100)
@given(torn(FULL))
def test_whatever_the_lines_they_are_records_and_failures(text: str) -> None:
    assert_papers_and_failures(outcome(text))


def test_a_title_in_the_papers_own_language_is_kept_beside_the_one_in_english() -> None:
    text = "PMID- 1\nTI  - [Lamps.]\nTT  - Lampen.\n"
    [found] = read(lines_of(text), "x.nbib")

    assert isinstance(found, Record)
    assert dict(found.extra)["origtitle"] == "Lampen."


def test_what_is_marked_as_a_doi_and_is_none_is_kept() -> None:
    text = "PMID- 1\nTI  - Lamps\nLID - in preparation [doi]\n"
    [found] = read(lines_of(text), "x.nbib")

    assert isinstance(found, Record)
    assert dict(found.extra)["doi"] == "in preparation"
