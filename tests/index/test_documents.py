"""The library in somebody else's chain."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnablePassthrough

from ragassist import Library
from ragassist.types import Filters

REFS = """
@article{payne1971owls, title={Acoustic location of prey by barn owls}, year=1971,
  author={Payne, Roger S.}, doi={10.5555/owls},
  abstract={Barn owls locate mice by hearing alone in complete darkness.}}
@article{neuweiler1984bats, title={Foraging and echolocation in bats}, year=1984}
"""


@pytest.fixture
def library(tmp_path: Path, library_folder: Path) -> Library:
    (tmp_path / "refs.bib").write_text(REFS, "utf-8")
    with Library.open(library_folder) as library:
        library.add(tmp_path / "refs.bib")
        return library


def test_a_document_has_the_passage_and_says_whose_it_is(library: Library) -> None:
    found = library.as_retriever().invoke("How do barn owls locate mice?")

    owls = found[0]
    assert (owls.id, owls.metadata["paper_id"]) == ("payne1971owls", "payne1971owls")
    assert owls.page_content.startswith("Barn owls locate mice")
    assert owls.metadata["title"] == "Acoustic location of prey by barn owls"
    assert (owls.metadata["year"], owls.metadata["doi"]) == (1971, "10.5555/owls")
    assert 0 < owls.metadata["score"] <= 1


def test_a_paper_without_abstract_is_a_document_of_its_title(library: Library) -> None:
    (bats,) = library.as_retriever(top_k=1).invoke("echolocation in bats")

    assert bats.page_content == "Foraging and echolocation in bats"
    assert bats.metadata["title_only"]


def test_filters_hold_for_the_retriever(library: Library) -> None:
    later = library.as_retriever(filters=Filters(year_from=1980))

    assert [one.id for one in later.invoke("owls and bats")] == ["neuweiler1984bats"]


def test_it_works_in_the_threads_that_a_chain_makes(library: Library) -> None:
    retriever = library.as_retriever(top_k=1)
    chain: Any = {"papers": retriever, "topic": RunnablePassthrough()} | RunnablePassthrough()
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(chain.invoke, ["barn owls and mice"] * 4))

    assert [run["papers"][0].id for run in runs] == ["payne1971owls"] * 4
    assert retriever.batch(["barn owls", "bats"])[1][0].id == "neuweiler1984bats"
