import json

import pytest
from hypothesis import given, settings

from ragassist.sources.atom import looks_like, read
from ragassist.sources.lines import Line
from ragassist.types import Failure, Record
from tests.shared_data import shared
from tests.sources.texts import assert_papers_and_failures, lines_of, only_record, torn

ENTRY = """  <entry>
    <id>http://arxiv.org/abs/2005.00001v2</id>
    <title>Lamps for
      readers</title>
    <updated>2021-01-01T08:18:33Z</updated>
    <link href="https://arxiv.org/abs/2005.00001v2" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/2005.00001v2" rel="related" title="pdf"/>
    <summary>  We study $O(n^2)$ lamps.
They help.
</summary>
    <category term="cs.IR" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.CL"/>
    <published>2020-05-01T08:18:33Z</published>
    <arxiv:comment>9 pages</arxiv:comment>
    <arxiv:primary_category term="cs.CL"/>
    <arxiv:journal_ref>J. Lamps 3 (2020) 101</arxiv:journal_ref>
    <arxiv:doi>10.1000/LAMPS.1</arxiv:doi>
    <author><name>Ann Lee</name><arxiv:affiliation>University of Lamps</arxiv:affiliation></author>
    <author><name>Bo van der Berg</name></author>
  </entry>
"""
FEED = f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom"
      xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/x</id>
  <title>arXiv Query</title>
{ENTRY}</feed>
"""


def outcome(text: str) -> list[Record | Failure]:
    return list(read(lines_of(text), "feed.xml"))


def only(text: str) -> Record:
    return only_record(outcome(text))


def test_every_field_of_an_entry_is_read() -> None:
    assert only(FEED) == Record(
        title="Lamps for readers",
        abstract="We study O(n^2) lamps. They help.",
        authors=("Ann Lee", "Bo van der Berg"),
        affiliations=("University of Lamps",),
        year=2020,
        date="2020-05-01",
        venue="J. Lamps 3 (2020) 101",
        doi="10.1000/lamps.1",
        arxiv_id="2005.00001",
        url="https://arxiv.org/abs/2005.00001v2",
        categories=("cs.CL", "cs.IR"),
        kind="article",
        extra=(("note", "9 pages"),),
        line=6,
    )


def test_prefixed_elements_and_old_ids_are_read() -> None:
    record = only(
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry>'
        "<a:id>http://arxiv.org/abs/cs.CL/0601001v1</a:id><a:title>T</a:title></a:entry></a:feed>"
    )

    assert (record.arxiv_id, record.title) == ("cs.CL/0601001", "T")


def test_an_entry_of_the_daily_list_is_read() -> None:
    record = only(
        "<entry><id>oai:arXiv.org:2401.00001v1</id><title>T</title>"
        "<dc:creator>Ann Lee, Bo Yu</dc:creator>"
        "<summary>arXiv:2401.00001v1 Announce Type: new \nAbstract: We.</summary></entry>"
    )

    assert (record.arxiv_id, record.abstract, record.authors) == (
        "2401.00001", "We.", ("Ann Lee", "Bo Yu"),
    )  # fmt: skip


def test_an_error_that_arxiv_reports_is_a_failure() -> None:
    [found] = outcome(
        "<feed>\n<entry><id>https://arxiv.org/api/errors#incorrect_id</id><title>Error</title>"
        "<summary>incorrect id format for abc</summary></entry></feed>"
    )

    assert found == Failure(
        source="feed.xml",
        line=2,
        reason="an error that arXiv reports",
        excerpt="incorrect id format for abc",
    )


def test_a_broken_entry_costs_that_entry() -> None:
    broken = ENTRY.replace("</title>", "", 1)
    found = outcome(f"<feed>\n{broken}{ENTRY}<entry>\n</entry></feed>")

    assert [f.title if isinstance(f, Record) else f.reason[:20] for f in found] == [
        "not well-formed XML:", "Lamps for readers", "neither title nor ab",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (FEED, True),
        (ENTRY, True),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><title>A blog</title></feed>', False),
        ("arxiv <feed>", False),
        ("<rss>arxiv</rss>", False),
        ("", False),
    ],
)
def test_a_file_is_recognised_as_a_feed_of_arxiv(head: str, recognised: bool) -> None:
    assert looks_like(head) is recognised


@settings(deadline=None, max_examples=100)
@given(torn(FEED))
def test_whatever_the_lines_they_are_records_and_failures(text: str) -> None:
    assert_papers_and_failures(outcome(text))


def test_every_entry_of_recorded_answers_is_a_record_but_for_errors() -> None:
    # These files are JSON around the feeds: an address, a status and the body.
    for path in sorted(shared("eval", "bib", "arxiv_atom").glob("*.json")):
        feed = json.loads(path.read_text("utf-8"))["body"]
        found = outcome(feed)

        assert looks_like(feed[:60_000])
        assert len(found) == feed.count("<entry>")
        for one in found:
            assert isinstance(one, Failure) == ("errors" in path.name or "id_abc" in path.name)


@pytest.mark.parametrize(
    ("comment", "retracted"),
    [
        ("This paper has been withdrawn due to an error", True),
        ("Withdrawn by the author", True),
        ("withdrawn", True),
        ("8 pages; an earlier version was withdrawn", False),
        ("Withdrawn from the world: a study of monks", False),
    ],
)
def test_a_paper_that_its_comment_says_was_withdrawn_is_marked(
    comment: str, retracted: bool
) -> None:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">'
        "<entry><id>http://arxiv.org/abs/2001.00001v2</id><title>Lamps</title>"
        f"<arxiv:comment>{comment}</arxiv:comment></entry></feed>"
    )
    [found] = read([Line(1, text)], "x.xml")

    assert isinstance(found, Record)
    assert found.retracted is retracted
