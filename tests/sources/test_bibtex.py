"""What an entry says, as a record."""

import pytest

from ragassist.sources.bibtex import looks_like
from ragassist.types import Record
from tests.sources.bibtex_read import extra, failures, record, records


def test_an_entry_becomes_a_record_with_all_that_it_states() -> None:
    [found] = records(
        r"""% Encoding: UTF-8
@Article{wren:tides,
  author    = {Wren, Ada and Ludwig van Beethoven and {Tide and Clock Ltd} and others},
  title     = {{Tides} of {B{\'e}arn}: \emph{a} na{\"\i}ve view},
  journal   = "Journal of {Tides}",
  year      = 2019,
  month     = mar,
  volume    = {12},
  number    = 3,
  pages     = {100--109},
  doi       = {https://doi.org/10.1000/AB\_c},
  url       = {https://example.org/\~{}wren},
  pmid      = {4711},
  issn      = {1234-5678},
  keywords  = {tides, clocks},
  groups    = {To read, Thesis},
  abstract  = {Tides
	move 5\,\% of all clocks.},
  rating    = {5},
}
"""
    )

    assert found == Record(
        key="wren:tides",
        line=2,
        title="Tides of Béarn: a naïve view",
        authors=("Wren, Ada", "Ludwig van Beethoven", "Tide and Clock Ltd"),
        authors_truncated=True,
        year=2019,
        date="2019-03",
        venue="Journal of Tides",
        doi="10.1000/ab_c",
        pmid="4711",
        url="https://example.org/~wren",
        keywords=("tides", "clocks"),
        tags=("To read", "Thesis"),
        abstract="Tides move 5 % of all clocks.",
        kind="article-journal",
        extra=(
            ("issn", "1234-5678"),
            ("latex-abstract", r"Tides move 5\,\% of all clocks."),
            (
                "latex-author",
                "Wren, Ada and Ludwig van Beethoven and {Tide and Clock Ltd} and others",
            ),
            ("latex-journaltitle", "Journal of {Tides}"),
            ("latex-title", r"{Tides} of {B{\'e}arn}: \emph{a} na{\"\i}ve view"),
            ("number", "3"),
            ("pages", "100-109"),
            ("rating", "5"),
            ("volume", "12"),
        ),
    )


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ada Wren and Max Hale", ("Ada Wren", "Max Hale")),
        ("Wren, Ada AND Hale, Max", ("Wren, Ada", "Hale, Max")),
        ("Wren, Ada\n and\n Hale, Max", ("Wren, Ada", "Hale, Max")),
        ("van der Wren, Ada", ("van der Wren, Ada",)),
        ("King, Jr., Max", ("King, Jr., Max",)),
        ("King, Max, Jr.", ("King, Jr., Max",)),
        ("King, Jr., V", ("King, Jr., V",)),
        ("King, V, Jr.", ("King, Jr., V",)),
        ("King, Max, V", ("King, V, Max",)),
        ("Max King, III", ("Max King III",)),
        ("Max King, Jr.", ("Max King Jr.",)),
        ("King, Jr.", ("King, Jr.",)),
        ("Ivanov, II", ("Ivanov, II",)),
        ("de Souza, II", ("de Souza, II",)),
        ("Rao, V and Kumar, I", ("Rao, V", "Kumar, I")),
        ("U, V and R, V and Rao, VI and Lee, IV", ("U, V", "R, V", "Rao, VI", "Lee, IV")),
        ("{Tides and Clocks, Inc.}", ("Tides and Clocks, Inc.",)),
        (r"M{\"u}ller, J{\"o}rg and {\O}rsted, Bo", ("Müller, Jörg", "Ørsted, Bo")),
        ("family=Wren, given=Ada, prefix=van der, suffix=Jr.", ("van der Wren, Jr., Ada",)),
        ("given={Ada and}, family=Wren and Max Hale", ("Wren, Ada and", "Max Hale")),
        ("family={Wren}, given={Ada}", ("Wren, Ada",)),
        ("Wren, A.; Hale, M.", ("Wren, A.", "Hale, M.")),
        ("Ada Wren, Max Hale, Bo Ames, Cy Lund", ("Ada Wren", "Max Hale", "Bo Ames", "Cy Lund")),
        ("M&uuml;ller, J&ouml;rg", ("Müller, Jörg",)),
        ("Anderson and Sand", ("Anderson", "Sand")),
    ],
)
def test_authors_are_names_in_order(written: str, names: tuple[str, ...]) -> None:
    assert record(f"author = {{{written}}}").authors == names


@pytest.mark.parametrize(
    "written", ["Wren, Ada and others", "Wren, Ada et al.", "Wren, Ada and Others"]
)
def test_authors_that_are_left_out_are_said_to_be(written: str) -> None:
    found = record(f"author = {{{written}}}")

    assert (found.authors, found.authors_truncated) == (("Wren, Ada",), True)


@pytest.mark.parametrize(
    ("fields", "year", "date", "kept"),
    [
        ("year = {2019}", 2019, None, {}),
        ("year = 2019, month = dec", 2019, "2019-12", {}),
        ("year = 2019, month = {December}", 2019, "2019-12", {}),
        ("year = 2019, month = {8,}", 2019, "2019-08", {}),
        ("year = 2019, month = {Juni}", 2019, "2019-06", {}),
        ('year = 2019, month = "10~" # jan', 2019, "2019-01-10", {}),
        ("year = 2019, month = 3, day = 7", 2019, "2019-03-07", {}),
        ("year = 2019, month = jan # {/} # feb", 2019, "2019-01", {"month": "January/February"}),
        ("year = 2019, month = {spring}", 2019, None, {"month": "spring"}),
        ("date = {2019}", 2019, None, {}),
        ("date = {2019-03}", 2019, "2019-03", {}),
        ("date = {2019-03-01}, year = {2019}", 2019, "2019-03-01", {}),
        ("date = {2019-03/2019-05}", 2019, "2019-03", {"date": "2019-03/2019-05"}),
        ("date = {March 2019}", 2019, None, {"date": "March 2019"}),
        ("year = {2019-03-01}", 2019, "2019-03-01", {}),
        ("year = {c. 1850}", 1850, None, {"year": "c. 1850"}),
        ("year = {in press}", None, None, {"year": "in press"}),
        ("year = in press", None, None, {"year": "in press"}),
        ("year = forthcoming", None, None, {"year": "forthcoming"}),
        ("year = {in press}, month = may", None, "--05", {"year": "in press"}),
        ("year = {19}", None, None, {"year": "19"}),
    ],
)
def test_dates_are_what_is_stated_and_the_rest_is_kept(
    fields: str, year: int | None, date: str | None, kept: dict[str, str]
) -> None:
    found = record(fields)

    assert (found.year, found.date, extra(found)) == (year, date, kept)


@pytest.mark.parametrize(
    ("stated", "doi"),
    [
        ("10.1000/X", "10.1000/x"),
        ("doi:10.1000/x.", "10.1000/x"),
        ("http://dx.doi.org/10.1000/x", "10.1000/x"),
        ("https://doi.org/10.1000%2Fx", "10.1000/x"),
        (r"10.1000/a{\_}b\_c", "10.1000/a_b_c"),
        ("10.1000/a(1)1:2$<$3::AID$>$4", "10.1000/a(1)1:2<3::aid>4"),
        (r"\url{https://doi.org/10.1000/x}", "10.1000/x"),
    ],
)
def test_a_doi_is_bare_and_in_lower_case(stated: str, doi: str) -> None:
    found = record(f"doi = {{{stated}}}")

    assert (found.doi, extra(found)) == (doi, {})


def test_what_is_no_doi_is_kept_as_it_is() -> None:
    found = record("doi = {unknown}")

    assert (found.doi, extra(found)) == (None, {"doi": "unknown"})


def test_an_address_at_the_resolver_states_the_doi() -> None:
    found = record("url = {https://doi.org/10.1000/X}")

    assert (found.doi, found.url) == ("10.1000/x", "https://doi.org/10.1000/X")


@pytest.mark.parametrize(
    "fields",
    [
        "eprint = {2101.00001v3}, archivePrefix = {arXiv}",
        "eprint = {2101.00001}, eprinttype = {arxiv}",
        "eprint = {arXiv:2101.00001}",
        "journal = {arXiv preprint arXiv:2101.00001}",
        "journal = {CoRR}, volume = {abs/2101.00001}",
        "arxivid = {2101.00001}",
        "url = {https://arxiv.org/abs/2101.00001v2}",
        "note = {arXiv:2101.00001 [cs.CL]}",
        "howpublished = {arXiv:2101.00001}",
    ],
)
def test_an_arxiv_id_is_found_where_it_is_written_without_its_version(fields: str) -> None:
    assert record(fields).arxiv_id == "2101.00001"


@pytest.mark.parametrize(
    "fields",
    [
        "eprint = {2101.00001}, eprinttype = {jstor}",
        "note = {Extends arXiv:2101.00001}",
        "url = {https://example.org/2101.00001}",
    ],
)
def test_another_works_or_archives_number_is_no_arxiv_id(fields: str) -> None:
    assert record(fields).arxiv_id is None


def test_old_arxiv_ids_and_their_class_are_known() -> None:
    found = record("eprint = {hep-th/9901001v2}, archivePrefix = {arXiv}, primaryClass = {hep-th}")

    assert (found.arxiv_id, found.categories, extra(found)) == ("hep-th/9901001", ("hep-th",), {})


def test_a_pubmed_eprint_is_a_pmid() -> None:
    assert record("eprint = {4711}, eprinttype = {pubmed}").pmid == "4711"


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        (r"url = {http://a.b/c\_d?e=1\&f=\%20}", "http://a.b/c_d?e=1&f=%20"),
        (r"howpublished = {\url{http://a.b/c}}", "http://a.b/c"),
        (r"howpublished = {Blog, \url{http://a.b/c}}", "http://a.b/c"),
        ("url = {}", None),
        ("url = {none}", None),
    ],
)
def test_an_address_is_read_as_it_is_meant(fields: str, url: str | None) -> None:
    assert record(fields).url == url


@pytest.mark.parametrize(
    ("type_", "kind", "kept"),
    [
        ("article", "article-journal", {}),
        ("InProceedings", "paper-conference", {}),
        ("conference", "paper-conference", {}),
        ("book", "book", {}),
        ("proceedings", "book", {"entrytype": "proceedings"}),
        ("incollection", "chapter", {}),
        ("inbook", "chapter", {"entrytype": "inbook"}),
        ("phdthesis", "thesis", {}),
        ("mastersthesis", "thesis", {"entrytype": "mastersthesis"}),
        ("techreport", "report", {}),
        ("online", "webpage", {}),
        ("dataset", "dataset", {}),
        ("misc", "document", {}),
        ("unheardof", None, {"entrytype": "unheardof"}),
    ],
)
def test_the_type_is_a_kind_and_kept_where_that_says_less(
    type_: str, kind: str | None, kept: dict[str, str]
) -> None:
    found = record("", kind=type_)

    assert (found.kind, extra(found)) == (kind, kept)


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("misc", "eprint = {2101.00001}, archivePrefix = {arXiv}"),
        ("online", "eprint = {2101.00001}, eprinttype = {arxiv}"),
        ("article", "journal = {arXiv preprint arXiv:2101.00001}"),
        ("article", "journal = {bioRxiv}"),
    ],
)
def test_a_preprint_is_one(type_: str, fields: str) -> None:
    found = record(fields, kind=type_)

    assert (found.kind, found.extra) == ("article", ())


def test_a_magazine_is_told_from_a_journal() -> None:
    assert record("entrysubtype = {magazine}").kind == "article-magazine"


@pytest.mark.parametrize(
    ("type_", "fields", "venue"),
    [
        ("article", "journaltitle = {J}, booktitle = {B}", "J"),
        ("inproceedings", "journal = {J}, booktitle = {B}", "B"),
        ("phdthesis", "school = {U}", "U"),
        ("report", "institution = {I}", "I"),
        ("misc", "howpublished = {Blog}", "Blog"),
        ("book", "publisher = {P}", None),
    ],
)
def test_the_venue_is_where_it_appeared(type_: str, fields: str, venue: str | None) -> None:
    assert record(fields, kind=type_).venue == venue


def test_fields_of_bibtex_have_biblatex_names_and_unknown_ones_their_own() -> None:
    found = record(
        r"address = {Here}, location = {There}, annote = {N}, editor = {Hale, Max and {A and B}},"
        r" Dc.Format = {x \& y}, file = {:C\:\\a_b.pdf:PDF}, bdsk-url-1 = {http://a.b/c_d}",
        kind="book",
    )

    assert extra(found) == {
        "address": "Here",
        "annotation": "N",
        "bdsk-url-1": "http://a.b/c_d",
        "dc.format": "x & y",
        "editor": "Hale, Max and A and B",
        "file": r":C\:\\a_b.pdf:PDF",
        "location": "There",
    }


@pytest.mark.parametrize(
    ("fields", "keywords", "tags"),
    [
        ("keywords = {a, b,, a}", ("a", "b"), ()),
        ("keywords = {a, b; c}", ("a, b", "c"), ()),
        ("keyword = {a}, groups = {g, h}", ("a",), ("g", "h")),
        ("mendeley-groups = {g}, mendeley-tags = {t}", (), ("g", "t")),
    ],
)
def test_keywords_are_the_authors_and_groups_are_tags(
    fields: str, keywords: tuple[str, ...], tags: tuple[str, ...]
) -> None:
    found = record(fields)

    assert (found.keywords, found.tags) == (keywords, tags)


@pytest.mark.parametrize(
    ("entry", "is_retracted"),
    [
        ("title = {RETRACTED: Tides}", True),
        ("title = {{[Retracted]} Tides}", True),
        ("title = {Tides (Retracted article. See vol. 5)}", True),
        ("title = {Tides}, keywords = {sea, Retracted Publication}", True),
        ("title = {Tides}, note = {Retracted in 2020}", True),
        ("title = {Tides}, retracted = {yes}", True),
        ("title = {Tides}, retracted = {no}", False),
        ("title = {Tides}, note = {not retracted}", False),
        ("title = {Retracted papers and who cites them}", False),
        ("title = {Retraction note: Tides}", False),
    ],
)
def test_a_retracted_paper_is_marked(entry: str, *, is_retracted: bool) -> None:
    [found] = records(f"@article{{k, {entry}}}")

    assert found.retracted is is_retracted


def test_a_subtitle_belongs_to_the_title_and_is_kept() -> None:
    found = record("subtitle = {A View}")
    [again] = records("@article{k, title = {T: A View}, subtitle = {A View}}")

    assert (found.title, extra(found)) == ("T: A View", {"subtitle": "A View"})
    assert again == found


def test_markup_of_the_web_is_removed_too() -> None:
    found = record("abstract = {<jats:p>Tides &amp; clocks &lt; 5</jats:p>}")

    assert found.abstract == "Tides & clocks < 5"


def test_an_entry_may_lack_its_title_or_its_abstract_but_not_both() -> None:
    [found] = records("@misc{k, abstract = {Tides.}}")

    assert (found.title, found.abstract) == ("", "Tides.")
    assert failures("@misc{k, author = {Ada Wren}}") == [(1, "neither title nor abstract")]


def test_a_volume_of_proceedings_may_be_titled_as_a_book() -> None:
    [found] = records("@proceedings{k, booktitle = {Tides 2019}}")

    assert (found.title, found.venue) == ("Tides 2019", None)


def test_a_label_for_sorting_made_from_the_title_says_nothing() -> None:
    [found] = records("@misc{k, key = {A few words …}, title = {A few words about tides}}")

    assert found.extra == ()


def test_a_key_may_be_missing_or_have_spaces() -> None:
    keys = [
        found.key
        for found in records(
            "@article{, title = {A}}\n@article{title = {B}}\n@article{my key, title = {C}}\n"
            "@article{k\n title = {D}}"
        )
    ]

    assert keys == [None, None, "my key", "k"]


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        ("@article{k,\n title = {T}}", True),
        ("@ARTICLE (k,\n title = {T})", True),
        ("\n\n  @unheardof{k,\n title = {T}}", True),
        ("My papers.\nNot all of them.\n\n@book{k, title={T}}", True),
        ("% Encoding: UTF-8\r\r@article{,\r  title = {T},\r}", True),
        ("@comment{jabref-meta: databaseType:bibtex;}", True),
        ("@string{acm = {ACM}}", True),
        ("@preamble{ {\\newcommand} }\n@article{k}", True),
        ("@article\n{k, title={T}}", True),
        ("word " * 50 + "\n" * 2 + "A line of prose.\n" * 100 + "@book{k,\n title={T}}", False),
        ("<html>\n<pre>\n@article{k,\n title = {T}}", False),
        ('{"title": "T"}\n@article{k,', False),
        ("TY  - JOUR\nTI  - T\nER  - ", False),
        ("PMID- 1\nTI  - T", False),
        ("Write to ada@example.org (or not), please.", False),
        ("@media (max-width: 600px) {\n  p { color: red; }\n}", False),
        ("@dataclass(frozen=True)\nclass A:\n    pass", False),
        ("@patch(name, value=1)\ndef f(): ...", False),
        ("@someone{hello}", False),
        ("", False),
    ],
)
def test_a_file_is_recognised_by_its_entries(head: str, *, recognised: bool) -> None:
    assert looks_like(head) is recognised


def test_the_numbers_by_which_dblp_tells_people_apart_are_no_part_of_their_names() -> None:
    assert record("author = {Bo Yu 0001 and Ann Lee}").authors == ("Bo Yu", "Ann Lee")


def test_what_scopus_calls_keywords_are_keywords_behind_those_of_the_authors() -> None:
    found = record(
        "author_keywords = {Lamps; Light}, keywords = {Reading; Ink}, affiliations = {A, B; C}"
    )

    assert (found.keywords, found.categories, found.affiliations) == (
        ("Lamps", "Light", "Reading", "Ink"), (), ("A, B", "C"),
    )  # fmt: skip


@pytest.mark.parametrize("doi", ["10.1/x", "10.1000.10/123"])
def test_a_doi_may_have_any_prefix(doi: str) -> None:
    assert record(f"doi = {{https://doi.org/{doi}}}").doi == doi


@pytest.mark.parametrize("stated", ["2019~", "2019?", "2019-03~", "2019-21", "2019/2020"])
def test_a_date_that_says_more_than_year_and_month_is_kept(stated: str) -> None:
    found = record(f"date = {{{stated}}}")

    assert (found.year, extra(found)["date"]) == (2019, stated)


def test_several_dois_in_a_field_are_all_kept() -> None:
    found = record("doi = {10.1000/A, https://doi.org/10.1000/b; 10.1000/c}")

    assert (found.doi, extra(found)) == ("10.1000/a", {"otherdoi": "10.1000/b 10.1000/c"})


def test_what_is_no_doi_is_kept() -> None:
    assert extra(record("doi = {in preparation}")) == {"doi": "in preparation"}


def test_several_addresses_in_a_field_are_all_kept() -> None:
    found = record("url = {https://a.org/x; https://b.org/y}")

    assert (found.url, extra(found)) == ("https://a.org/x", {"otherurl": "https://b.org/y"})


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Lee, A. and Yu, B. and", ("Lee, A.", "Yu, B.")),
        ("and Lee, A.", ("Lee, A.",)),
        (r"Lee, A. \& Yu, B.", ("Lee, A.", "Yu, B.")),
        ("A. Lee & B. Yu", ("A. Lee", "B. Yu")),
        (r"Lamp \& Sons", ("Lamp & Sons",)),
        ("A. Lee, B. Yu, C. Poe", ("A. Lee", "B. Yu", "C. Poe")),
        ("Lee, A., Yu, B. C., Poe, D.", ("Lee, A.", "Yu, B. C.", "Poe, D.")),
        ("van der Berg, J., de Boer, A. B.", ("van der Berg, J.", "de Boer, A. B.")),
        ("van der Berg, Jan Peter", ("van der Berg, Jan Peter",)),
        ("de la Cruz, Jr, Juan Carlos", ("de la Cruz, Jr, Juan Carlos",)),
        ("Lamp Studies, University of Oslo, South Wing",
         ("Lamp Studies, University of Oslo, South Wing",)),
    ],
)  # fmt: skip
def test_lists_of_names_that_are_not_quite_bibtex_are_taken_apart(
    written: str, names: tuple[str, ...]
) -> None:
    assert record(f"author = {{{written}}}").authors == names
