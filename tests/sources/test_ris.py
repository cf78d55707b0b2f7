import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.sources.lines import Line, TextFile
from ragassist.sources.reading import Source
from ragassist.sources.ris import looks_like, read
from ragassist.types import Failure, Record
from tests.shared_data import shared
from tests.sources.texts import lines_of, records_of

FULL = """TY  - JOUR
ID  - lee2020lamps
TI  - Lamps for Readers
AU  - Lee, Ann
AU  - van der Berg,Bo
PY  - 2020/05/01/
DA  - 2020
JF  - Journal of Lamps
JA  - J. Lamps
T2  - Journal of Lamps
VL  - 3
IS  - 2
SP  - 101
EP  - 9
DO  - https://doi.org/10.1000/LAMPS.1
UR  - https://example.org/lamps
SN  - 1234-5678
PB  - Lamp Press
LA  - en
KW  - lamps; *light
KW  - readers
AD  - University of Lamps
AB  - We study <i>lamps</i>.
They help.
N1  - Read twice
ZZ  - one
ZZ  - two
ER  -
"""


def outcome(text: str) -> list[Record | Failure]:
    return list(read(lines_of(text), "refs.ris"))


def papers(text: str) -> list[Record]:
    return records_of(outcome(text))


def paper(*fields: str, kind: str = "JOUR") -> Record:
    [record] = papers("\n".join((f"TY  - {kind}", "TI  - Lamps", *fields, "ER  - ")))
    return record


def test_every_field_is_read_from_its_tag() -> None:
    assert outcome(FULL) == [
        Record(
            key="lee2020lamps",
            title="Lamps for Readers",
            abstract="We study lamps. They help.",
            authors=("Lee, Ann", "van der Berg, Bo"),
            affiliations=("University of Lamps",),
            year=2020,
            date="2020-05-01",
            venue="Journal of Lamps",
            doi="10.1000/lamps.1",
            url="https://example.org/lamps",
            keywords=("lamps", "light", "readers"),
            kind="article-journal",
            extra=(
                ("issn", "1234-5678"),
                ("langid", "en"),
                ("note", "Read twice"),
                ("number", "2"),
                ("pages", "101-109"),
                ("publisher", "Lamp Press"),
                ("ris-ZZ", "one; two"),
                ("shortjournal", "J. Lamps"),
                ("volume", "3"),
            ),
            line=1,
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - One\nER  - \n\nTY  - JOUR\nTI  - Two\nER  - \n",
        "TY - JOUR\nTI - One\nER - \nTY - JOUR\nTI - Two\nER -\n",
        "TY- JOUR\nTI- One\nER-\nTY- JOUR\nTI- Two\nER-\n",
        "TY  -JOUR\nTI  -One\nER  -\nTY  -JOUR\nTI  -Two\nER  -\n",
        "TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\n",
        "TI  - One\nAU  - Lee\nER  - \nTY  - JOUR\nTI  - Two\nER  - ",
        "TI  - One\nAU  - Lee\n\nTI  - Two\nAU  - Yu\n",
        "1.\nTY  - JOUR\nTI  - One\nER  - kept\n2.\nTY  - JOUR\nTI  - Two\nER  - \n",
        "  TY  - JOUR\n  TI  - One\n  ER  - \n  TY  - JOUR\n  TI  - Two\n  ER  - \n",
        "TY  \u2013 JOUR\nTI  \u2013 One\nER  \u2013\nTY  \u2013 JOUR\nTI  \u2013 Two\n",
    ],
)
def test_both_records_are_found_in_every_dialect(text: str) -> None:
    assert looks_like(text)
    assert [record.title for record in papers(text)] == ["One", "Two"]


def test_a_line_of_an_abstract_that_looks_like_a_loose_tag_stays_in_the_abstract() -> None:
    record = paper("AB  - We use", "T1 - and T2-weighted images", "ER then more", "IS-A relations")

    assert record.abstract == "We use T1 - and T2-weighted images ER then more IS-A relations"


def test_text_between_records_is_one_expected_failure_a_stretch() -> None:
    found = outcome("Record #1 of 1\nProvider: us\n\nTY  - JOUR\nTI  - One\nER  - \nend\n")

    assert [(f.line, f.excerpt, f.expected) for f in found if isinstance(f, Failure)] == [
        (1, "Record #1 of 1", True),
        (7, "end", True),
    ]


def test_a_record_without_title_and_abstract_costs_itself() -> None:
    found = outcome("TY  - JOUR\nDO  - 10.1000/a\nER  - \nTY  - JOUR\nTI  - Two\nER  - ")

    assert found[0] == Failure(
        source="refs.ris", line=1, reason="neither title nor abstract", excerpt="TY - JOUR"
    )
    assert isinstance(found[1], Record)


@pytest.mark.parametrize(
    ("fields", "year", "date"),
    [
        (["PY  - 2019/03/01/"], 2019, "2019-03-01"),
        (["PY  - 2019/03//"], 2019, "2019-03"),
        (["PY  - 2019///"], 2019, None),
        (["PY  - 2019/00/00"], 2019, None),
        (["Y1  - 2015/october"], 2015, "2015-10"),
        (["PY  - 1 April 2016"], 2016, "2016-04-01"),
        (["PY  - 2019", "DA  - 2019-07-02"], 2019, "2019-07-02"),
        (["PY  - 2019", "DA  - 2018-07-02"], 2019, None),
        (["PY  - 2013/02/15/received", "PY  - 2013/04/18"], 2013, "2013-04-18"),
        (["Y2  - 2021/01/01"], None, None),
        (["PY  - 99"], None, None),
        (["PY  - in press"], None, None),
        (["PY  - 2019-02-31"], 2019, "2019-02"),
    ],
)
def test_dates_are_read_as_exactly_as_they_are_stated(
    fields: list[str], year: int | None, date: str | None
) -> None:
    record = paper(*fields)

    assert (record.year, record.date) == (year, date)


@pytest.mark.parametrize(
    ("fields", "names", "truncated"),
    [
        (["AU  - Lee, A.; Yu, B."], ("Lee, A.", "Yu, B."), False),
        (["A1  - Lee, A.", "AU  - Yu, B."], ("Lee, A.", "Yu, B."), False),
        (["AU  - Lee, A.", "A1  - Lee, A."], ("Lee, A.",), False),
        (["AU  - Wang, Y.", "AU  - Wang, Y."], ("Wang, Y.", "Wang, Y."), False),
        (["AU  - Lee, A.", "AU  - et al."], ("Lee, A.",), True),
        (["AU  - Lee, A. et al"], ("Lee, A.",), True),
        (["AU  - Lee, A.", "AU  - others"], ("Lee, A.",), True),
        (["AU  - Centre for Lamps"], ("Centre for Lamps",), False),
        (["A2  - Editor, E."], (), False),
    ],
)
def test_authors_are_names_in_order(
    fields: list[str], names: tuple[str, ...], truncated: bool
) -> None:
    record = paper(*fields)

    assert (record.authors, record.authors_truncated) == (names, truncated)


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        (["DO  - doi:10.1000/A(1)2."], "doi", "10.1000/a(1)2"),
        (["UR  - (https://dx.doi.org/10.1000%2Fa)"], "doi", "10.1000/a"),
        (["M3  - doi: 10.1000/a"], "doi", "10.1000/a"),
        (["DO  - none"], "doi", None),
        (["UR  - https://arxiv.org/abs/2301.00001v2"], "arxiv_id", "2301.00001"),
        (["JO  - arXiv preprint arXiv:cs.CL/0601001"], "arxiv_id", "cs.CL/0601001"),
        (["DO  - 10.48550/arXiv.2301.00001"], "arxiv_id", "2301.00001"),
        (["U1  - 123[pmid]"], "pmid", "123"),
        (["DB  - PubMed", "AN  - 123"], "pmid", "123"),
        (["UR  - https://pubmed.ncbi.nlm.nih.gov/123/"], "pmid", "123"),
        (["UR  - http://a.org; http://b.org"], "url", "http://a.org"),
        (["L1  - file.pdf", "L2  - http://b.org"], "url", "http://b.org"),
        (["ID  - 17"], "key", "17"),
        (["ID  - rayyan-17"], "key", None),
        (["DO  - 10.1000/a; 10.1000/b"], "doi", "10.1000/a"),
        (["L1  - internal-pdf://1/a.pdf", "L2  - file:///a.pdf"], "url", None),
        (["L1  - C:\\\\a//b.pdf"], "url", None),
        (["ID  - 17", "LB  - lee2020"], "key", "lee2020"),
        (["KW  - a, b, c, d"], "keywords", ("a", "b", "c", "d")),
        (["KW  - Models, Biological"], "keywords", ("Models, Biological",)),
        (["KW  - a", "b", "c"], "keywords", ("a", "b", "c")),
        (["JO  - J. Lamps", "T2  - Journal of Lamps"], "venue", "Journal of Lamps"),
        (["N2  - Short", "AB  - Short and long"], "abstract", "Short and long"),
        (["UR  - https://arxiv.org/abs/2301.00001"], "kind", "article"),
    ],
)
def test_identifiers_and_the_rest_are_normalised(
    fields: list[str], name: str, value: object
) -> None:
    assert getattr(paper(*fields), name) == value


@pytest.mark.parametrize(
    ("kind", "means"),
    [
        ("JOUR", "article-journal"), ("CONF", "paper-conference"), ("CHAP", "chapter"),
        ("BOOK", "book"), ("THES", "thesis"), ("RPRT", "report"), ("DATA", "dataset"),
        ("ELEC", "webpage"), ("Journal Article", "article-journal"), ("GEN", None), ("", None),
    ],
)  # fmt: skip
def test_types_are_those_of_csl(kind: str, means: str | None) -> None:
    assert paper(kind=kind).kind == means


def test_what_stands_second_is_the_series_of_a_book_and_the_venue_of_a_chapter() -> None:
    book = paper("T2  - Lamp Series", "ED  - Lee, A.", "ED  - Yu, B.", kind="BOOK")
    chapter = paper("T2  - Handbook of Lamps", "SN  - 978-1-4822-5326-9", kind="CHAP")

    assert (book.venue, book.extra) == (
        None, (("editor", "Lee, A. and Yu, B."), ("series", "Lamp Series")),
    )  # fmt: skip
    assert (chapter.venue, chapter.extra) == (
        "Handbook of Lamps", (("isbn", "978-1-4822-5326-9"),),
    )  # fmt: skip


def test_what_is_titled_as_retracted_is() -> None:
    [record] = papers("TY  - JOUR\nTI  - RETRACTED ARTICLE: Lamps\nER  - ")

    assert record.retracted
    assert not paper().retracted


@pytest.mark.parametrize(
    ("field", "extra"),
    [
        ("N1  - retracted: yes", ()),
        ("N1  - Retracted", ()),
        ("M3  - Retracted", (("ris-M3", "Retracted"),)),
    ],
)
def test_what_is_marked_as_retracted_is(field: str, extra: tuple[tuple[str, str], ...]) -> None:
    assert (paper(field).retracted, paper(field).extra) == (True, extra)
    assert not paper("N1  - retracted: no").retracted
    assert not paper("N1  - Not retracted").retracted


@pytest.mark.parametrize(
    ("field", "extra"),
    [
        ("DO  - in preparation", {"doi": "in preparation"}),
        ("DO  - n/a", {}),
        (
            "DO  - 10.1000/a; 10.1000/B, https://doi.org/10.1000/c",
            {"otherdoi": "10.1000/b 10.1000/c"},
        ),
        ("UR  - https://a.org; https://b.org/x", {"ris-UR": "https://b.org/x"}),
        ("ID  - rayyan-7", {"ids": "rayyan-7", "ris-ID": "rayyan-7"}),
    ],
)
def test_identifiers_without_a_field_are_kept(field: str, extra: dict[str, str]) -> None:
    assert dict(paper(field).extra) == extra


def test_identifiers_that_were_read_are_not_kept_twice() -> None:
    found = paper("AN  - arXiv:2301.00001v2", "U2  - 77[pmid]")

    assert (found.arxiv_id, found.pmid, found.extra) == (
        "2301.00001", "77", (),
    )  # fmt: skip


def test_a_preprint_is_told_by_its_server() -> None:
    assert paper("PB  - bioRxiv", kind="UNPB").kind == "article"
    assert paper("PB  - University of Lamps", kind="UNPB").kind == "manuscript"


def test_what_screening_tools_noted_is_a_tag() -> None:
    found = paper(
        "ID  - rayyan-123",
        "N1  - ASReview_relevant",
        'N1  - RAYYAN-INCLUSION: {"Bo"=>"Included"} | RAYYAN-LABELS: trial,ethics',
    )

    assert (found.key, found.tags) == (None, ("included", "trial", "ethics"))


def test_second_authors_are_editors_and_fourth_ones_of_a_book_translators() -> None:
    found = paper("AU  - Lee, Ann", "A2  - Yu, Bo", "A2  - Ng, C", "A4  - Hale, M", kind="BOOK")

    assert (found.authors, found.extra) == (
        ("Lee, Ann",), (("editor", "Yu, Bo and Ng, C"), ("translator", "Hale, M")),
    )  # fmt: skip


def test_numbers_of_serials_and_books_lose_what_says_which_they_are() -> None:
    found = paper("SN  - 12345678 (ISSN)", "SN  - 978-0-306-40615-7 (ISBN)")

    assert found.extra == (("isbn", "978-0-306-40615-7"), ("issn", "12345678"))


def test_of_two_abstracts_the_shorter_is_kept_beside_the_longer() -> None:
    found = paper("AB  - We study lamps", "N2  - Mine")

    assert (found.abstract, found.extra) == ("We study lamps", (("ris-N2", "Mine"),))


def test_a_second_title_is_kept_beside_the_first() -> None:
    assert paper("TI  - Lampen").extra == (("ris-TI", "Lampen"),)


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        (FULL, True),
        ("\n\nProvider: us\n" + FULL, True),
        ("TI  - One\nJF  - J\nAU  - Lee", True),
        ("T1-weighted images\nTY of lamps", False),
        ("TI  - One", False),
        ('{"TY": "JOUR"}', False),
        ("A letter\n\nDear Ann,\nPS - thank you", False),
        ("", False),
    ],
)
def test_a_file_is_recognised_by_its_tags(head: str, recognised: bool) -> None:
    assert looks_like(head) is recognised


def test_a_field_of_ten_megabytes_is_read_in_time() -> None:
    started = time.perf_counter()
    abstract = "AB  - " + "lamp " * 2_000_000
    record = paper(abstract, "DO  - " + "10." * 100_000, "KW  - " + ";" * 1_000_000)

    assert len(record.abstract) == 9_999_999
    assert time.perf_counter() - started < 20


def test_a_record_without_end_is_refused_and_costs_no_memory_and_no_other() -> None:
    endless = "TY  - JOUR\nTI  - One\nAB  - " + ("x" * 1_000_000 + "\n") * 33
    found = outcome(endless + "ER  - \nTY  - JOUR\nTI  - Two\nER  - ")

    assert [f.reason if isinstance(f, Failure) else f.title for f in found] == [
        "longer than a record can be", "Two",
    ]  # fmt: skip


LINES = st.sampled_from(FULL.split("\n")) | st.builds(
    "{}{}-{}{}".format,
    st.from_regex(r"[A-Z][A-Z0-9]", fullmatch=True),
    st.sampled_from(["", " ", "  "]),
    st.sampled_from(["", " "]),
    st.text(max_size=30),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(LINES | st.text(max_size=40), max_size=30))
def test_whatever_the_lines_they_are_records_and_failures(lines: list[str]) -> None:
    for found in read((Line(n, line) for n, line in enumerate(lines, 1)), "refs.ris"):
        assert 1 <= found.line <= len(lines)
        if isinstance(found, Record):
            assert found.title or found.abstract
            assert found.year is None or 1400 <= found.year < 2100
            assert found.doi is None or found.doi.startswith("10.")
            assert all(name and value for name, value in found.extra)


@pytest.mark.parametrize("folder", ["rispy", "jabref/importer"])
def test_every_type_in_real_files_is_a_record_or_a_failure(folder: str) -> None:
    for path in sorted(shared("eval", "bib", *folder.split("/")).glob("*.ris")):
        source = Source(path)
        types = sum(bool(re.match(r"TY  ?-", line.text)) for line in TextFile(path).lines())
        told = [f for f in source.read() if isinstance(f, Record) or not f.expected]

        assert len(told) >= types, path.name


def test_notes_of_an_export_are_the_fields_that_they_state() -> None:
    found = paper(
        "N1  - note of mine",
        "N1  - [ragassist] comment: see arXiv:2101.00001: fine",
        "N1  - [ragassist] my%3A field: x",
        "N1  - [ragassist] latex-title: never",
        "N1  - [ragassist] of nothing",
    )

    assert (found.arxiv_id, found.extra) == (
        None,
        (
            ("comment", "see arXiv:2101.00001: fine"),
            ("my: field", "x"),
            ("note", "note of mine; [ragassist] of nothing"),
        ),
    )


def test_what_an_export_calls_tags_is_not_among_the_keywords() -> None:
    found = paper(
        "KW  - owls",
        "KW  - rag",
        "KW  - to read",
        "N1  - [ragassist tag] owls",
        "N1  - [ragassist keyword] owls",
        "N1  - [ragassist tag] to read",
        "N1  - [ragassist category] cs.CL",
    )

    assert (found.keywords, found.tags, found.categories, found.extra) == (
        ("owls", "rag"), ("owls", "to read"), ("cs.CL",), (),
    )  # fmt: skip


def test_a_suffix_stands_where_bibtex_has_it() -> None:
    found = paper("AU  - Smith, Adam, Jr.", "AU  - King, V, Max", "ED  - Hale, Bo, III")

    assert found.authors == ("Smith, Jr., Adam", "King, V, Max")
    assert found.extra == (("editor", "Hale, III, Bo"),)
