import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.sources.lines import Line, TextFile
from ragassist.sources.pubmed_xml import looks_like, read
from ragassist.sources.reading import Source
from ragassist.types import Failure, Record
from tests.shared_data import shared
from tests.sources.texts import lines_of

ARTICLE = """<?xml version="1.0" encoding="UTF-16"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "http://127.0.0.1:9/pubmed.dtd">
<PubmedArticleSet>
<PubmedArticle>
  <MedlineCitation Status="MEDLINE">
    <PMID Version="1">12345678</PMID>
    <Article>
      <Journal>
        <ISSN>1234-5678</ISSN>
        <JournalIssue><Volume>3</Volume><Issue>2</Issue>
          <PubDate><Year>2020</Year><Month>May</Month><Day>1</Day></PubDate>
        </JournalIssue>
        <Title>Journal of lamps</Title>
        <ISOAbbreviation>J Lamps</ISOAbbreviation>
      </Journal>
      <ArticleTitle>Lamps in <i>libraries</i> at 10<sup>3</sup> lux &#x2013; a trial.</ArticleTitle>
      <Pagination><MedlinePgn>454-81</MedlinePgn></Pagination>
      <ELocationID EIdType="pii" ValidYN="Y">S0732</ELocationID>
      <ELocationID EIdType="doi" ValidYN="Y">10.1000/LAMPS.1</ELocationID>
      <Abstract>
        <AbstractText Label="AIM">We study lamps.</AbstractText>
        <AbstractText Label="RESULTS">They help (<math xmlns="http://www.w3.org/1998/Math/MathML">
          <mi>p</mi> <mo>&lt;</mo> <mn>0.01</mn><annotation>tex</annotation></math>).</AbstractText>
        <CopyrightInformation>Ours.</CopyrightInformation>
      </Abstract>
      <AuthorList CompleteYN="N">
        <Author ValidYN="Y"><LastName>Lee</LastName><ForeName>Ann</ForeName><Suffix>Jr</Suffix>
          <AffiliationInfo><Affiliation>University of Lamps</Affiliation></AffiliationInfo></Author>
        <Author ValidYN="N"><LastName>Le</LastName></Author>
        <Author><CollectiveName>Lamp Group</CollectiveName></Author>
      </AuthorList>
      <Language>eng</Language>
      <PublicationTypeList>
        <PublicationType>Journal Article</PublicationType>
        <PublicationType>Retracted Publication</PublicationType>
      </PublicationTypeList>
    </Article>
    <MeshHeadingList><MeshHeading><DescriptorName>Light</DescriptorName>
<QualifierName MajorTopicYN="Y">methods</QualifierName></MeshHeading></MeshHeadingList>
    <KeywordList><Keyword>reading</Keyword></KeywordList>
  </MedlineCitation>
  <PubmedData>
    <ArticleIdList><ArticleId IdType="pmc">PMC4513071</ArticleId></ArticleIdList>
    <ReferenceList><Reference><ArticleIdList>
      <ArticleId IdType="doi">10.1000/other</ArticleId></ArticleIdList></Reference></ReferenceList>
  </PubmedData>
</PubmedArticle>
</PubmedArticleSet>
"""
NEXT = (
    "<PubmedArticle><MedlineCitation><PMID>2</PMID><Article><ArticleTitle>Next</ArticleTitle>"
    "</Article></MedlineCitation></PubmedArticle>\n"
)
BOOK = """<PubmedBookArticle><BookDocument><PMID>3</PMID>
<Book><Publisher><PublisherName>Lamp Press</PublisherName></Publisher>
<BookTitle>On Lamps</BookTitle>
<PubDate><Year>2009</Year><Month>02</Month></PubDate>
<AuthorList Type="editors"><Author><LastName>Yu</LastName><Initials>B</Initials></Author>
</AuthorList></Book><ArticleTitle>Wicks</ArticleTitle>
<AuthorList Type="authors"><Author><LastName>Lee</LastName><ForeName>Ann</ForeName></Author>
</AuthorList></BookDocument></PubmedBookArticle>"""
JATS = """<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "archivearticle1.dtd">
<article article-type="research-article" xml:lang="en"><front>
<journal-meta><journal-title-group><journal-title>Lamps Today</journal-title></journal-title-group>
<issn>1234-5678</issn></journal-meta>
<article-meta><article-id pub-id-type="pmid">77</article-id>
<article-id pub-id-type="pmc">88</article-id>
<article-id pub-id-type="doi">10.1000/JATS.1</article-id>
<title-group><article-title>Lamps<xref ref-type="fn" rid="f">*</xref></article-title>
<subtitle>A trial</subtitle></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>van der Berg</surname>
<given-names>Bo</given-names></name></contrib>
<contrib contrib-type="author"><collab>Lamp Group</collab></contrib>
<contrib contrib-type="editor"><name><surname>Lee</surname></name></contrib></contrib-group>
<aff><label>1</label>University of Lamps</aff>
<pub-date pub-type="epub"><day>28</day><month>9</month><year>2011</year></pub-date>
<pub-date pub-type="collection"><year>2012</year></pub-date>
<fpage>12</fpage><lpage>19</lpage>
<abstract abstract-type="graphical"><p>A picture.</p></abstract>
<abstract><title>Abstract</title><sec><title>Aim:</title><p>We study <italic>lamps</italic>.</p>
</sec>
<sec><title>Results</title><p>They help.</p><p>Much.</p></sec></abstract>
<kwd-group><kwd>light</kwd></kwd-group></article-meta></front>
<body><p>Words.</p></body></article>"""


def outcome(text: str) -> list[Record | Failure]:
    return list(read(lines_of(text), "set.xml"))


def told(text: str) -> list[tuple[int, str]]:
    return [(f.line, f.title if isinstance(f, Record) else f.reason) for f in outcome(text)]


def test_every_field_of_an_article_is_read() -> None:
    assert outcome(ARTICLE) == [
        Record(
            title="Lamps in libraries at 10^3 lux \u2013 a trial.",
            abstract="AIM: We study lamps. RESULTS: They help (p<0.01).",
            authors=("Lee, Ann Jr", "Lamp Group"),
            authors_truncated=True,
            affiliations=("University of Lamps",),
            year=2020,
            date="2020-05-01",
            venue="Journal of lamps",
            doi="10.1000/lamps.1",
            pmid="12345678",
            keywords=("reading", "Light"),
            kind="article-journal",
            retracted=True,
            extra=(
                ("issn", "1234-5678"),
                ("langid", "eng"),
                ("mesh", "Light/*methods"),
                ("number", "2"),
                ("pages", "454-481"),
                ("pmcid", "PMC4513071"),
                ("shortjournal", "J Lamps"),
                ("volume", "3"),
            ),
            line=4,
        )
    ]


def test_a_chapter_is_the_paper_and_its_book_the_venue() -> None:
    [chapter] = outcome(BOOK)
    [book] = outcome(BOOK.replace("<ArticleTitle>Wicks</ArticleTitle>", ""))

    assert chapter == Record(
        title="Wicks", authors=("Lee, Ann",), year=2009, date="2009-02", venue="On Lamps",
        pmid="3", kind="chapter", extra=(("editor", "Yu, B"), ("publisher", "Lamp Press")), line=1,
    )  # fmt: skip
    assert isinstance(book, Record)
    assert (book.title, book.venue, book.kind) == ("On Lamps", None, "book")


def test_every_field_of_a_jats_article_is_read() -> None:
    assert outcome(JATS) == [
        Record(
            title="Lamps: A trial",
            abstract="Aim: We study lamps. Results: They help. Much.",
            authors=("van der Berg, Bo", "Lamp Group"),
            affiliations=("University of Lamps",),
            year=2012,
            venue="Lamps Today",
            doi="10.1000/jats.1",
            pmid="77",
            keywords=("light",),
            kind="article-journal",
            extra=(
                ("editor", "Lee"),
                ("issn", "1234-5678"),
                ("langid", "en"),
                ("pages", "12-19"),
                ("pmcid", "PMC88"),
            ),
            line=2,
        )
    ]


@pytest.mark.parametrize(
    ("stated", "year", "date"),
    [
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", 1998, "1998-12"),
        ("<MedlineDate>Spring 1999</MedlineDate>", 1999, None),
        ("<Year>2013</Year><Season>Spring</Season>", 2013, None),
        ("<Year>2013</Year><Month>02</Month>", 2013, "2013-02"),
        ("", None, None),
    ],
)
def test_dates_are_read_as_exactly_as_they_are_stated(
    stated: str, year: int | None, date: str | None
) -> None:
    issue = f"<Journal><JournalIssue><PubDate>{stated}</PubDate></JournalIssue></Journal>"
    [record] = outcome(NEXT.replace("<ArticleTitle>", issue + "<ArticleTitle>"))

    assert isinstance(record, Record)
    assert (record.year, record.date) == (year, date)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("<PubmedArticle><a><b></a></PubmedArticle>",
         "not well-formed XML: Opening and ending tag mismatch: b and a"),
        ("<PubmedArticle><a>",
         "not closed before the next record begins, with neither title nor abstract"),
        ("<PubmedArticle></PubmedArticle>", "neither title nor abstract"),
        ("<PubmedArticle/>",
         "not closed before the next record begins, with neither title nor abstract"),
        ("<PubmedArticle>" + "<i>" * 5000 + "</i>" * 5000 + "</PubmedArticle>",
         "not well-formed XML: Excessive depth in document: 2048, use XML_PARSE_HUGE option"),
    ],
)  # fmt: skip
def test_a_broken_article_costs_that_article(broken: str, reason: str) -> None:
    text = f"<PubmedArticleSet>\n{NEXT}{broken}\n{NEXT}</PubmedArticleSet>"

    assert told(text) == [(2, "Next"), (3, reason), (4, "Next")]


def test_a_file_that_is_cut_off_keeps_what_came_before_and_what_is_there_of_the_last() -> None:
    assert told(ARTICLE + NEXT[:-60]) == [
        (4, "Lamps in libraries at 10^3 lux \u2013 a trial."),
        (49, "Next"), (49, "cut off: it has no end"),
    ]  # fmt: skip


def test_of_an_article_that_ends_where_the_next_begins_what_is_there_is_a_record() -> None:
    begun = NEXT.partition("</ArticleTitle>")[0]

    assert told(f"{begun}\n{NEXT}") == [
        (1, "Next"), (1, "not closed before the next record begins"), (2, "Next"),
    ]  # fmt: skip


def test_an_article_titled_as_its_book_is_the_book() -> None:
    [found] = outcome(BOOK.replace("Wicks", "On lamps."))

    assert isinstance(found, Record)
    assert (found.title, found.venue, found.kind) == ("On Lamps", None, "book")


def test_whom_an_article_is_about_is_no_author() -> None:
    subject = (
        "<PersonalNameSubjectList><PersonalNameSubject><LastName>Hale</LastName><ForeName>Max"
        "</ForeName></PersonalNameSubject></PersonalNameSubjectList></MedlineCitation>"
    )
    [found] = outcome(NEXT.replace("</MedlineCitation>", subject))

    assert isinstance(found, Record)
    assert (found.authors, found.extra) == ((), (("medline-PS", "Hale, Max"),))


def test_several_articles_on_a_line_and_several_documents_in_a_file_are_read() -> None:
    one_line = f"<PubmedArticleSet>{NEXT.strip()}{NEXT.strip()}</PubmedArticleSet>\n"

    assert told(f'<?xml version="1.0"?>{one_line}' * 2) == [
        (1, "Next"), (1, "Next"), (2, "Next"), (2, "Next"),
    ]  # fmt: skip


def test_references_that_are_not_of_xml_are_read_as_html_means_them_and_never_as_controls() -> None:
    stated = "caf&eacute; AT&T &alpha; &made_up; &unknown; &#27;[31m &#x202e; &lt;"

    assert told(NEXT.replace("Next", stated)) == [
        (1, "caf\u00e9 AT&T \u03b1 &made_up; &unknown; [31m <")
    ]


def test_a_prefix_that_nobody_declared_is_no_error() -> None:
    assert told(NEXT.replace("Next", "<mml:x>Next</mml:x>")) == [(1, "Next")]


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "lol">\n<!ENTITY b "&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;',
    ],
)
def test_a_file_that_declares_entities_is_refused(declared: str) -> None:
    text = f"<!DOCTYPE PubmedArticleSet [\n{declared}\n]>\n<PubmedArticleSet>{NEXT}"

    assert told(text) == [
        (2, "the file declares entities of its own, which are never read: refused")
    ]


def test_a_field_of_ten_megabytes_is_read_in_time() -> None:
    started = time.perf_counter()
    abstract = "<Abstract><AbstractText>" + "lamp " * 2_000_000 + "</AbstractText></Abstract>"
    [record] = outcome(NEXT.replace("</Article>", abstract + "</Article>"))

    assert isinstance(record, Record)
    assert len(record.abstract) == 9_999_999
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (ARTICLE, True),
        (BOOK, True),
        (JATS, True),
        (NEXT, True),
        ("<results>\n" + NEXT, True),
        ("<article><title>DocBook</title></article>", False),
        ("<html><body><article>dtd-version</article></body></html>", False),
        ("See <PubmedArticle> in the manual", False),
        ("<feed></feed>", False),
        ("", False),
    ],
)
def test_a_file_is_recognised_by_its_elements(head: str, recognised: bool) -> None:
    assert looks_like(head) is recognised


PIECES = st.sampled_from(
    [*ARTICLE.split("\n"), *JATS.split("\n"), NEXT, "<PubmedArticle>", "</PubmedArticle>",
     "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "&", "&#", 'xmlns="a"', "<article", ">"]
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(PIECES | st.text(max_size=20), max_size=30), st.sampled_from(["\n", ""]))
def test_whatever_the_text_it_is_records_and_failures(pieces: list[str], between: str) -> None:
    for found in outcome(between.join(pieces)):
        assert isinstance(found, Failure) or found.title or found.abstract


def test_every_article_in_real_files_is_a_record_or_a_failure() -> None:
    folder = shared("eval", "bib")
    files = [*folder.rglob("*.nxml"), *folder.rglob("Medline*.xml"), *folder.rglob("pubmed-*.xml")]
    for path in sorted(files):
        text = "\n".join(line.text for line in TextFile(path).lines())
        if not looks_like(text[:60_000]):
            continue
        seen = text.count("<PubmedArticle>") + text.count("<PubmedBookArticle>")

        assert len(list(Source(path).read())) == (seen or 1), path.name


def test_a_title_in_the_papers_own_language_is_kept_beside_the_one_in_english() -> None:
    text = (
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article>"
        "<ArticleTitle>[Lamps.]</ArticleTitle><VernacularTitle>Lampen.</VernacularTitle>"
        "</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )
    [found] = read([Line(1, text)], "x.xml")

    assert isinstance(found, Record)
    assert found.extra == (("origtitle", "Lampen."),)
