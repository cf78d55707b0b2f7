from pathlib import Path

import pytest

from ragassist.index.acronyms import long_forms
from ragassist.library import Library
from ragassist.storage.catalog import Catalog


@pytest.mark.parametrize(
    ("text", "word", "forms"),
    [
        ("We study rain-augmented growth (RAG) of crops.", "rag", ("rain augmented growth",)),
        ("Rain-augmented growth, or RAG, feeds crops.", "rag", ("rain augmented growth",)),
        ("Large leaf maples (LLMs) are tall.", "llm", ("large leaf maples",)),
        (
            "Rotation learned from human farms (RLHF) works.",
            "rlhf",
            ("rotation learned from human farms",),
        ),
        ("The rag (RAG) is old.", "rag", ()),
        ("A rag is a cloth.", "rag", ()),
        ("Wide fields (RAG) are dry.", "rag", ()),
    ],
)
def test_an_acronym_stands_for_what_a_text_introduces_it_for(
    tmp_path: Path, text: str, word: str, forms: tuple[str, ...]
) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(f'{{"title": "On crops", "abstract": "{text}"}}\n')
    with Library.open(tmp_path / "library") as library:
        library.add(source)
    catalog = Catalog.open(tmp_path / "library")
    assert long_forms(catalog, [word]) == ({word: forms} if forms else {})
    catalog.close()
