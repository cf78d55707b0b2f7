"""The cited papers as BibTeX."""

from collections.abc import Iterable

from ragassist.bibliographies import bibtex
from ragassist.types import Paper

# The first line of a file that may be written anew.
MARK = "% written by ragassist related, which writes it anew when it is run again"


def to_bibtex(papers: Iterable[Paper]) -> str:
    """The mark, and one entry a paper, by key; the keys are the paper_ids."""
    ordered = sorted(papers, key=lambda paper: paper.paper_id)
    return "\n".join([MARK, "", "".join(bibtex.write(ordered))])
