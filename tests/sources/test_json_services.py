import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.sources.jsonl import read
from ragassist.sources.lines import Line
from ragassist.types import Failure, Record
from tests.sources.texts import json_values, only_record

OPENALEX: dict[str, Any] = {
    "id": "https://openalex.org/W42",
    "doi": "https://doi.org/10.1000/LAMPS",
    "title": "Lamps for <i>readers</i>",
    "display_name": "Lamps for readers",
    "publication_year": 2020,
    "publication_date": "2020-05-01",
    "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/123", "pmcid": "https://x/pmc/articles/77"},
    "language": "en",
    "type": "article",
    "is_retracted": True,
    "primary_location": {
        "landing_page_url": "https://doi.org/10.1000/lamps",
        "source": {"display_name": "J of Lamps", "type": "journal", "issn_l": "1234-5678"},
    },
    "locations": [{"landing_page_url": "http://arxiv.org/abs/2005.00001"}],
    "authorships": [
        {"author": {"display_name": "Ann Lee"}, "institutions": [{"display_name": "U of Rome"}]},
        {"author": {}, "raw_author_name": "B. Yu", "institutions": [{"display_name": "U of Rome"}]},
    ],
    "is_authors_truncated": True,
    "biblio": {"volume": "3", "issue": "4", "first_page": "5", "last_page": "9"},
    "topics": [{"display_name": "Optics"}, {"display_name": "Reading"}],
    "concepts": [{"display_name": "Physics", "score": 0.9}],
    "keywords": [{"display_name": "Lamp"}, {"display_name": "Light"}],
    "abstract_inverted_index": {"We": [0], "study": [1, 4], "lamps,": [2], "and": [3], "it.": [5]},
    "referenced_works": ["https://openalex.org/W1"],
}
SEMANTIC_SCHOLAR: dict[str, Any] = {
    "paperId": "abc123",
    "externalIds": {"DOI": "10.1000/Lamps", "ArXiv": "2005.00001", "PubMed": "123", "CorpusId": 9,
                    "MAG": "5", "PubMedCentral": "77"},
    "title": "Lamps for readers",
    "abstract": "We study lamps.",
    "tldr": {"model": "v2", "text": "Lamps are good."},
    "authors": [{"authorId": "1", "name": "Ann Lee"}, {"authorId": None, "name": "Bo Yu"}],
    "year": 2020,
    "venue": "Conf of Lamps",
    "publicationDate": "2020-05-01",
    "publicationTypes": ["JournalArticle", "Conference"],
    "journal": {"name": "Proc", "volume": "3", "pages": "5-9"},
    "fieldsOfStudy": ["Computer Science"],
    "url": "https://www.semanticscholar.org/paper/abc123",
}  # fmt: skip
CROSSREF: dict[str, Any] = {
    "DOI": "10.1000/LAMPS",
    "type": "proceedings-article",
    "title": ["Lamps"],
    "subtitle": ["Light for readers"],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>We study lamps.</jats:p>",
    "author": [
        {"given": "Ann", "family": "Lee", "affiliation": [{"name": "U of Rome"}]},
        {"name": "Lamp Group"},
    ],
    "issued": {"date-parts": [[2020]]},
    "published-online": {"date-parts": [[2020, 5, 1]]},
    "container-title": ["Proc of Lamps", "Lecture Notes"],
    "publisher": "Lamp Press",
    "page": "5-9",
    "ISSN": ["1234-5678", "8765-4321"],
    "URL": "https://doi.org/10.1000/lamps",
    "reference-count": 7,
    "updated-by": [{"type": "retraction", "DOI": "10.1000/notice"}],
}
ARXIV: dict[str, Any] = {
    "id": "2005.00001",
    "submitter": "Ann Lee",
    "authors": "Ann Lee, Bo Yu and Jan van der Berg Jr",
    "title": "Lamps for\n  readers",
    "comments": "5 pages",
    "journal-ref": "J. Lamps 3 (2020) 5-9",
    "doi": "10.1000/lamps",
    "report-no": None,
    "categories": "cs.HC physics.optics",
    "abstract": "  We study\nlamps.\n",
    "versions": [
        {"version": "v1", "created": "Fri, 1 May 2020 19:18:42 GMT"},
        {"version": "v2", "created": "Mon, 4 Jan 2021 10:00:00 GMT"},
    ],
    "update_date": "2021-01-05",
    "authors_parsed": [
        ["Lee", "Ann", ""],
        ["Yu", "Bo", "", "U of Rome"],
        ["van Berg", "Jan", "Jr"],
    ],
}
ZOTERO: dict[str, Any] = {
    "key": "ABCD1234",
    "itemType": "preprint",
    "title": "Lamps",
    "abstractNote": "We study lamps.",
    "creators": [
        {"creatorType": "author", "firstName": "Ann", "lastName": "Lee"},
        {"creatorType": "author", "name": "Lamp Group"},
        {"creatorType": "editor", "firstName": "Bo", "lastName": "Yu"},
    ],
    "date": "2020-05",
    "repository": "arXiv",
    "archiveID": "arXiv:2005.00001",
    "url": "http://arxiv.org/abs/2005.00001",
    "extra": "Citation Key: lee2020lamps\nGood.",
    "tags": [{"tag": "to read"}, {"tag": "Optics", "type": 1}],
    "collections": ["XYZ"],
}


def found(stated: dict[str, Any]) -> Record | Failure:
    [outcome] = list(read([Line(1, json.dumps(stated))], "refs.jsonl"))
    return outcome


def record(stated: dict[str, Any]) -> Record:
    return only_record([found(stated)])


def test_a_work_of_openalex_is_read_with_its_abstract_put_together() -> None:
    assert record(OPENALEX) == Record(
        title="Lamps for readers",
        abstract="We study lamps, and study it.",
        authors=("Ann Lee", "B. Yu"),
        authors_truncated=True,
        affiliations=("U of Rome",),
        year=2020,
        date="2020-05-01",
        venue="J of Lamps",
        doi="10.1000/lamps",
        arxiv_id="2005.00001",
        pmid="123",
        url="https://doi.org/10.1000/lamps",
        categories=("Optics", "Reading"),
        keywords=("Lamp", "Light"),
        kind="article-journal",
        retracted=True,
        extra=(
            ("issn", "1234-5678"),
            ("langid", "en"),
            ("number", "4"),
            ("openalex", "W42"),
            ("pages", "5-9"),
            ("pmcid", "PMC77"),
            ("volume", "3"),
        ),
        line=1,
    )


@pytest.mark.parametrize(
    ("index", "abstract"),
    [
        ({"b": [5], "a": [2]}, "a b"),
        ({"a": [0], "b": "1", "c": [True, -1, 10**9, None]}, "a"),
        ({"<i>a</i>": [0], "\u202eb": [1]}, "a b"),
        (None, ""),
        (["a"], ""),
    ],
)
def test_an_inverted_index_is_read_as_far_as_it_is_one(index: object, abstract: str) -> None:
    assert record({**OPENALEX, "abstract_inverted_index": index}).abstract == abstract


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"type": "book-chapter"}, "chapter"),
        ({"type": "preprint"}, "article"),
        ({"type": "article", "primary_location": None}, "article-journal"),
        (
            {"type": "article", "primary_location": {"raw_type": "proceedings-article"}},
            "paper-conference",
        ),
        ({"type": "review", "type_crossref": "proceedings-article"}, "paper-conference"),
        ({"primary_location": {"source": {"type": "repository"}}}, "article"),
        ({"type": "paratext"}, None),
    ],
)
def test_the_kind_of_a_work_is_told_by_its_place(changed: dict[str, Any], kind: str | None) -> None:
    assert record({**OPENALEX, **changed}).kind == kind


def test_without_topics_the_concepts_that_were_assigned_are_the_categories() -> None:
    concepts = [{"display_name": "Physics", "score": 0.5}, {"display_name": "Art", "score": 0.0}]

    assert record({**OPENALEX, "topics": [], "concepts": concepts}).categories == ("Physics",)


def test_a_paper_of_semantic_scholar_is_read_without_what_a_model_wrote() -> None:
    assert record(SEMANTIC_SCHOLAR) == Record(
        title="Lamps for readers",
        abstract="We study lamps.",
        authors=("Ann Lee", "Bo Yu"),
        year=2020,
        date="2020-05-01",
        venue="Conf of Lamps",
        doi="10.1000/lamps",
        arxiv_id="2005.00001",
        pmid="123",
        url="https://www.semanticscholar.org/paper/abc123",
        categories=("Computer Science",),
        kind="paper-conference",
        extra=(
            ("corpusid", "9"),
            ("mag", "5"),
            ("pages", "5-9"),
            ("pmcid", "PMC77"),
            ("s2", "abc123"),
            ("volume", "3"),
        ),
        line=1,
    )
    assert record({**SEMANTIC_SCHOLAR, "abstract": None}).abstract == ""
    assert record({**SEMANTIC_SCHOLAR, "venue": "arXiv.org"}).kind == "article"


def test_the_lower_case_names_of_its_data_sets_are_understood() -> None:
    stated = {
        "corpusid": 9,
        "externalids": {"DOI": "10.1000/x"},
        "title": "Lamps",
        "publicationdate": "2020-05-01",
        "s2fieldsofstudy": [{"category": "Art", "source": "s2"}],
    }

    assert record(stated) == Record(
        title="Lamps",
        year=2020,
        date="2020-05-01",
        doi="10.1000/x",
        categories=("Art",),
        extra=(("corpusid", "9"),),
        line=1,
    )


def test_a_cited_paper_is_the_paper_in_it() -> None:
    assert record({"isInfluential": True, "citedPaper": SEMANTIC_SCHOLAR}).doi == "10.1000/lamps"


def test_a_work_of_crossref_is_read() -> None:
    assert record(CROSSREF) == Record(
        title="Lamps: Light for readers",
        abstract="We study lamps.",
        authors=("Lee, Ann", "Lamp Group"),
        affiliations=("U of Rome",),
        year=2020,
        date="2020-05-01",
        venue="Proc of Lamps",
        doi="10.1000/lamps",
        url="https://doi.org/10.1000/lamps",
        kind="paper-conference",
        retracted=True,
        extra=(("issn", "1234-5678"), ("pages", "5-9"), ("publisher", "Lamp Press")),
        line=1,
    )


@pytest.mark.parametrize(
    ("changed", "retracted"),
    [
        ({}, False),
        ({"title": ["RETRACTED: Lamps"]}, True),
        ({"title": ["RETRACTED ARTICLE: Lamps"]}, True),
        ({"title": ["[Retracted] Lamps"]}, True),
        ({"title": ["Retracted papers: a survey"]}, False),
        ({"title": ["Retraction notice to: Lamps"]}, False),
        ({"relation": {"is-retracted-by": [{"id": "10.1/x"}]}}, True),
        ({"updated-by": [{"type": "correction"}]}, False),
        ({"update-to": [{"type": "retraction", "DOI": "10.1000/other"}]}, False),
    ],
)
def test_a_work_is_retracted_where_crossref_says_so_and_its_notice_is_not(
    changed: dict[str, Any], retracted: bool
) -> None:
    assert record({**CROSSREF, "updated-by": None, **changed}).retracted is retracted


def test_headings_within_an_abstract_are_labels_and_the_one_over_it_is_nothing() -> None:
    written = (
        "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title><jats:p>We study."
        "</jats:p></jats:sec><jats:sec><jats:title>Results:</jats:title><jats:p>All.</jats:p></jats:sec>"
    )

    assert record({**CROSSREF, "abstract": written}).abstract == "Aim: We study. Results: All."


def test_the_server_of_a_preprint_is_its_venue() -> None:
    changed = {
        "type": "posted-content",
        "container-title": [],
        "institution": [{"name": "bioRxiv"}],
    }
    found = record({**CROSSREF, "event": None, **changed})

    assert (found.kind, found.venue) == ("article", "bioRxiv")


def test_a_notice_says_what_it_retracts() -> None:
    notice = {**CROSSREF, "update-to": [{"type": "retraction", "DOI": "10.1000/Other"}]}

    assert ("update-to", "retraction 10.1000/other") in record(notice).extra


def test_an_entry_of_the_arxiv_dump_is_dated_by_its_first_version() -> None:
    assert record(ARXIV) == Record(
        title="Lamps for readers",
        abstract="We study lamps.",
        authors=("Lee, Ann", "Yu, Bo", "van Berg, Jr, Jan"),
        year=2020,
        date="2020-05-01",
        venue="J. Lamps 3 (2020) 5-9",
        doi="10.1000/lamps",
        arxiv_id="2005.00001",
        url="https://arxiv.org/abs/2005.00001",
        categories=("cs.HC", "physics.optics"),
        kind="article",
        extra=(("note", "5 pages"),),
        line=1,
    )


@pytest.mark.parametrize(
    ("changed", "date"),
    [
        ({"versions": []}, "2020-05"),
        ({"versions": [{"created": "some day"}]}, "2020-05"),
        ({"versions": [{"created": "Fri, 1 99 2020"}]}, "2020-05"),
        ({"versions": None, "id": "cs/0601001"}, None),
    ],
)
def test_without_versions_the_id_tells_the_month(changed: dict[str, Any], date: str | None) -> None:
    assert record({**ARXIV, **changed}).date == date


def test_authors_that_are_not_parsed_are_parted() -> None:
    assert record({**ARXIV, "authors_parsed": None}).authors == (
        "Ann Lee",
        "Bo Yu",
        "Jan van der Berg Jr",
    )


@pytest.mark.parametrize("wrapped", [False, True])
def test_an_item_of_zotero_keeps_its_users_tags_apart_from_keywords(wrapped: bool) -> None:
    stated = {"key": "ABCD1234", "library": {}, "data": ZOTERO} if wrapped else ZOTERO

    assert record(stated) == Record(
        key="lee2020lamps",
        title="Lamps",
        abstract="We study lamps.",
        authors=("Lee, Ann", "Lamp Group"),
        year=2020,
        date="2020-05",
        venue="arXiv",
        arxiv_id="2005.00001",
        url="http://arxiv.org/abs/2005.00001",
        keywords=("Optics",),
        tags=("to read",),
        kind="article",
        extra=(("editor", "Yu, Bo"), ("note", "Good."), ("zotero", "ABCD1234")),
        line=1,
    )


@pytest.mark.parametrize("kind", ["note", "attachment", "annotation"])
def test_what_zotero_keeps_beside_works_is_expected_to_be_no_paper(kind: str) -> None:
    for stated in (
        {"itemType": kind, "title": "PDF"},
        {"data": {"itemType": kind, "title": "PDF"}},
    ):
        outcome = found(stated)

        assert isinstance(outcome, Failure)
        assert (outcome.reason, outcome.expected) == ("a note or a file, no paper", True)


VALUES = json_values(
    st.text(max_size=6)
    | st.sampled_from(["2020-05-01", "10.1000/x", "Fri, 1 May 2020", "arXiv:2301.00001"]),
    ["name", "title", "family", "author", "display_name", "date-parts"],
    most=5,
)


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from([OPENALEX, SEMANTIC_SCHOLAR, CROSSREF, ARXIV, ZOTERO]).flatmap(
        lambda stated: st.tuples(
            st.just(stated), st.dictionaries(st.sampled_from(sorted(stated)), VALUES, max_size=6)
        )
    )
)
def test_whatever_stands_under_its_names_an_object_is_papers_and_failures(
    changed: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    stated = {**changed[0], **changed[1]}
    for outcome in read([Line(1, json.dumps(stated))], "refs.jsonl"):
        if isinstance(outcome, Record):
            assert outcome.title or outcome.abstract
            assert all(isinstance(value, str) and value for _, value in outcome.extra)
            for text in (outcome.title, outcome.abstract, *outcome.authors, outcome.venue or ""):
                text.encode()
