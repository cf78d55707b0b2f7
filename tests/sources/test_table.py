import csv
import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.errors import UsageError
from ragassist.sources.table import looks_like, read, reader_with
from ragassist.types import Failure, Record
from tests.sources.texts import lines_of, only_record, records_of


def outcome(text: str) -> list[Record | Failure]:
    return list(read(lines_of(text), "refs.csv"))


def only(text: str) -> Record:
    return only_record(outcome(text))


def titles(text: str) -> list[str]:
    return [found.title for found in records_of(outcome(text))]


def test_an_export_of_scopus_is_read() -> None:
    text = (
        '"Authors","Author full names","Title","Year","Source title","Volume","Art. No.",'
        '"Page start","Page end","DOI","Link","Abstract","Author Keywords","Index Keywords",'
        '"ISSN","Language of Original Document","Abbreviated Source Title","Document Type",'
        '"Source","EID"\n'
        '"Lee A.; Yu B.","Lee, Ann (57190000001); Yu, Bo (57190000002)","Lamps for readers",'
        '"2020","Journal of Lamps","3","e7","5","9","10.1000/LAMPS","https://scopus.example/1",'
        '"We study lamps.","lamps; reading","Optics; Light","12345678","English","J. Lamps",'
        '"Article","Scopus","2-s2.0-1"\n'
    )

    assert looks_like(text)
    assert outcome(text) == [
        Record(
            title="Lamps for readers",
            abstract="We study lamps.",
            authors=("Lee, Ann", "Yu, Bo"),
            year=2020,
            venue="Journal of Lamps",
            doi="10.1000/lamps",
            url="https://scopus.example/1",
            keywords=("lamps", "reading", "Optics", "Light"),
            kind="article-journal",
            extra=(
                ("eid", "e7"),
                ("issn", "12345678"),
                ("langid", "English"),
                ("pages", "5-9"),
                ("scopus", "2-s2.0-1"),
                ("shortjournal", "J. Lamps"),
                ("volume", "3"),
            ),
            line=2,
        )
    ]


def test_a_tab_delimited_export_of_web_of_science_is_read_with_its_bare_quotes() -> None:
    text = (
        "PT\tAU\tAF\tTI\tSO\tDT\tDE\tID\tAB\tSN\tPY\tVL\tBP\tEP\tDI\tPM\tUT\n"
        'J\tLee, A; Yu, B\tLee, Ann; Yu, Bo\t"Warm" lamps\tJ LAMPS\tArticle; Proceedings Paper'
        '\tlamps\tOPTICS\tWe call "warm" what glows.\t1234-5678\t2020\t3\t5\t9\t10.1000/x\t12'
        "\tWOS:1\t\n"
    )

    assert looks_like(text)
    assert only(text) == Record(
        title='"Warm" lamps',
        abstract='We call "warm" what glows.',
        authors=("Lee, Ann", "Yu, Bo"),
        year=2020,
        venue="J LAMPS",
        doi="10.1000/x",
        pmid="12",
        keywords=("lamps",),
        categories=("OPTICS",),
        kind="paper-conference",
        extra=(("issn", "1234-5678"), ("pages", "5-9"), ("volume", "3"), ("wos", "WOS:1")),
        line=2,
    )


def test_an_export_of_zotero_keeps_tags_apart_and_finds_the_key_in_its_extra_field() -> None:
    text = (
        '"Key","Item Type","Publication Year","Author","Title","Publication Title","ISSN","DOI",'
        '"Url","Abstract Note","Date","Pages","Manual Tags","Automatic Tags","Extra"\n'
        '"ABCD1234","conferencePaper","2020","García Márquez, Gabriel José","Lamps","Proc","",'
        '"10.1000/x","http://arxiv.org/abs/2005.00001v1","We study lamps.","2020-05-01","5-9",'
        '"to read; good","Optics","Citation Key: lee2020\nPMID: 12\nRead twice"\n'
    )

    assert looks_like(text)
    assert only(text) == Record(
        key="lee2020",
        title="Lamps",
        abstract="We study lamps.",
        authors=("García Márquez, Gabriel José",),
        year=2020,
        date="2020-05-01",
        venue="Proc",
        doi="10.1000/x",
        arxiv_id="2005.00001",
        pmid="12",
        url="http://arxiv.org/abs/2005.00001v1",
        keywords=("Optics",),
        tags=("to read", "good"),
        kind="paper-conference",
        extra=(("note", "Read twice"), ("pages", "5-9"), ("zotero", "ABCD1234")),
        line=2,
    )


@pytest.mark.parametrize(
    ("text", "record"),
    [
        (
            "key,title,authors,journal,year,abstract,url,notes\n"
            'rayyan-1,Lamps,"Lee, Ann and Yu, Bo",J,2020,We study.,http://x,\n',
            Record(
                title="Lamps",
                abstract="We study.",
                authors=("Lee, Ann", "Yu, Bo"),
                year=2020,
                venue="J",
                url="http://x",
                extra=(("ids", "rayyan-1"),),
                line=2,
            ),
        ),
        (
            "record_id,title,abstract,included\n0,Lamps,We study.,1\n",
            Record(title="Lamps", abstract="We study.", tags=("included",), line=2),
        ),
        (
            "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,GSRank,Type,DOI\n"
            '7,"A Lee, B Yu...",Lamps,2020,J of Lamps,Wiley,http://x,1,Article,\n',
            Record(
                title="Lamps",
                authors=("A Lee", "B Yu"),
                authors_truncated=True,
                year=2020,
                venue="J of Lamps",
                url="http://x",
                kind="article-journal",
                extra=(("publisher", "Wiley"),),
                line=2,
            ),
        ),
        (
            "PMID,Title,Authors,Journal/Book,Publication Year,PMCID,DOI\n"
            '12,Lamps.,"Lee A, Yu B.",J Lamps,2020,PMC7,10.1000/X\n',
            Record(
                title="Lamps.",
                authors=("Lee A", "Yu B"),
                year=2020,
                venue="J Lamps",
                pmid="12",
                doi="10.1000/x",
                extra=(("pmcid", "PMC7"),),
                line=2,
            ),
        ),
    ],
)
def test_other_exports_are_understood_by_their_headings(text: str, record: Record) -> None:
    assert looks_like(text)
    assert only(text) == record


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_that_under_which_the_header_makes_sense(delimiter: str) -> None:
    text = "Title,ABSTRACT_,Author(s)\nLamps,Light,Lee\n".replace(",", delimiter)

    assert looks_like(text)
    assert only(text) == Record(title="Lamps", abstract="Light", authors=("Lee",), line=2)


def test_cells_hold_line_ends_quotes_and_delimiters_and_rows_keep_their_lines() -> None:
    text = 'title,abstract\n"A ""B"", C","One\n\ntwo"\nD,E\n"","F"\n'

    assert outcome(text) == [
        Record(title='A "B", C', abstract="One two", line=2),
        Record(title="D", abstract="E", line=5),
        Record(title="", abstract="F", line=6),
    ]


def test_what_stands_before_the_header_is_reported_as_expected() -> None:
    found = outcome('sep=,\nExported on 2024-01-01\n\n"Title","Year"\nLamps,2020\n')

    assert [(f.line, f.reason, f.expected) for f in found if isinstance(f, Failure)] == [
        (1, "it stands before the header", True),
        (2, "it stands before the header", True),
    ]
    assert found[2:] == [Record(title="Lamps", year=2020, line=5)]


def test_a_row_with_cells_too_many_is_reported_and_read_where_its_cells_fit_their_headings() -> (
    None
):
    found = outcome("title,year,doi\nLight,2022,10.1000/x,more\nLamps, wicks,2020,10.1000/y\n")

    assert found == [
        Record(title="Light", year=2022, doi="10.1000/x", line=2),
        Failure(
            source="refs.csv",
            line=2,
            reason="4 cells under 3 headings: the last are left out; put cells that hold ',' in "
            "quotes",
            excerpt="Light,2022,10.1000/x,more",
        ),
        Failure(
            source="refs.csv",
            line=3,
            reason="4 cells under 3 headings: nobody can tell which is which; put cells that hold "
            "',' in quotes",
            excerpt="Lamps, wicks,2020,10.1000/y",
        ),
    ]


@pytest.mark.parametrize("text", ["title,abstract,year\n", "Title;Year\n", "Authors\tTitle\tDOI"])
def test_a_table_without_rows_says_so(text: str) -> None:
    [found] = outcome(text)

    assert looks_like(text)
    assert isinstance(found, Failure)
    assert found.reason == "a table without rows: it has headings, and no papers"


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("['Ann Lee', 'Bo O\\'Neil']", ("Ann Lee", "Bo O'Neil")),
        ("['Ann Lee' \"Bo Yu\"]", ("Ann Lee", "Bo Yu")),
        ('["Lee, Ann", "Yu, Bo"]', ("Lee, Ann", "Yu, Bo")),
        ("['M\\xfcller, Jan', None]", ("Müller, Jan",)),
        ("[{'authorId': '1', 'name': 'Ann Lee'}, {'name': 'Bo Yu'}]", ("Ann Lee", "Bo Yu")),
        ("[]", ()),
    ],
)
def test_lists_as_programs_write_them_are_taken_apart(cell: str, names: tuple[str, ...]) -> None:
    quoted = cell.replace('"', '""')

    assert only(f'title,authors\nLamps,"{quoted}"\n').authors == names


def test_a_list_of_keywords_may_hold_commas() -> None:
    assert only("title,keywords\nLamps,\"['light, dark', 'ink']\"\n").keywords == (
        "light, dark", "ink",
    )  # fmt: skip


@pytest.mark.parametrize("cell", ["[" * 50_000, "['" * 50_000 + "]", "[" + "'a'," * 50_000 + "'b"])
def test_what_only_begins_as_a_list_is_left_and_costs_no_time(cell: str) -> None:
    begun = time.monotonic()

    assert only(f'title,affiliations\nLamps,"{cell}"\n').affiliations
    assert time.monotonic() - begun < 2


def test_groups_that_signed_with_the_authors_are_authors() -> None:
    text = 'Article Title,Authors,Group Authors\nLamps,"Lee, A; Yu, B",Lamp Team; Ink Team\n'

    assert only(text).authors == ("Lee, A", "Yu, B", "Lamp Team", "Ink Team")


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("title,year,month,day\nLamps,2020,3,5\n", (2020, "2020-03-05")),
        ("title,year,month,day\nLamps,2020,March,\n", (2020, "2020-03")),
        ("Title,Publication Date,Publication Year\nLamps,MAR 5,2019\n", (2019, "2019-03-05")),
        ("Article Title,Early Access Date,Publication Year\nLamps,FEB 2021,\n", (2021, "2021-02")),
        ("Article Title,Early Access Date,Publication Year\nLamps,FEB 2021,2022\n", (2022, None)),
        ("title,month,day\nLamps,3,5\n", (None, None)),
    ],
)  # fmt: skip
def test_dates_are_put_together_from_their_columns(
    text: str, dated: tuple[int | None, str | None]
) -> None:
    assert (only(text).year, only(text).date) == dated


@pytest.mark.parametrize(
    ("heading", "cell", "extra"),
    [
        ("doi", "in preparation", {"doi": "in preparation"}),
        ("doi", "10.1000/a; 10.1000/b", {"otherdoi": "10.1000/b"}),
        ("pmid", "PMC1?", {"pmid": "PMC1?"}),
        ("pmid", "123.0", {}),
        ("url", "https://a.org; https://b.org", {"otherurl": "https://b.org"}),
        ("key", "rayyan-7", {"ids": "rayyan-7"}),
    ],
)
def test_identifiers_without_a_field_are_kept(
    heading: str, cell: str, extra: dict[str, str]
) -> None:
    assert dict(only(f"title,{heading}\nLamps,{cell}\n").extra) == extra


def test_a_table_is_told_by_its_header_where_its_first_row_is_longer_than_what_is_looked_at() -> (
    None
):
    assert looks_like('title,abstract,year\nLamps,"' + "light " * 20_000)


def test_rows_of_other_lengths_are_read_if_they_have_text() -> None:
    found = outcome("year,title,doi\n2020\n2021,Lamps\n2022,Light,10.1000/x,\n,,,\n")

    assert found == [
        Failure(
            source="refs.csv",
            line=2,
            reason="neither title nor abstract: 1 cells under 3 headings",
            excerpt="2020",
        ),
        Record(title="Lamps", year=2021, line=3),
        Record(title="Light", year=2022, doi="10.1000/x", line=4),
        Failure(
            source="refs.csv",
            line=5,
            reason="neither title nor abstract: 4 cells under 3 headings",
            excerpt=",,,",
        ),
    ]


def test_a_quote_that_is_not_closed_costs_its_row() -> None:
    found = outcome('title,year\n"Bad,2019\n"Good","2020"\nBest,2021\n')

    assert found == [
        Failure(
            source="refs.csv", line=2, reason="a quote in it is not closed", excerpt='"Bad,2019'
        ),
        Record(title="Good", year=2020, line=3),
        Record(title="Best", year=2021, line=4),
    ]


@pytest.mark.parametrize(
    ("row", "title", "year"),
    [
        ('"The "warm" lamp",2020', 'The "warm" lamp', 2020),
        ('"Warm" lamps,2020', '"Warm" lamps', 2020),
        ('Warm "lamps",2020', 'Warm "lamps"', 2020),
        (' "Lamps" ,2020', "Lamps", 2020),
        ('"""Lamps""",2020', '"Lamps"', 2020),
    ],
)
def test_quotes_that_no_rule_foresees_are_taken_literally(row: str, title: str, year: int) -> None:
    record = only(f"title,year\n{row}\n")

    assert (record.title, record.year) == (title, year)


def test_a_header_that_comes_again_is_no_paper() -> None:
    [_, again, _] = outcome("title,year\nA,2020\ntitle,year\nB,2021\n")

    assert isinstance(again, Failure)
    assert (again.line, again.reason, again.expected) == (3, "the header once more", True)


@pytest.mark.parametrize(
    ("authors", "names", "truncated"),
    [
        ("Lee, Ann; Yu, Bo", ("Lee, Ann", "Yu, Bo"), False),
        ("Lee, Ann", ("Lee, Ann",), False),
        ("A. Lee, B. Yu, C. Ito", ("A. Lee", "B. Yu", "C. Ito"), False),
        ("Ann Lee and Bo Yu", ("Ann Lee", "Bo Yu"), False),
        ("A Lee, B Yu & C Ito", ("A Lee", "B Yu", "C Ito"), False),
        ("Ann Lee|Bo Yu", ("Ann Lee", "Bo Yu"), False),
        ("Lee, Ann; et al.", ("Lee, Ann",), True),
        ("A Lee, B Yu…", ("A Lee", "B Yu"), True),
        ("[No author name available]", (), False),
    ],
)
def test_authors_are_parted_as_their_cell_parts_them(
    authors: str, names: tuple[str, ...], truncated: bool
) -> None:
    record = only(f'title,authors\nLamps,"{authors}"\n')

    assert (record.authors, record.authors_truncated) == (names, truncated)


@pytest.mark.parametrize("abstract", ["[No abstract available]", "NaN", "N/A"])
def test_a_stand_in_for_an_abstract_is_none(abstract: str) -> None:
    assert only(f"title,abstract\nLamps,{abstract}\n").abstract == ""


def test_a_document_that_is_called_retracted_is() -> None:
    assert only("title,document type\nLamps,Retracted\n").retracted


def test_columns_that_are_named_go_before_what_headings_say() -> None:
    read_named = reader_with({"title": "heading", "abstract": "Body Text"})
    found = list(read_named(lines_of("Title,Heading,Body-text,Year\nNo,Lamps,Light,2020\n"), "x"))

    assert found == [Record(title="Lamps", abstract="Light", year=2020, line=2)]


def test_a_column_that_is_not_there_is_said_with_those_that_are() -> None:
    [found] = reader_with({"title": "Heading"})(lines_of("Name,Year\nLamps,2020\n"), "refs.csv")

    assert found == Failure(
        source="refs.csv",
        line=1,
        reason="no column is called 'Heading': the columns are 'Name', 'Year'; say which with "
        "--columns title=…,abstract=…",
        excerpt="Name,Year",
    )


def test_a_table_without_titles_and_abstracts_says_what_columns_it_has() -> None:
    [found] = outcome("Name,Year\nLamps,2020\n")

    assert isinstance(found, Failure)
    assert found.reason == (
        "no column is known to hold titles or abstracts: the columns are 'Name', 'Year'; say which "
        "with --columns title=…,abstract=…"
    )


def test_a_column_cannot_hold_what_papers_do_not_have() -> None:
    with pytest.raises(
        UsageError, match="no column can hold 'colour': what columns can hold is ti"
    ):
        reader_with({"colour": "Red"})


def test_the_table_that_ragassist_writes_is_read_back() -> None:
    headings = "key,title,abstract,authors,year,date,doi,arxiv_id,kind,tags,retracted,extra"
    row = (
        'lee2020,Lamps,\'=light,"Lee, Ann Mary; Group of A and B; et al.",2020,2020-05,10.1000/x,'
        '2005.00001,article,"a, b; c",yes,"{""volume"": ""3""}"'
    )

    assert only(f"{headings}\n{row}\n") == Record(
        key="lee2020",
        title="Lamps",
        abstract="=light",
        authors=("Lee, Ann Mary", "Group of A and B"),
        authors_truncated=True,
        year=2020,
        date="2020-05",
        doi="10.1000/x",
        arxiv_id="2005.00001",
        kind="article",
        tags=("a, b", "c"),
        retracted=True,
        extra=(("volume", "3"),),
        line=2,
    )


@pytest.mark.parametrize(
    "head",
    [
        "",
        "Lamps for readers\n\nWe study lamps, and title, and abstract.\nMore, of it.\n",
        "Title, abstract\nThis is prose without another comma on most of its lines\nYes\nNo\nEnd\n",
        "| Title | Authors |\n|---|---|\n| Lamps | Lee |\n",
        '{"title": "Lamps", "abstract": "A"}\n',
        '[\n"title",\n"abstract"\n]\n',
        "TY  - JOUR\nTI  - Lamps\nAU  - Lee, Ann\nER  - \n",
        "@article{a, title={Lamps}, author={Lee, Ann}}\n",
        "name,version\nlamp,1\n",
        "title\nLamps\n",
        "2024-01-01 12:00, INFO, started\n2024-01-01 12:01, INFO, title, year\n",
    ],
)
def test_what_is_no_table_of_papers_is_not_taken_for_one(head: str) -> None:
    assert not looks_like(head)


def test_a_field_of_ten_megabytes_is_read() -> None:
    long = "word " * 2_000_000

    assert len(only(f'title,abstract\nLamps,"{long}"\n').abstract) == len(long) - 1


ROWS = st.lists(st.lists(st.text(max_size=6), min_size=2, max_size=2), max_size=5)


@settings(deadline=None)
@given(ROWS, st.sampled_from(",;\t|"))
def test_every_row_that_python_writes_is_read_on_its_line(
    stated: list[list[str]], delimiter: str
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    # What `Line` never holds: NULs, and characters that end lines.
    bare = [["".join(c for c in cell if c.isprintable()) for cell in row] for row in stated]
    for row in (["title", "abstract"], *bare):
        writer.writerow(row)
    found = outcome(written.getvalue())

    lines_of_rows = list(range(2, len(bare) + 2))
    # A table that only has its header is told by that.
    assert [one.line for one in found] == (lines_of_rows or [1])


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet='",;\t|\n abtile') | st.text())
def test_any_text_is_a_table_or_not_and_read_as_records_and_failures(text: str) -> None:
    assert looks_like(text) in (True, False)
    for body in (text, f"title,abstract\n{text}", f"title\tyear\n{text}"):
        for found in outcome(body):
            assert isinstance(found, (Record, Failure))
            assert 1 <= found.line <= body.count("\n") + 1
