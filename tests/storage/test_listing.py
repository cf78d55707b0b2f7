from collections.abc import Iterator
from pathlib import Path

import pytest

from ragassist.library import Library
from ragassist.types import Filters
from tests.conftest import WriteJsonl


@pytest.fixture
def library(library_folder: Path, jsonl_file: WriteJsonl) -> Iterator[Library]:
    papers = [
        {"_id": "b", "title": "Bats", "authors": ["Ana Rao"], "year": 2020, "tags": ["night"]},
        {"_id": "a", "title": "Apes", "authors": ["Bo Lee", "Ana Rao"], "year": 2021},
    ]
    with Library.open(library_folder) as opened:
        opened.add(jsonl_file("refs.jsonl", papers))
        yield opened


def test_titles_are_listed_by_id(library: Library) -> None:
    assert library.titles() == (("a", "Apes"), ("b", "Bats"))


def test_names_are_listed_the_most_frequent_first(library: Library) -> None:
    assert library.values("authors") == ("Ana Rao", "Bo Lee")
    assert library.values("tags") == ("night",)
    assert library.values("categories") == ()
    assert [Path(path).name for path in library.values("sources")] == ["refs.jsonl"]


def test_papers_that_pass_are_counted(library: Library) -> None:
    assert library.count() == 2
    assert library.count(Filters(year_from=2021)) == 1
    assert library.count(Filters(authors=("rao",), year_to=1999)) == 0


def test_a_paper_is_found_by_its_id_or_not_at_all(library: Library) -> None:
    found = library.find_paper("a")

    assert found is not None
    assert found.title == "Apes"
    assert library.find_paper("c") is None
