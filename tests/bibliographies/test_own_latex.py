"""What a `.bib` says in LaTeX is what the export says, field by field."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.bibliographies import biblatex, bibtex, csl_json, ris
from ragassist.sources.bibtex import read
from ragassist.sources.lines import Line
from ragassist.types import Paper, Provenance, Record, Work
from tests.bibliographies.readers import Entry, read_bibtex, read_ris

_PIECES = st.sampled_from(
    [
        "word", "Word", "BERT", "{BERT}", "{{B}ERT}", r"{\"o}", r"G{\"o}del", r"\'{e}tude",
        "$O(n^2)$", r"$\ell_1$", r"\emph{so}", r"{\em so}", r"50\%", r"S\&P", "--", "---", "a~b",
        "``so''", r"\url{http://a.b/c_d}", r"\unheardof{x}", "{}", "é", "水", "'s", ":", "(x)",
        r"\textbackslash{}", r"\$5",
    ]
)  # fmt: skip
_LATEX = st.lists(_PIECES, min_size=1, max_size=6).map(lambda words: " ".join(["Tides", *words]))
_NAMES = st.lists(
    st.sampled_from(
        [
            r"G{\"o}del, Kurt", "{The Sea House}", "{Barnes and Noble}", "{Deep Mind}",
            r"{\'E}mile Zola", "van der Maaten, Laurens", "King, Jr., Max", r"{\L}o\'{s}, A.~B.",
        ]
    ),
    min_size=1,
    max_size=4,
    unique=True,
).map(" and ".join)  # fmt: skip
_TYPES = {
    "article": "journal", "inproceedings": "booktitle", "phdthesis": "school",
    "techreport": "institution", "misc": "howpublished",
}  # fmt: skip
_IN_BIBLATEX = {"journal": "journaltitle", "address": "location", "school": "institution"}


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    kind = draw(st.sampled_from(sorted(_TYPES)))
    fields = {
        "title": draw(_LATEX),
        "author": draw(_NAMES),
        _TYPES[kind]: draw(_LATEX),
        "year": "2021",
        **draw(st.dictionaries(st.sampled_from(["note", "address", "series", "mood"]), _LATEX)),
        **draw(st.fixed_dictionaries({}, optional={"abstract": _LATEX, "editor": _NAMES})),
    }
    return Entry(kind, fields)


def record_of(written: str) -> Record:
    (record,) = read((Line(n, line) for n, line in enumerate(written.split("\n"), 1)), "own.bib")
    assert isinstance(record, Record)
    return dataclasses.replace(record, line=0)


def record_from(entry: Entry) -> Record:
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in entry.fields.items())
    return record_of(f"@{entry.kind}{{k,\n{fields}}}")


def paper_of(record: Record) -> Paper:
    stated = {field.name: getattr(record, field.name) for field in dataclasses.fields(Work)}
    return Paper(paper_id="k", **stated)


def bibtex_of(paper: Paper) -> dict[str, str]:
    return read_bibtex("".join(bibtex.write([paper])))["k"].fields


def through_bibtex(**fields: str) -> dict[str, str]:
    kind = fields.pop("kind", "article")
    return bibtex_of(paper_of(record_from(Entry(kind, fields))))


@settings(deadline=None)
@given(entries())
def test_every_field_is_what_its_author_wrote(entry: Entry) -> None:
    record = record_from(entry)
    written = "".join(bibtex.write([paper_of(record)]))
    assert read_bibtex(written) == {"k": entry}
    assert record_of(written) == record


@settings(deadline=None)
@given(entries())
def test_biblatex_has_the_same_under_its_own_names(entry: Entry) -> None:
    record = record_from(entry)
    written = "".join(biblatex.write([paper_of(record)]))
    renamed = {_IN_BIBLATEX.get(name, name): value for name, value in entry.fields.items()}
    fields = read_bibtex(written)["k"].fields
    fields["year"] = fields.pop("date")
    assert fields == renamed
    assert record_of(written).extra == record.extra


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "A study of BERT"),
        ("title", "{A study of BERT}"),
        ("title", "Attention Is All You Need"),
        ("title", r"\emph{BERT} and {$\alpha$}"),
        ("author", r"M{\"u}ller, J{\"o}rg and {Deep Mind} and others"),
        ("howpublished", r"\url{https://example.org/~a_b?c=50%25}"),
        ("howpublished", "https://example.org/a_b"),
        ("month", "Juni"),
        ("month", "10~January"),
        ("pages", r"12\psqq"),
        ("eprint", "2101.00001v3"),
        ("key", r"{\"O}"),
    ],
)
def test_a_field_that_text_would_not_bring_back_is_kept(name: str, value: str) -> None:
    beside = {"title": "T"} | ({"archiveprefix": "arXiv"} if name == "eprint" else {})
    assert through_bibtex(**{**beside, "kind": "misc", name: value, "year": "2021"})[name] == value


def test_an_address_that_is_published_so_stands_once() -> None:
    fields = through_bibtex(kind="misc", title="T", howpublished=r"\url{https://example.org/a}")
    assert "url" not in fields


def test_a_subtitle_stands_in_the_title_too_where_styles_know_no_other() -> None:
    entry = Entry("book", {"title": "{Tides}", "subtitle": r"A {\"O}de"})
    fields = bibtex_of(paper_of(record_from(entry)))
    assert (fields["title"], fields["subtitle"]) == (r"{Tides}: A {\"O}de", r"A {\"O}de")


def test_a_subtitle_stays_apart_from_its_title_in_biblatex() -> None:
    entry = Entry("book", {"title": "{Tides}", "subtitle": r"A {\"O}de"})
    paper = paper_of(record_from(entry))
    for read_once_more in (paper, paper_of(record_of("".join(bibtex.write([paper]))))):
        fields = read_bibtex("".join(biblatex.write([read_once_more])))["k"].fields
        assert (fields["title"], fields["subtitle"]) == ("{Tides}", r"A {\"O}de")


def test_an_address_that_a_journal_article_publishes_so_is_written() -> None:
    fields = through_bibtex(title="T", journal="J", howpublished=r"\url{https://example.org/a}")
    assert (fields["journal"], fields["howpublished"]) == ("J", r"\url{https://example.org/a}")


def test_names_in_the_syntax_of_biber_are_written_as_bibtex_reads_them() -> None:
    names = "family={Lund}, given={Hans}, prefix={von} and {Sea and Sons}"
    paper = paper_of(record_from(Entry("article", {"title": "T", "author": names})))
    assert bibtex_of(paper)["author"] == "von Lund, Hans and {Sea and Sons}"
    fields = read_bibtex("".join(biblatex.write([paper])))["k"].fields
    assert fields["author"] == names


def test_names_from_a_bib_stay_in_the_order_that_they_were_written_in() -> None:
    names = "Ada Wren and Lund, Ida and Ludwig van Beethoven and C D"
    place = Provenance(source="own.bib", reader="bibtex", line=1)
    paper = paper_of(record_from(Entry("article", {"title": "T", "author": names})))
    assert bibtex_of(dataclasses.replace(paper, provenance=(place,)))["author"] == names


def test_names_that_bibtex_would_read_otherwise_are_written_by_their_parts() -> None:
    place = Provenance(source="own.bib", reader="bibtex", line=1)
    names = ("Max King III", "Smith JA", "Sea House Institute")
    paper = Paper(paper_id="k", title="T", authors=names, provenance=(place,))
    assert bibtex_of(paper)["author"] == ("King, III, Max and Smith, JA and {Sea House Institute}")


def test_names_parted_by_semicolons_are_parted_by_and() -> None:
    assert through_bibtex(title="T", author=r"G{\"o}del, K.; Lund, H.")["author"] == (
        "Gödel, K. and Lund, H."
    )


def test_the_preamble_that_defines_a_command_is_written_once_with_what_uses_it() -> None:
    written = (
        '@preamble{ "\\newcommand{\\noop}[1]{}" # "\\newcommand{\\ab}{AB}" }\n'
        "@article{a, title={{\\noop{z}} Tides}}\n@article{b, title={The \\ab{} Tides}}\n"
        "@article{c, title={Clocks}}\n"
    )
    lines = [Line(n, line) for n, line in enumerate(written.split("\n"), 1)]
    papers = [paper_of(record) for record in read(lines, "own.bib") if isinstance(record, Record)]
    exported = "".join(bibtex.write(papers))
    assert exported.count("@preamble") == 1
    assert exported.startswith(
        "@preamble{{\\newcommand{\\noop}[1]{}\\newcommand{\\ab}{AB}}}\n\n@article"
    )
    assert "@preamble" not in "".join(bibtex.write(papers[2:]))
    again = [Line(n, line) for n, line in enumerate(exported.split("\n"), 1)]
    assert [paper_of(r) for r in read(again, "own.bib") if isinstance(r, Record)] == papers


@pytest.mark.parametrize("date", ["2019~", "2019-21", "2019-03/2019-05", "2019?", "1990/.."])
def test_a_date_of_biblatex_is_written_as_it_was(date: str) -> None:
    entry = Entry("article", {"title": "T", "date": date})
    fields = read_bibtex("".join(biblatex.write([paper_of(record_from(entry))])))["k"].fields
    assert fields["date"] == date


@pytest.mark.parametrize(
    ("stated", "kind", "type_"),
    [
        ("mathesis", "mastersthesis", None),
        ("phdthesis", "phdthesis", None),
        ("Master's thesis", "mastersthesis", "Master's thesis"),
        ("candthesis", "phdthesis", "Candidate thesis"),
    ],
)
def test_a_thesis_is_of_the_type_that_bibtex_has_for_it(
    stated: str, kind: str, type_: str | None
) -> None:
    paper = paper_of(record_from(Entry("thesis", {"title": "T", "type": stated})))
    fields = read_bibtex("".join(bibtex.write([paper])))["k"].fields
    entry = "".join(bibtex.write([paper]))
    assert entry.startswith(f"@{kind}{{")
    assert fields.get("type") == type_


def test_what_another_source_says_is_not_written_as_it_was() -> None:
    record = record_from(
        Entry("article", {"title": "{Bert}", "author": r"G{\"o}del, K.", "note": r"\emph{x}"})
    )
    other = dataclasses.replace(
        paper_of(record),
        title="BERT and others",
        authors=("Gödel, Kurt",),
        extra=tuple({**dict(record.extra), "note": "y"}.items()),
    )
    fields = bibtex_of(other)
    assert (fields["title"], fields["author"], fields["note"]) == (
        "{BERT} and others",
        "Gödel, Kurt",
        "y",
    )


@pytest.mark.parametrize("source", ["{T", "T}", "}T{", "T\\", r"\{T"])
def test_what_would_spoil_an_entry_is_not_given_back(source: str) -> None:
    spoilt = Paper(paper_id="k", title="T", extra=(("latex-title", source),))
    assert bibtex_of(spoilt)["title"] == "T"


def test_ris_is_plain_text() -> None:
    paper = paper_of(record_from(Entry("article", {"title": r"{\'E}tude"})))
    (lines,) = read_ris("".join(ris.write([paper])))
    assert [value for _, value in lines] == ["JOUR", "k", "Étude"]


def test_an_organisation_in_braces_is_one_name_everywhere() -> None:
    author = "{Deep Mind} and King, Max and {Barnes and Noble}"
    paper = paper_of(record_from(Entry("article", {"title": "T", "author": author})))
    (lines,) = read_ris("".join(ris.write([paper])))
    assert [value for tag, value in lines if tag == "AU"] == [
        "Deep Mind", "King, Max", "Barnes and Noble",
    ]  # fmt: skip
    (item,) = json.loads("".join(csl_json.write([paper])))
    assert item["author"] == [
        {"literal": "Deep Mind"},
        {"family": "King", "given": "Max"},
        {"literal": "Barnes and Noble"},
    ]
