import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.sources.csl_json import read
from ragassist.sources.lines import Line
from ragassist.types import Failure, Record
from tests.sources.texts import json_values, only_record


def items(*stated: dict[str, object]) -> list[Record | Failure]:
    return list(read([Line(1, json.dumps(list(stated)))], "refs.json"))


def item(**stated: object) -> Record:
    names = {name.replace("_", "-"): value for name, value in stated.items()}
    return only_record(items({"title": "Lamps", "container-title": "J", **names}))


def test_every_variable_is_read_into_its_field() -> None:
    stated = {
        "id": "lee2020lamps",
        "type": "article-journal",
        "title": 'Lamps for <i>readers</i> of <span class="nocase">eBooks</span>',
        "abstract": "<jats:p>We study lamps &amp; light.</jats:p>",
        "author": [
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"},
            {"family": "La Fontaine", "given": "Jean", "dropping-particle": "de"},
            {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
            {"literal": "Lamp Consortium"},
        ],
        "issued": {"date-parts": [["2020", 5, "1"]], "season": 2},
        "container-title": "Journal of Lamps",
        "DOI": "https://doi.org/10.1000/LAMPS",
        "PMID": "1234567",
        "URL": "https://example.org/lamps",
        "keyword": "lamps, readers",
        "volume": 3,
        "issue": "4",
        "page": "5-9",
        "number": "e77",
        "publisher": "Lamp Press",
        "publisher-place": "Rome",
        "ISSN": "1234-5678",
        "language": "en",
        "editor": [{"family": "Yu", "given": "Bo"}, {"literal": "The Board"}],
        "accessed": {"date-parts": [[2021, 2, 3]]},
        "call-number": "Q 3",
        "note": "Read twice.\nCitation Key: other\nPMCID: PMC99\narXiv:2005.00001v2 [cs.CL]\n"
        "tex.shortauthor: Lamps",
        "custom": {"colour": "red"},
    }

    assert items(stated) == [
        Record(
            key="other",
            title="Lamps for readers of eBooks",
            abstract="We study lamps & light.",
            authors=(
                "van der Berg, Jan",
                "La Fontaine, Jean de",
                "King, Jr., Martin Luther",
                "Lamp Consortium",
            ),
            year=2020,
            date="2020-05-01",
            venue="Journal of Lamps",
            doi="10.1000/lamps",
            arxiv_id="2005.00001",
            pmid="1234567",
            url="https://example.org/lamps",
            keywords=("lamps", "readers"),
            kind="article-journal",
            extra=(
                ("call-number", "Q 3"),
                ("colour", "red"),
                ("editor", "Yu, Bo and The Board"),
                ("eid", "e77"),
                ("issn", "1234-5678"),
                ("langid", "en"),
                ("location", "Rome"),
                ("note", "Read twice."),
                ("number", "4"),
                ("pages", "5-9"),
                ("pmcid", "PMC99"),
                ("publisher", "Lamp Press"),
                ("shortauthor", "Lamps"),
                ("urldate", "2021-02-03"),
                ("volume", "3"),
            ),
            line=1,
        )
    ]


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        ({"id": "a"}, "a"),
        ({"id": 7}, "7"),
        ({"id": "a", "citation_key": "b"}, "b"),
        ({"id": "a", "citekey": "c"}, "c"),
        ({"id": "a", "note": "bibtex: d"}, "d"),
        ({"id": "http://zotero.org/users/1/items/ABC"}, None),
        ({"id": ["a"]}, None),
        ({}, None),
    ],
)
def test_the_key_is_the_one_a_person_chose(stated: dict[str, object], key: str | None) -> None:
    assert item(**stated).key == key


@pytest.mark.parametrize(
    ("issued", "year", "date"),
    [
        ({"date-parts": [[2019]]}, 2019, None),
        ({"date-parts": [[2019, 3]]}, 2019, "2019-03"),
        ({"date-parts": [[2019, 3, 5], [2019, 4, 1]]}, 2019, "2019-03-05"),
        ({"date-parts": [[2019, 13, 5]]}, 2019, None),
        ({"date-parts": [[2019, 2, 99]]}, 2019, "2019-02"),
        ({"date-parts": [[None]]}, None, None),
        ({"date-parts": 2019}, None, None),
        ({"date-parts": [["x"]]}, None, None),
        ({"raw": "2019-03-05"}, 2019, "2019-03-05"),
        ({"raw": "March 2019"}, 2019, None),
        ({"literal": "in press"}, None, None),
        ({"season": 1}, None, None),
        ("2019-03", 2019, "2019-03"),
        (2019, 2019, None),
        ([2019], None, None),
        (True, None, None),
    ],
)
def test_dates_are_taken_in_every_form_and_never_guessed(
    issued: object, year: int | None, date: str | None
) -> None:
    record = item(issued=issued)

    assert (record.year, record.date) == (year, date)


@pytest.mark.parametrize(
    ("author", "names", "truncated"),
    [
        ([{"family": "Lee", "given": "Ann"}], ("Lee, Ann",), False),
        ([{"family": "King", "given": "Martin Luther, Jr."}], ("King, Jr., Martin Luther",), False),
        ([{"family": "Lee"}, {"given": "Plato"}, {"name": "WHO"}], ("Lee", "Plato", "WHO"), False),
        ([{"family": "Lee", "given": "Ann"}, {"literal": "others"}], ("Lee, Ann",), True),
        ([{"family": "Lee"}, "Bo Yu", {}, None, 7], ("Lee", "Bo Yu"), False),
        ({"family": "Lee", "given": "Ann"}, ("Lee, Ann",), False),
        ("Ann Lee and Bo Yu", ("Ann Lee", "Bo Yu"), False),
        (7, (), False),
    ],
)
def test_authors_are_names_in_order(
    author: object, names: tuple[str, ...], truncated: bool
) -> None:
    record = item(author=author)

    assert (record.authors, record.authors_truncated) == (names, truncated)


@pytest.mark.parametrize(
    ("stated", "arxiv_id"),
    [
        ({"number": "arXiv:2301.00001"}, "2301.00001"),
        ({"URL": "http://arxiv.org/abs/2301.00001v3"}, "2301.00001"),
        ({"URL": "https://arxiv.org/pdf/cs/0601001.pdf"}, "cs/0601001"),
        ({"URL": "https://example.org/2301.00001"}, None),
        ({"number": "2301.00001"}, None),
        ({"custom": {"arxiv_id": "2301.00001"}}, "2301.00001"),
    ],
)
def test_an_arxiv_id_is_one_that_says_so(stated: dict[str, object], arxiv_id: str | None) -> None:
    assert item(**stated).arxiv_id == arxiv_id


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ("paper-conference", "paper-conference"),
        ("journal-article", "article-journal"),
        ("posted-content", "article"),
        ("no such type", None),
        (7, None),
    ],
)
def test_the_kind_is_one_of_csl(stated: object, kind: str | None) -> None:
    assert item(type=stated).kind == kind


@pytest.mark.parametrize(
    ("stated", "keywords"),
    [
        ({"keyword": "a, b"}, ("a", "b")),
        ({"keyword": "Models, Biological; Light"}, ("Models, Biological", "Light")),
        ({"keyword": ["a, b", "c"]}, ("a, b", "c")),
        ({"keyword": "a, b", "custom": {"keywords": ["a, b"]}}, ("a, b",)),
    ],
)
def test_keywords_keep_their_commas_where_something_else_parts_them(
    stated: dict[str, object], keywords: tuple[str, ...]
) -> None:
    assert item(**stated).keywords == keywords


def test_what_ragassist_exports_under_custom_comes_back() -> None:
    custom = {"tags": ["to read"], "categories": ["a, b"], "affiliations": ["U"], "retracted": True}
    record = item(custom={**custom, "date": "--01-09"})

    assert (record.tags, record.categories, record.affiliations) == (
        ("to read",),
        ("a, b",),
        ("U",),
    )
    assert (record.retracted, record.date, record.year) == (True, "--01-09", None)


NAMES = [
    "id", "type", "title", "author", "editor", "issued", "accessed", "container-title", "DOI",
    "PMID", "URL", "keyword", "note", "custom", "number", "page", "ISSN", "abstract", "citekey",
]  # fmt: skip
VALUES = json_values(
    st.text(max_size=6)
    | st.sampled_from(["2020-05", "tex.a: b\nPMID: 1", "10.1000/x", "others", "\x1b[31mred"]),
    ["family", "given", "literal", "suffix", "date-parts", "raw", "tags"],
)


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8))
def test_whatever_an_item_states_it_is_a_record_or_a_failure(stated: dict[str, object]) -> None:
    [found] = items({**stated, "publisher-place": "Rome"})
    if isinstance(found, Record):
        assert found.title or found.abstract
        assert all(isinstance(value, str) and value for _, value in found.extra)
        for text in (found.title, found.abstract, found.key or "", *found.authors):
            text.encode()
            assert "\x1b" not in text


@pytest.mark.parametrize(
    ("issued", "year", "stated"),
    [
        ({"literal": "in press"}, None, "in press"),
        ({"raw": "circa 1999"}, 1999, "circa 1999"),
        ({"raw": "2019-03-05"}, 2019, None),
        ({"date-parts": [[2000], [2001]]}, 2000, "2000/2001"),
        ({"date-parts": [[2000, 3], [2001, 4, 2]]}, 2000, "2000-03/2001-04-02"),
        ({"date-parts": [[2000], [2000]]}, 2000, None),
        ({"date-parts": [[2000]], "season": "2"}, 2000, "2000-22"),
        ({"date-parts": [[2000]], "circa": True}, 2000, "2000~"),
    ],
)
def test_what_a_date_says_beyond_its_year_is_kept_as_stated(
    issued: dict[str, object], year: int | None, stated: str | None
) -> None:
    found = item(issued=issued)

    assert (found.year, dict(found.extra).get("date")) == (year, stated)


def test_the_words_of_a_day_of_access_are_kept() -> None:
    assert item(accessed={"raw": "last May"}).extra == (("urldate", "last May"),)


def test_what_is_no_identifier_is_kept_and_so_is_a_second_doi() -> None:
    assert item(DOI="in preparation", PMID="soon").extra == (
        ("doi", "in preparation"), ("pmid", "soon"),
    )  # fmt: skip
    assert item(DOI="10.1000/a 10.1000/b").extra == (("otherdoi", "10.1000/b"),)


def test_keywords_in_a_list_may_hold_commas() -> None:
    assert item(keyword=["light, dark", "ink"]).keywords == ("light, dark", "ink")
