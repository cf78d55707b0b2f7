"""Two papers, and their passages as a prompt shows them."""

from collections.abc import Sequence

from ragassist.answering.keyed import Keyed, key_passages
from ragassist.types import Paper, Passage

OWLS = Paper(
    paper_id="payne1971owls",
    title="Acoustic location of prey by barn owls",
    abstract=(
        "Barn owls locate mice by hearing alone in complete darkness. "
        "Their error was 1.5 degrees in 40 trials."
    ),
    year=1971,
)
BATS = Paper(
    paper_id="neuweiler1984bats",
    title="Foraging and echolocation in bats",
    abstract=(
        "Horseshoe bats emit long calls of constant frequency near dense vegetation. "
        "Fluttering moths modulate the returning echoes."
    ),
)


def passage_of(paper: Paper, rank: int = 1) -> Passage:
    return Passage(
        paper_id=paper.paper_id,
        title=paper.title,
        start=0,
        stop=len(paper.abstract),
        text=paper.abstract,
        rank=rank,
        score=1 / rank,
        bm25=None,
        similarity=None,
    )


def keyed(papers: Sequence[Paper] = (OWLS, BATS), *, max_tokens: int = 6000) -> Keyed:
    passages = [passage_of(paper, rank) for rank, paper in enumerate(papers, start=1)]
    years = {paper.paper_id: paper.year for paper in papers}
    return key_passages(passages, years, max_tokens=max_tokens)
