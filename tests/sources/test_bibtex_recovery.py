"""One broken entry costs that entry; what is hostile costs no more than its length."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.sources.bibtex import looks_like
from ragassist.types import Failure, Record
from tests.sources.bibtex_read import extra, failures, outcome, record, records, titles

WHOLE = "@book{whole,\n  title = {Whole},\n}\n"


@pytest.mark.parametrize(
    "broken",
    [
        "@article{k,\n title = {T}\n year = 2019\n}",
        '@article{k,\n title = "T"\n year = 2019\n}',
        "@article{k, title = {T}; year = 2019;}",
        "@article{k,, title = {T},,\n year = 2019,,}",
        "@article{k\n , title = {T}\n , year = 2019\n}",
        "@article{k, title = {T}, keywords, year = 2019}",
        "@article{k, title = {T}, % on tides, that is\n year = 2019}",
        "@article(k,\n title = {T (a) part},\n year = 2019)",
        '@article(k, title = "T)", year = 2019)',
        "@article\n{k, title = {T}, year = 2019}",
        "Prose before it: @article{k, title = {T}, year = 2019}",
        "  @ARTICLE {k, Title = {T}, YEAR = 2019}",
        "@article{k, title = {T}, year = 2019, title = {U}, year = 2020}",
    ],
)
def test_what_is_easily_forgotten_is_forgiven(broken: str) -> None:
    [first, second] = records(f"{broken}\n{WHOLE}")

    assert (first.key, first.title[:1], first.year, first.line) == (
        "k", "T", 2019, 1
    )  # fmt: skip
    assert second.title == "Whole"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("@article{k,\n title = {T,\n year = {2019}},\n number = 3\n}",
         "the brace that opens 'title' is not closed"),
        ("@article{k,\n note = {T,\n year = 2019\n}", "the brace that opens 'note' is not closed"),
        ("@article{k,\n title = {T,\n year = 2019\n}",
         "the brace that opens 'title' is not closed"),
        ('@article{k,\n title = "T,\n year = {2019}\n}',
         "the quotation mark that opens 'title' is not closed"),
        ("@article{k,\n title = {T}},\n year = 2019\n}", "it has a closing brace too many"),
        ("@article{k,\n title = {T} {U}\n}", "text follows the value of 'title': '{U}'"),
        ("@article{k,\n {T}, year = 2019\n}", "text stands where a field should: '{T}'"),
        ("@article{k}", "neither title nor abstract"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_costs_its_entry_and_says_why(broken: str, reason: str) -> None:
    found = outcome(f"{WHOLE}{broken}\n{WHOLE}")

    assert [one.title for one in found if isinstance(one, Record)] == ["Whole", "Whole"]
    assert [(one.line, one.reason) for one in found if isinstance(one, Failure)] == [(4, reason)]


@pytest.mark.parametrize("following", ["", WHOLE])
@pytest.mark.parametrize("end", ["", ",", ",\n", ",\n  "])
def test_an_entry_that_is_not_closed_is_a_record_and_a_failure(end: str, following: str) -> None:
    found = outcome(f"{WHOLE}@article{{k,\n title = {{T}},\n year = {{2019}}{end}\n{following}")

    assert [(one.key, one.year) for one in found if isinstance(one, Record)][:2] == [
        ("whole", None), ("k", 2019),
    ]  # fmt: skip
    assert titles(following) == [one.title for one in found if isinstance(one, Record)][2:]
    [failure] = [one for one in found if isinstance(one, Failure)]
    assert (failure.line, failure.reason) == (4, "the entry is not closed")
    assert not failure.expected


@pytest.mark.parametrize("begun", ["@string{a = {b},\n", "@preamble{ {x}\n"])
def test_what_is_no_entry_and_not_closed_is_a_failure(begun: str) -> None:
    assert failures(WHOLE + begun) == [(4, "the entry is not closed")]


def test_a_failure_of_an_entry_that_is_not_closed_shows_where_it_breaks_off() -> None:
    long = "@misc{k, title = {T}, note = {%s}, year = {2019}," % ("tides and " * 20)
    shown = [one.excerpt for one in outcome(long) if isinstance(one, Failure)]

    assert len(shown) == 1
    assert len(shown[0]) <= 80
    assert shown[0].startswith("@misc{k, title = {T}")
    assert shown[0].endswith("and }, year = {2019},")


def test_an_entry_that_an_escaped_brace_keeps_open_is_closed() -> None:
    assert failures(r"@misc{k, title = {Sets \{ and all}, year = 2019}" + "\n" + WHOLE) == []
    assert len(failures(r"@misc{k, title = {Sets \{ and all}, year = 2019,")) == 1


def test_a_failure_shows_the_beginning_of_its_entry() -> None:
    [failure] = outcome("@misc{k,\n  author = {%s}\n}" % ("Ada Wren and " * 20))

    assert isinstance(failure, Failure)
    assert failure.excerpt.startswith("@misc{k, author = {Ada Wren and Ada")
    assert len(failure.excerpt) == 80


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ('"The {"big"} one"', 'The "big" one'),
        ('"The "big" one"', 'The "big" one'),
        (r'"G\"odel, {\"u}ber"', "Gödel, über"),
        ("{a, b = c, @d}", "a, b = c, @d"),
        ("{{a} {b{c}}}", "a bc"),
        ('{a} # " b" # { c}', "a b c"),
        (r"{C:\tides\}", "C:\\tides\\"),
        ("{}", ""),
        ('{On x, y = 5 and z, w = "3"}', 'On x, y = 5 and z, w = "3"'),
        ("{See\n  page\n\n  5}", "See page 5"),
    ],
)
def test_values_end_where_they_are_meant_to(value: str, title: str) -> None:
    [found] = records(f"@misc{{k, note = {{n}}, abstract = {{A}}, title = {value}, year = 2019}}")

    assert (found.title, found.year) == (title, 2019)


def test_an_escaped_brace_without_its_fellow_is_none() -> None:
    assert titles(r"@misc{k, title = {Sets \{ and all}, year = 2019}" + "\n" + WHOLE) == [
        "Sets { and all",
        "Whole",
    ]


@pytest.mark.parametrize(
    "comment",
    [
        "@comment{@article{a, title = {T}}}",
        "@comment{\n@article{a,\n title = {T}\n}\n}",
        "@Comment{jabref-meta: grouping:\n0 AllEntriesGroup:;\n1 StaticGroup:To read\\;0\\;;\n}",
        "@comment not in braces, with an @ sign",
        "% @article{a, title = {T}}",
        "@preamble{ {\\newcommand{\\x}{@article}} }",
        '@string{a = "@article{a, title = {T}}"}',
        "Write to ada@example.org{now}.",
    ],
)
def test_comments_and_preambles_are_nothing(comment: str) -> None:
    assert titles(f"{comment}\n{WHOLE}") == ["Whole"]
    assert failures(f"{comment}\n{WHOLE}") == []


def test_a_comment_that_is_never_closed_hides_no_entry() -> None:
    assert titles(f"@comment{{ {{ \n{WHOLE}@comment{{ \n{WHOLE}") == ["Whole", "Whole"]


def test_entries_on_one_line_are_apart() -> None:
    assert titles("@a{k, title={A}} @b{l, title={B}}@c{m, title={C}}") == ["A", "B", "C"]


def test_both_entries_of_one_key_are_records() -> None:
    found = records("@misc{k, title = {A}}\n@misc{k, title = {B}}")

    assert [(one.key, one.title, one.line) for one in found] == [("k", "A", 1), ("k", "B", 2)]


def test_a_value_keeps_its_unknown_commands_and_later_fields_stay() -> None:
    found = record(r"pages = {5\psqq}, note = {\unheardof{x}}")

    assert extra(found) == {"note": r"\unheardof{x}", "pages": r"5\psqq"}


PIECES = [
    "@article{k,\n", "@misc(", "@string{a = ", "@comment{", "@xdata{x,", "title = {T}", 'note = "x',
    "crossref = {k}", "xdata = {x}", "author = {A and B}", "year = 2019", "month = jan", "\n", ",",
    "}", "{", '"', "#", "=", "%", "@", "\\", "\\'", "$", "a", "(", ")", "date = {2019-02/}", "~",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text())
def test_any_text_is_read_or_reported(text: str) -> None:
    for one in outcome(text):
        assert one.line >= 1
        if isinstance(one, Record):
            assert one.title or one.abstract
        else:
            assert one.reason
    looks_like(text)


ENTRY = (
    "@article{k,\n  author = {Wren, Ada and {\\O}rsted, Bo},\n  title = {{T} on \\emph{x}},\n"
    '  journal = "J " # jan,\n  year = 2019,\n  doi = {10.1000/a\\_b},\n}\n'
)


@given(st.data())
def test_a_damaged_entry_costs_no_other(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(ENTRY) - 1))
    cut = data.draw(st.integers(0, 3))
    put = data.draw(st.text(alphabet='{}",=#%\\\n a', max_size=3))
    found = outcome(f"{WHOLE}{ENTRY[:at]}{put}{ENTRY[at + cut :]}\n{WHOLE}")

    assert [one.title for one in found if isinstance(one, Record)].count("Whole") == 2


DOUBLED = '"a'


@pytest.mark.parametrize(
    "text",
    [
        f"@article{{k, title = {{T}}, abstract = {{{'word ' * 2_000_000}}}}}",
        f"@article{{k, title = {'{' * 200_000}T{'}' * 200_000}}}",
        f"@article{{k, title = {{T}}, author = {{{'Ada Wren and ' * 100_000}}}}}",
        f'@article{{k, title = "{DOUBLED * 300_000}"}}',
        "@article{k," + "\n" * 300_000 + "title = {T}}",
        "@comment{\n" * 50_000,
        "@article{k,\n" * 50_000,
        "@a{b,c=1}" * 50_000,
        "x @a{ " * 200_000,
        "@article{k, title = {T\n" + "@\n" * 200_000,
        "\n".join(f"@string{{a{n + 1} = a{n} # a{n}}}" for n in range(500))
        + "\n@article{k, title = {T}, note = a500}",
        f"@string{{a = {{{'x' * 10_000}}}}}\n"
        f"@article{{k, title = {{T}}, note = {'a # ' * 50_000} a}}",
        "\n".join(f"@book{{b{n}, title = {{T}}, crossref = {{b{n + 1}}}}}" for n in range(3000)),
    ],
    ids=range(13),
)
def test_time_is_linear_in_what_is_read(text: str) -> None:
    started = time.process_time()
    found = outcome(text)
    assert time.process_time() - started < 15
    assert sum(len(one.title) for one in found if isinstance(one, Record)) <= len(text)
