"""The reader against bibtexparser, and over real files where they lie beside the checkout."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist import Library
from ragassist.errors import SourceError
from ragassist.sources.bibtex import looks_like, read
from ragassist.sources.bibtex.blocks import split
from ragassist.sources.bibtex.fields import parse
from ragassist.sources.lines import TextFile
from ragassist.types import Failure, Record
from tests.cli.terminal import ragassist
from tests.shared_data import shared
from tests.sources.texts import lines_of

_ENTRY = re.compile(r"\s*@\s*(\w+)\s*[{(]")
_NO_ENTRIES = frozenset({"string", "preamble", "comment"})

NAME = st.from_regex(r"[a-z][a-z0-9-]{0,7}", fullmatch=True)
PLAIN = st.text(alphabet="ab c,=.\n%#", max_size=12)
VALUE = st.one_of(
    st.builds("{{{}}}".format, PLAIN),
    st.builds("{{{}{{{}}}{}}}".format, PLAIN, PLAIN, PLAIN),
    st.builds('"{}"'.format, st.text(alphabet="ab c=@.", max_size=12)),
    st.integers(0, 9999).map(str),
)
ENTRIES = st.lists(
    st.tuples(NAME, st.dictionaries(NAME, VALUE, max_size=5)), max_size=5, unique_by=lambda e: e[0]
)


@given(ENTRIES)
def test_a_well_formed_file_has_the_fields_that_bibtexparser_reads(
    entries: list[tuple[str, dict[str, str]]],
) -> None:
    from bibtexparser.splitter import Splitter

    text = "\n".join(
        f"@article{{{key},\n"
        + "".join(f"  {name} = {value},\n" for name, value in fields.items())
        + "}"
        for key, fields in entries
    )
    theirs = [
        (entry.key, {field.key: field.value[1:-1] if field.value[:1] in '{"' else field.value
                     for field in entry.fields})
        for entry in Splitter(text).split().entries
    ]  # fmt: skip
    ours = [
        (entry.key, {name: str(value[0]) for name, value in entry.fields.items()})
        for entry in map(parse, split(lines_of(text)))
    ]

    assert ours == theirs


def bib_files() -> list[Path]:
    return sorted(shared("eval", "bib").rglob("*.bib"))


def _not_closed(found: Sequence[Record | Failure]) -> list[Failure]:
    failures = [one for one in found if isinstance(one, Failure)]
    return [one for one in failures if one.reason == "the entry is not closed"]


def _without_entries(found: list[Record | Failure]) -> list[Failure]:
    failures = [one for one in found if isinstance(one, Failure)]
    return [one for one in failures if one.reason.startswith("it has no entry")]


def test_of_real_files_every_entry_that_can_be_seen_is_a_record_or_a_failure() -> None:
    for path in bib_files():
        try:
            file = TextFile(path)
        except SourceError:
            continue
        lines = list(file.lines())
        found = list(read(lines, path.name))
        seen = [
            line.number
            for line in lines
            if (entry := _ENTRY.match(line.text)) and entry[1].lower() not in _NO_ENTRIES
        ]
        # One that is not closed is a record and a failure.
        beside = [*_not_closed(found), *_without_entries(found)]
        others = [one.line for one in found if one not in beside]
        assert sorted(others) == seen, path.name
        assert looks_like(file.head) or not seen, path.name


def test_of_real_files_nearly_every_entry_with_a_title_is_a_record() -> None:
    whole, broken = 0, []
    for path in bib_files():
        try:
            lines = list(TextFile(path).lines())
        except SourceError:
            continue
        for one in read(lines, path.name):
            if not isinstance(one, Failure):
                whole += 1
            elif not one.expected and one.reason != "neither title nor abstract":
                broken.append((path.name, one.line, one.reason))

    assert whole > 900
    assert len(broken) <= whole / 100, broken


@pytest.mark.parametrize("name", ["crossref_entries.bib", "biber-examples.bib"])
def test_of_real_files_children_have_what_their_parents_state(name: str) -> None:
    lines = TextFile(shared("eval", "bib", "bibtexparser_v1", name)).lines()
    venues = {one.key: one.venue for one in read(lines, name) if not isinstance(one, Failure)}

    expected = {
        "crossref_entries.bib": ("cr1", "Graphs of the Continent"),
        "biber-examples.bib": ("westfahl:space", "Space and Beyond"),
    }
    key, venue = expected[name]
    assert venues[key] == venue


_OWLS = "@article{owls, title={How owls find mice}, author={Strix, Ada}, year={2020}}\n"
_MICE = "@article{mice,\n  title={How mice hide},\n  year={2021},\n  abstract={In snow.}\n}\n"
_BATS = "@book{bats, title={The hearing of bats}, author={Noctua, Cy}, year={2019}}\n"
_CUT_AFTER = "year={2021},"


def test_a_sync_of_a_file_that_is_cut_off_after_a_field_removes_nothing(tmp_path: Path) -> None:
    refs = tmp_path / "refs.bib"
    refs.write_text(_OWLS + _MICE + _BATS, "utf-8")
    with Library.open(tmp_path / ".ragassist") as library:
        library.sync(refs)
        refs.write_text(f"{_OWLS}{_MICE.partition(_CUT_AFTER)[0]}{_CUT_AFTER}", "utf-8")
        (source,) = library.sync(refs, remove=True).sources

        assert [(one.line, one.reason) for one in source.suspects] == [
            (2, "the entry is not closed")
        ]
        assert (source.removed, source.waiting) == ((), ())
        assert sorted(one.paper_id for one in library.papers()) == ["bats", "mice", "owls"]
        assert library.paper("mice").abstract == "In snow."

    synced = ragassist("sync", refs, "--yes", cwd=tmp_path)
    assert synced.returncode == 1
    assert "nothing was removed" in synced.stdout + synced.stderr


def test_a_sync_of_a_file_that_is_cut_off_earlier_each_time_removes_nothing(tmp_path: Path) -> None:
    refs = tmp_path / "refs.bib"
    refs.write_text(f"{_OWLS}{_MICE.rstrip().removesuffix('}')}{_BATS}", "utf-8")
    with Library.open(tmp_path / ".ragassist") as library:
        library.sync(refs)
        refs.write_text(f"{_OWLS}{_MICE.partition(_CUT_AFTER)[0]}{_CUT_AFTER}", "utf-8")
        library.sync(refs, remove=True)

        assert sorted(one.paper_id for one in library.papers()) == ["bats", "mice", "owls"]


def test_comments_before_the_first_entry_are_no_prose() -> None:
    assert looks_like("% a comment\n" * 500 + "@article{k, title = {Lamps}}\n")
