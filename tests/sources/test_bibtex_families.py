"""What entries take from each other and from macros."""

import pytest

from ragassist.types import Failure
from tests.sources.bibtex_read import extra, outcome, records

PROCEEDINGS = (
    "@proceedings{tides2019,\n title = {Tides 2019},\n editor = {Hale, Max},\n year = 2019,\n"
    " publisher = {Sea},\n doi = {10.1000/whole},\n abstract = {All of it.}\n}\n"
)
PAPER = "@inproceedings{wren,\n title = {Clocks},\n crossref = {Tides2019}\n}\n"


@pytest.mark.parametrize("text", [PROCEEDINGS + PAPER, PAPER + PROCEEDINGS])
def test_a_paper_takes_from_its_proceedings_what_is_theirs_in_common(text: str) -> None:
    paper = next(found for found in records(text) if found.key == "wren")

    assert (paper.title, paper.venue, paper.year) == ("Clocks", "Tides 2019", 2019)
    assert (paper.doi, paper.abstract) == (None, "")
    assert extra(paper) == {"crossref": "Tides2019", "editor": "Hale, Max", "publisher": "Sea"}


def test_an_own_field_wins_over_the_parents() -> None:
    paper = records(
        f"{PROCEEDINGS}@inproceedings{{k, title = {{C}}, booktitle = {{Own}}, date = {{2020-05}},"
        " crossref = {tides2019}}"
    )[1]

    assert (paper.venue, paper.date, extra(paper)["publisher"]) == ("Own", "2020-05", "Sea")


def test_a_booktitle_that_the_parent_states_for_its_children_is_theirs() -> None:
    paper = records(
        "@inproceedings{k, title = {C}, crossref = {p}}\n"
        "@proceedings{p, title = {Long}, booktitle = {Short}}"
    )[0]

    assert paper.venue == "Short"


@pytest.mark.parametrize(
    ("parent", "child", "fields"),
    [
        ("book", "inbook", {"booksubtitle": "S"}),
        ("collection", "incollection", {"booksubtitle": "S"}),
        ("mvbook", "inbook", {"maintitle": "W", "mainsubtitle": "S"}),
        ("mvcollection", "collection", {"maintitle": "W", "mainsubtitle": "S"}),
        ("periodical", "article", {"journalsubtitle": "S"}),
    ],
)
def test_a_parents_title_becomes_the_title_of_the_whole(
    parent: str, child: str, fields: dict[str, str]
) -> None:
    [_, found] = records(
        f"@{parent}{{p, title = {{W}}, subtitle = {{S}}}}\n"
        f"@{child}{{c, title = {{T}}, crossref = {{p}}}}"
    )
    kept = extra(found)

    assert found.title == "T"
    assert (found.venue == "W") is ("maintitle" not in fields)
    assert {name: kept[name] for name in kept if name not in ("crossref", "entrytype")} == fields


def test_grandparents_pass_on_through_parents_and_aliases_are_keys() -> None:
    found = records(
        "@inbook{c, title = {Part}, crossref = {v1}}\n"
        "@book{vol, ids = {v1, v2}, title = {Volume}, crossref = {all}}\n"
        "@mvbook{all, title = {Whole}, publisher = {Sea}, year = 2019}\n"
    )
    part = next(one for one in found if one.key == "c")

    assert (part.venue, part.year) == ("Volume", 2019)
    assert (extra(part)["maintitle"], extra(part)["publisher"]) == ("Whole", "Sea")


def test_a_version_of_the_same_work_takes_its_title() -> None:
    [_, version] = records(
        "@software{s, title = {Tidal}}\n@softwareversion{v, version = {2}, crossref = {s}}"
    )

    assert version.title == "Tidal"


def test_xdata_gives_its_fields_and_is_no_paper() -> None:
    found = outcome(
        "@article{k, title = {T}, xdata = {sea, none}}\n"
        "@xdata{sea, journal = {J of Sea}, xdata = {more}}\n@xdata{more, issn = {1}}"
    )
    [paper] = [one for one in found if not isinstance(one, Failure)]

    assert (paper.venue, extra(paper)["issn"]) == ("J of Sea", "1")
    assert [(one.line, one.expected) for one in found if isinstance(one, Failure)] == [
        (2, True),
        (3, True),
    ]


def test_xref_passes_nothing_on() -> None:
    [_, part] = records("@book{b, title = {W}, year = 2019}\n@inbook{c, title = {T}, xref = {b}}")

    assert (part.venue, part.year, extra(part)["xref"]) == (None, None, "b")


def test_cycles_and_missing_parents_leave_an_entry_as_it_is() -> None:
    found = records(
        "@book{a, title = {A}, crossref = {b}}\n@book{b, title = {B}, crossref = {a}}\n"
        "@book{c, title = {C}, crossref = {c}}\n@inbook{d, title = {D}, crossref = {nowhere}}"
    )

    assert [(one.key, one.title) for one in found] == [
        ("a", "A"),
        ("b", "B"),
        ("c", "C"),
        ("d", "D"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '@string{sea = "Journal of " # tides}@string{TIDES = {Tides}}@article{k, title = {T}, '
        "journal = Sea}",
        '@string{tides = {Tides}, sea = "Journal of " # tides}@article{k, title={T}, journal=sea}',
        '@article{k, title = {T}, journal = "Journal of " # Tides}\n@string{tides = {Tides}}',
        "@STRING(sea = {Journal of Tides})\n@article{k, title = {T}, journal = sea # {}}",
    ],
)
def test_macros_stand_for_what_string_says(text: str) -> None:
    [found] = records(text.replace(" # tides}@string{TIDES = {Tides}}", ' # "Tides"}'))

    assert found.venue == "Journal of Tides"


def test_a_macro_has_the_meaning_it_has_where_it_is_used() -> None:
    found = records(
        "@string{j = {One}}@article{a, title = {A}, journal = j}\n"
        "@string{j = {Two}}@article{b, title = {B}, journal = j}"
    )

    assert [one.venue for one in found] == ["One", "Two"]


def test_a_macro_that_nobody_defines_stands_for_its_name() -> None:
    [found] = records("@article{k, title = {T}, journal = Nature # { Tides}}")

    assert found.venue == "Nature Tides"


def test_a_macro_that_grows_without_end_is_cut() -> None:
    doubling = "\n".join(f"@string{{a{n + 1} = a{n} # a{n}}}" for n in range(100))
    [found] = records(f"@string{{a0 = {{abc}}}}\n{doubling}\n@misc{{k, title = a100}}")

    assert len(found.title) < 1_000_000


def test_a_string_that_cannot_be_read_is_reported() -> None:
    [failure, _] = outcome("@string{a = {x\n@misc{k, title = {T}}")

    assert isinstance(failure, Failure)
    assert (failure.line, failure.reason) == (1, "the brace that opens 'a' is not closed")
