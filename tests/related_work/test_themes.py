from collections.abc import Sequence

import pytest

from ragassist.index.embedders import BuiltinEmbedder
from ragassist.related_work.outcome import Theme
from ragassist.related_work.themes import group_papers
from ragassist.types import Paper

EMBED = BuiltinEmbedder().embed


def evenly(words: Sequence[str]) -> dict[str, float]:
    return dict.fromkeys(words, 1.0)


def paper(key: str, title: str, abstract: str, year: int | None = 2020) -> Paper:
    return Paper(paper_id=key, title=title, abstract=abstract, year=year)


SPEECH = [
    paper(
        "s1", "Speech recognition for whispers", "We train speech recognition on whispers.", 2022
    ),
    paper("s2", "Speech recognition in cars", "Noise harms speech recognition in cars.", 2019),
    paper("s3", "Speech recognition of children", "Children need own speech recognition.", None),
]
PROTEIN = [
    paper("p1", "Protein folding on laptops", "We fold a protein structure on a laptop.", 2021),
    paper("p2", "Protein folding of membranes", "Membranes bend a protein structure.", 2021),
]


def group(papers: Sequence[Paper], topic: str = "neural networks") -> tuple[Theme, ...]:
    return group_papers(papers, topic, EMBED, evenly)


def test_papers_that_do_alike_are_a_theme_named_by_what_they_alone_say() -> None:
    assert group([*PROTEIN, *SPEECH]) == (
        Theme(name="Speech recognition", paper_ids=("s2", "s1", "s3")),
        Theme(name="Protein folding", paper_ids=("p1", "p2")),
    )


def test_the_order_of_the_papers_does_not_matter() -> None:
    papers = [*PROTEIN, *SPEECH]
    assert group(papers) == group(papers[::-1]) == group([*papers[2:], *papers[:2]])


def test_themes_of_one_size_come_by_their_most_relevant_paper() -> None:
    first = [theme.paper_ids[0][0] for theme in group([*PROTEIN, *SPEECH[:2]])]
    other = [theme.paper_ids[0][0] for theme in group([*SPEECH[:2], *PROTEIN])]
    assert (first, other) == (["p", "s"], ["s", "p"])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_few_papers_are_one_theme_called_by_the_topic(count: int) -> None:
    (theme,) = group(SPEECH[:count], topic="neural  networks")
    assert theme.name == "Neural networks"
    assert len(theme.paper_ids) == count


def test_papers_that_are_all_alike_are_one_theme() -> None:
    same = [paper(f"x{n}", "One title", "One abstract of theirs.") for n in range(6)]
    (theme,) = group(same)
    assert theme.paper_ids == ("x0", "x1", "x2", "x3", "x4", "x5")


def test_a_theme_without_words_of_its_own_is_called_by_its_papers() -> None:
    names = [theme.name for theme in group([*SPEECH, paper("x", "A B: C D", "。"), *PROTEIN[:1]])]
    assert all(names)
    assert len(set(names)) == len(names)
