import pytest

from ragassist.bibliographies.formats import WRITERS, FormatName
from ragassist.bibliographies.keys import own_key, under_own_keys
from ragassist.papers.keys import older_keys
from ragassist.types import Paper, Provenance
from tests.bibliographies.readers import read_bibtex
from tests.bibliographies.test_round_trip import READERS, read_back


def paper_with(paper_id: str, *keys: str | None, **stated: object) -> Paper:
    places = tuple(
        Provenance(source="own.bib", reader="bibtex", line=line, key=key)
        for line, key in enumerate(keys, 1)
    )
    return Paper(paper_id=paper_id, title="T", provenance=places, **stated)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("paper_id", "stated", "key"),
    [
        ("smith-jones2020", "smith&jones2020", "smith&jones2020"),
        ("wren-2021", "wren@2021", "wren@2021"),
        ("wren2021", "wren2021", "wren2021"),
        ("wren-2021", "wren 2021", "wren-2021"),
        ("wren-2021", "wren,2021", "wren-2021"),
        ("wren-2021", "wren{2021", "wren-2021"),
        ("wren-2021", "wren%2021", "wren-2021"),
        ("wren-2021", "wren\\2021", "wren-2021"),
        ("wren-2021", "other*key", "wren-2021"),
        ("wren-2021", None, "wren-2021"),
    ],
)
def test_the_key_is_its_users_own_where_a_bib_can_hold_it(
    paper_id: str, stated: str | None, key: str
) -> None:
    assert own_key(paper_with(paper_id, stated)) == key


def test_the_id_stays_findable_beside_the_key() -> None:
    (paper,) = under_own_keys([paper_with("a-b", "a&b")])
    assert (paper.paper_id, paper.extra) == ("a&b", (("ids", "a-b"),))


def test_aliases_join_those_that_a_source_states() -> None:
    paper = paper_with("k", "k", aliases=("old 1", "old2"), extra=(("ids", "mine, k"),))
    (written,) = under_own_keys([paper])
    assert written.extra == (("ids", "mine, old2"),)


@pytest.mark.parametrize("form", ["bibtex", "biblatex"])
def test_a_bib_has_the_aliases_where_biber_looks(form: FormatName) -> None:
    text = "".join(WRITERS[form]([paper_with("k", "k", aliases=("a", "b"))]))
    assert read_bibtex(text)["k"].fields["ids"] == "a, b"


@pytest.mark.parametrize("form", READERS)
def test_key_and_aliases_are_read_again(form: FormatName) -> None:
    (record,) = read_back(form, paper_with("a-b", "a&b", aliases=("old",)))
    assert (record.key, record.extra) == ("a&b", (("ids", "a-b, old"),))


@pytest.mark.parametrize("form", ["ris", "csl-json", "csv", "jsonl"])
def test_a_key_that_no_bib_could_hold_is_read_among_the_others(form: FormatName) -> None:
    paper = paper_with("knuth-art:1", "knuth art:1", aliases=("knuth art:1", "old"))
    (record,) = read_back(form, paper)
    assert (record.key, older_keys(record)) == ("knuth-art:1", ("old", "knuth art:1"))
