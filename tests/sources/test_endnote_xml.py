import pytest
from hypothesis import given, settings

from ragassist.sources.endnote_xml import looks_like, read
from ragassist.types import Failure, Record
from tests.sources.texts import assert_papers_and_failures, lines_of, only_record, torn

STYLE = '<style face="normal" font="default" size="100%">'


def styled(name: str, text: str) -> str:
    return f"<{name}>{STYLE}{text}</style></{name}>"


def record_of(*parts: str, kind: str = "Journal Article") -> str:
    title = f"<titles>{styled('title', 'Lamps')}</titles>"
    return f'<record>\n<ref-type name="{kind}">17</ref-type>{title}\n{"".join(parts)}</record>\n'


FULL = f"""<?xml version="1.0" encoding="UTF-8"?>
<xml><records><record>
<database name="My.enl" path="C:\\My.enl">My.enl</database>
<source-app name="EndNote" version="20.0">EndNote</source-app><rec-number>7</rec-number>
<foreign-keys><key app="EN" db-id="x">7</key></foreign-keys>
<ref-type name="Journal Article">17</ref-type>
<contributors><authors>{styled("author", "Lee, Ann")}
{styled("author", "Lamp Consortium,")}</authors>
<secondary-authors>{styled("author", "Yu, Bo")}{styled("author", "Ng, C")}</secondary-authors>
</contributors>
<auth-address>{STYLE}University of Lamps, Oslo&#xD;University of Ink</style></auth-address>
<titles><title>{STYLE}Lamps for </style><style face="italic">Readers</style></title>
{styled("secondary-title", "Journal of Lamps")}{styled("short-title", "Lamps")}</titles>
<periodical>{styled("full-title", "Journal of Lamps")}{styled("abbr-1", "J. Lamps")}</periodical>
{styled("pages", "454-81")}{styled("volume", "3")}{styled("number", "2")}
<keywords>{styled("keyword", "lamps")}{styled("keyword", "Models, Biological")}</keywords>
<dates>{styled("year", "2020")}<pub-dates>{styled("date", "May 1")}</pub-dates></dates>
{styled("isbn", "1234-5678 (Print)&#xD;8765-4321")}
{styled("abstract", "We study lamps &amp; light.")}{styled("label", "lee2020lamps")}
<urls><related-urls>{styled("url", "https://example.org/lamps")}</related-urls></urls>
{styled("electronic-resource-num", "10.1000/LAMPS.1")}{styled("language", "eng")}
{styled("custom1", "mine")}
</record></records></xml>
"""


def outcome(text: str) -> list[Record | Failure]:
    return list(read(lines_of(text), "refs.xml"))


def paper(*parts: str, kind: str = "Journal Article") -> Record:
    return only_record(outcome(f"<xml><records>{record_of(*parts, kind=kind)}</records></xml>"))


def test_every_element_is_read_into_its_field() -> None:
    assert outcome(FULL) == [
        Record(
            key="lee2020lamps", title="Lamps for Readers", abstract="We study lamps & light.",
            authors=("Lee, Ann", "Lamp Consortium"),
            affiliations=("University of Lamps, Oslo", "University of Ink"),
            year=2020, date="2020-05-01", venue="Journal of Lamps", doi="10.1000/lamps.1",
            url="https://example.org/lamps", keywords=("lamps", "Models, Biological"),
            kind="article-journal",
            extra=(
                ("editor", "Yu, Bo and Ng, C"), ("endnote-custom1", "mine"),
                ("issn", "1234-5678 (Print); 8765-4321"), ("langid", "eng"), ("number", "2"),
                ("pages", "454-481"), ("shortjournal", "J. Lamps"), ("shorttitle", "Lamps"),
                ("volume", "3"),
            ),
            line=2,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "kind", "name", "value"),
    [
        (f"<titles>{styled('secondary-title', 'S')}</titles>", "Book", "venue", None),
        (styled("publisher", "U"), "Thesis", "extra", (("institution", "U"),)),
        (styled("isbn", "978-0-306-40615-7"), "Book", "extra", (("isbn", "978-0-306-40615-7"),)),
        (styled("accession-num", "123") + styled("remote-database-name", "PubMed"),
         "Journal Article", "pmid", "123"),
        ("<urls><related-urls><url>https://doi.org/10.1000/x</url></related-urls></urls>",
         "Journal Article", "doi", "10.1000/x"),
        ("<urls><web-urls><url>http://arxiv.org/abs/2301.00001v2</url></web-urls></urls>",
         "Generic", "arxiv_id", "2301.00001"),
        ("<contributors><authors><author>Lee, A&#xD;Yu, B</author></authors></contributors>",
         "Journal Article", "authors", ("Lee, A", "Yu, B")),
        ("<dates><year/></dates>", "Journal Article", "year", None),
    ],
)  # fmt: skip
def test_what_an_element_means_depends_on_the_type(
    part: str, kind: str, name: str, value: object
) -> None:
    assert getattr(paper(part, kind=kind), name) == value


def test_a_record_without_title_and_abstract_costs_itself() -> None:
    empty = "<record><titles/></record>"

    assert [type(found) for found in outcome(f"<xml><records>{empty}{record_of()}")] == [
        Failure, Record,
    ]  # fmt: skip


def test_a_file_that_declares_entities_is_refused() -> None:
    [found] = outcome('<!DOCTYPE xml [<!ENTITY a "lol">]>\n' + FULL)

    assert isinstance(found, Failure)
    assert found.reason.endswith("refused")


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (FULL, True),
        (record_of().join(("<records>", "</records>")), True),
        ("<xml><records><record><leader>1</leader></record></records></xml>", False),
        ("<html><titles></titles></html>", False),
        ("<xml>", False),
        ("", False),
    ],
)
def test_a_file_is_recognised_by_its_elements(head: str, recognised: bool) -> None:
    assert looks_like(head) is recognised


@settings(deadline=None, max_examples=100)
@given(torn(FULL))
def test_whatever_the_lines_they_are_records_and_failures(text: str) -> None:
    assert_papers_and_failures(outcome(text))
