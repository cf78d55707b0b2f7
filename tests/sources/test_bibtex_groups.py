import plistlib

import pytest

from ragassist.sources.bibtex import looks_like
from tests.sources.bibtex_read import failures, records, titles

ENTRIES = "@article{Lee2020, title = {Lamps}}\n@article{Yu2021, title = {Ink}, groups = {Own}}\n"
JABREF = f"""% This file was created with JabRef 2.10.
% Encoding: UTF-8

{ENTRIES}
@comment{{jabref-meta: groupsversion:3;}}
@comment{{jabref-meta: groupstree:
0 AllEntriesGroup:;
1 ExplicitGroup:Light\\\\\\; dark\\;0\\;Lee2020\\;Yu2021\\;;
2 ExplicitGroup:One with a long name\\;2\\;Yu
2021\\;;
1 KeywordGroup:Todo\\;0\\;keywords\\;todo\\;0\\;0\\;;
}}
"""
BIBDESK = (
    f"%% This BibTeX file was created using BibDesk.\n\n{ENTRIES}\n"
    "@comment{BibDesk Static Groups{\n"
    + plistlib.dumps(
        [
            {"group name": "Lamps & wicks", "keys": "lee2020,Yu2021,gone"},
            {"group name": "Empty", "keys": ""},
        ]
    ).decode()
    + "}}\n@comment{BibDesk Smart Groups{\n"
    + plistlib.dumps([{"group name": "Smart", "keys": "Lee2020"}]).decode()
    + "}}\n"
)


def tags(text: str) -> list[tuple[str, ...]]:
    return [found.tags for found in records(text)]


def test_groups_that_old_versions_of_jabref_list_are_tags() -> None:
    assert tags(JABREF) == [
        ("Light; dark",), ("Own", "Light; dark", "One with a long name"),
    ]  # fmt: skip


def test_static_groups_of_bibdesk_are_tags_and_its_searches_are_not() -> None:
    assert tags(BIBDESK) == [("Lamps & wicks",), ("Own", "Lamps & wicks")]


def test_groups_that_are_listed_before_the_entries_need_no_header() -> None:
    before = JABREF[JABREF.index("@comment{jabref-meta: groupstree") :] + ENTRIES

    assert tags(before)[0] == ("Light; dark",)


def test_entries_behind_a_list_of_groups_are_read() -> None:
    assert titles(JABREF + "@book{z, title = {Wicks}}") == ["Lamps", "Ink", "Wicks"]


@pytest.mark.parametrize(
    "text",
    [
        '@string{j = "Lamps Today"}\n% nothing else\n@preamble{"x"}\n@comment{y}\n',
        "% Encoding: UTF-8\n",
        "%% This BibTeX file was created using BibDesk.\n",
    ],
)
def test_a_file_without_entries_is_known_and_says_so(text: str) -> None:
    assert looks_like(text)
    assert failures(text) == [(1, "it has no entry: nothing but @string, @preamble and comments")]


def test_a_text_that_speaks_of_an_encoding_is_no_bibtex() -> None:
    assert not looks_like("Encoding: the process of writing things down\n")


@pytest.mark.parametrize("name", ["groupstree", "grouping"])
def test_groups_of_jabref_by_a_keyword_are_tags_of_what_has_it(name: str) -> None:
    text = (
        "% Encoding: UTF-8\n"
        "@article{a, title = {Lamps}, keywords = {Light, ink}}\n"
        "@article{b, title = {Ink}, keywords = {lightning}}\n"
        f"@comment{{jabref-meta: {name}:\n0 AllEntriesGroup:;\n"
        "1 KeywordGroup:Bright\\;0\\;keywords\\;light\\;0\\;0\\;;\n"
        "1 KeywordGroup:Matched\\;0\\;keywords\\;l.*\\;0\\;1\\;;\n"
        "1 KeywordGroup:Titled\\;0\\;title\\;ink\\;0\\;0\\;;\n}\n"
    )

    assert tags(text) == [("Bright",), ()]
