"""Grouping papers by what they do."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ragassist.answering.evidence import Embed
from ragassist.grounding.containment import Weigh
from ragassist.related_work.naming import name_groups
from ragassist.related_work.outcome import Theme
from ragassist.types import Paper

# Fewer papers than that are one theme; on average a theme has at least so many less one.
_FEWEST_TO_PART = 4
_PAPERS_PER_THEME = 3
_MOST_THEMES = 8
_NO_YEAR = 10_000

Distances = NDArray[np.float64]


def group_papers(
    papers: Sequence[Paper], topic: str, embed: Embed, rarity: Weigh
) -> tuple[Theme, ...]:
    """Part papers into themes, the largest first, ties by their most relevant paper.

    Average linkage on the cosine of title and abstract, after what all of them share, the topic,
    is taken out; as many themes as part them best by the mean silhouette (Rousseeuw 1987,
    doi:10.1016/0377-0427(87)90125-7), between two and one for each three papers. Fewer than four
    papers are one theme. The same papers give the same themes, in whatever order they come.

    Args:
        papers: most relevant first.
        rarity: how rare words and phrases are in the library.
    """
    groups = _parted(papers, embed)
    place = {paper.paper_id: place for place, paper in enumerate(papers)}
    groups.sort(key=lambda group: (-len(group), min(place[paper.paper_id] for paper in group)))
    return tuple(
        Theme(name=name, paper_ids=tuple(paper.paper_id for paper in sorted(group, key=_by_year)))
        for name, group in zip(name_groups(groups, topic, rarity), groups, strict=True)
    )


def _by_year(paper: Paper) -> tuple[int, str]:
    return (_NO_YEAR if paper.year is None else paper.year, paper.paper_id)


def _parted(papers: Sequence[Paper], embed: Embed) -> list[list[Paper]]:
    if len(papers) < _FEWEST_TO_PART:
        return [list(papers)]
    from scipy.cluster import hierarchy
    from scipy.spatial.distance import squareform

    ordered = sorted(papers, key=lambda paper: paper.paper_id)
    distances = _distances([f"{paper.title}\n{paper.abstract}" for paper in ordered], embed)
    tree = hierarchy.linkage(squareform(distances, checks=False), method="average")
    most = min(max(2, len(ordered) // _PAPERS_PER_THEME), _MOST_THEMES)
    cuts = [hierarchy.fcluster(tree, count, criterion="maxclust") for count in range(2, most + 1)]
    # The first of equals: fewer themes.
    labels = max(cuts, key=lambda cut: round(_silhouette(distances, cut), 6))
    return [
        [paper for paper, own in zip(ordered, labels, strict=True) if own == label]
        for label in sorted(set(labels.tolist()))
    ]


def _distances(texts: Sequence[str], embed: Embed) -> Distances:
    """Cosine distances, shape (texts, texts), 0 to 2, of the vectors less their mean."""
    vectors = embed(texts).astype(np.float64)
    vectors -= vectors.mean(axis=0)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(norms > 0, norms, 1.0)
    # The last digits depend on how the sums were taken.
    distances = np.clip(np.round(1.0 - vectors @ vectors.T, 6), 0.0, 2.0)
    np.fill_diagonal(distances, 0.0)
    return np.asarray(distances, dtype=np.float64)


def _silhouette(distances: Distances, labels: NDArray[np.int32]) -> float:
    widths = []
    for row, own in zip(distances, labels, strict=True):
        alike = labels == own
        if len(set(labels.tolist())) < 2 or alike.sum() == 1:
            widths.append(0.0)
            continue
        within = row[alike].sum() / (alike.sum() - 1)
        beside = min(row[labels == other].mean() for other in set(labels.tolist()) - {int(own)})
        widths.append((beside - within) / (max(within, beside) or 1.0))
    return float(np.mean(widths))
