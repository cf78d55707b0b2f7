import pytest
from hypothesis import given, settings

from ragassist.sources.refer import looks_like, read
from ragassist.types import Failure, Record
from tests.sources.texts import assert_papers_and_failures, lines_of, records_of, torn

FULL = """%0 Journal Article
%A Lee, Ann
%A Lamp Consortium,
%D 2020
%T Lamps for <i>Readers</i>
%J Journal of Lamps
%V 3
%N 2
%P 454-81
%! Lamps
%@ 1234-5678
%R doi:10.1000/LAMPS.1
%F lee2020lamps
%K lamps
light
%8 May 1
%X We study lamps.

They help.
%+ University of Lamps, Oslo
%U https://example.org/lamps
%G en
%W Lamp Base
%1 mine
%= 20200101
"""
SCHOLAR = """%0 Journal Article
%T Ink
%A Yu, Bo
%J Ink Letters
%@ 1234-5678
%D 1999

%0 Conference Proceedings
%T Paper
%A Ng, C
%B Proc. Paper
%D 2001
%I Press

"""
BIBIX = """%A A. Lee
%T Lamps
%J Light
%D May 1980

%A B. Yu
%T Ink
%B Handbook of Ink
%E C. Ng
%D 1981
"""


def outcome(text: str) -> list[Record | Failure]:
    return list(read(lines_of(text), "refs.enw"))


def papers(text: str) -> list[Record]:
    return records_of(outcome(text))


def paper(*fields: str, kind: str = "Journal Article") -> Record:
    [record] = papers("\n".join((f"%0 {kind}", "%T Lamps", *fields)))
    return record


def test_every_field_is_read_from_its_tag() -> None:
    assert outcome(FULL) == [
        Record(
            key="lee2020lamps", title="Lamps for Readers", abstract="We study lamps. They help.",
            authors=("Lee, Ann", "Lamp Consortium"), affiliations=("University of Lamps, Oslo",),
            year=2020, date="2020-05-01", venue="Journal of Lamps", doi="10.1000/lamps.1",
            url="https://example.org/lamps", keywords=("lamps", "light"), kind="article-journal",
            extra=(
                ("endnote-1", "mine"), ("endnote-W", "Lamp Base"), ("issn", "1234-5678"),
                ("langid", "en"), ("number", "2"), ("pages", "454-481"), ("shorttitle", "Lamps"),
                ("volume", "3"),
            ),
            line=1,
        )
    ]  # fmt: skip


def test_records_are_told_apart_by_their_types() -> None:
    assert [(p.title, p.venue, p.year, p.kind) for p in papers(SCHOLAR)] == [
        ("Ink", "Ink Letters", 1999, "article-journal"),
        ("Paper", "Proc. Paper", 2001, "paper-conference"),
    ]


def test_without_types_a_blank_line_parts_records() -> None:
    assert [(p.title, p.venue, p.date, p.extra) for p in papers(BIBIX)] == [
        ("Lamps", "Light", "1980-05", ()),
        ("Ink", "Handbook of Ink", None, (("editor", "C. Ng"),)),
    ]


@pytest.mark.parametrize(
    ("fields", "kind", "name", "value"),
    [
        (["%B Lamp Series"], "Book", "extra", (("series", "Lamp Series"),)),
        (["%I University of Lamps"], "Thesis", "extra", (("institution", "University of Lamps"),)),
        (["%@ 978-0-306-40615-7"], "Book", "extra", (("isbn", "978-0-306-40615-7"),)),
        (["%E Yu, B", "%E Ng, C"], "Book Section", "extra", (("editor", "Yu, B and Ng, C"),)),
        (["%U https://doi.org/10.1000/x"], "Journal Article", "doi", "10.1000/x"),
        (["%~ PubMed", "%M 123"], "Journal Article", "pmid", "123"),
        (["%U http://arxiv.org/abs/2301.00001v2"], "Generic", "arxiv_id", "2301.00001"),
        (["%K lamps, light"], "Generic", "keywords", ("lamps", "light")),
        (
            ["%K Models, Biological", "Light"],
            "Generic",
            "keywords",
            ("Models, Biological", "Light"),
        ),
        (["%A Lee, A", "%A et al."], "Journal Article", "authors_truncated", True),
        (["%D in press"], "Journal Article", "year", None),
    ],
)
def test_what_a_tag_means_depends_on_the_type(
    fields: list[str], kind: str, name: str, value: object
) -> None:
    assert getattr(paper(*fields, kind=kind), name) == value


def test_a_record_without_title_and_abstract_costs_itself() -> None:
    found = outcome(f"%0 Book\n%A Lee\n\n{SCHOLAR}")

    assert [f.title if isinstance(f, Record) else (f.line, f.reason) for f in found] == [
        (1, "neither title nor abstract"), "Ink", "Paper",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (FULL, True),
        (BIBIX, True),
        ("\ufeff%0 Book\r\n%T Lamps\r\n", True),
        ("% A comment\n% T more\n% D of it\n@article{x, title = {T}}", False),
        ("%PDF-1.4\n%T\n", False),
        ("%A only an author\n", False),
        ("", False),
    ],
)
def test_a_file_is_recognised_by_its_tags(head: str, recognised: bool) -> None:
    assert looks_like(head.removeprefix("\ufeff")) is recognised


@settings(deadline=None, max_examples=100)
@given(torn(FULL))
def test_whatever_the_lines_they_are_records_and_failures(text: str) -> None:
    looks_like(text)
    assert_papers_and_failures(outcome(text))
