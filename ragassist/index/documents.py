"""The library for somebody else's chain: passages as LangChain's documents.

Importing this loads langchain_core (0.6 s).
"""

from collections.abc import Callable, Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from ragassist.types import Paper, Passage

Search = Callable[[str], Sequence[tuple[Passage, Paper]]]
"""A question to the passages that bear most on it, best first, each with its paper."""


class PassageRetriever(BaseRetriever):
    """Finds as the library does: both legs fused, at most one passage a paper, best first.

    A document's `id` is the paper_id, its text the passage, or the title of a paper without
    abstract. Its metadata are paper_id, title, authors, year, doi, url, rank, score (0 to 1, for
    comparing within one question), start, stop, title_only and retracted.
    """

    search: Search

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[Document]:
        return [_document(passage, paper) for passage, paper in self.search(query)]


def _document(passage: Passage, paper: Paper) -> Document:
    about = {
        "paper_id": paper.paper_id,
        "title": paper.title,
        "authors": list(paper.authors),
        "year": paper.year,
        "doi": paper.doi,
        "url": paper.url,
        "rank": passage.rank,
        "score": passage.score,
        "start": passage.start,
        "stop": passage.stop,
        "title_only": not paper.abstract,
        "retracted": paper.retracted,
    }
    return Document(id=paper.paper_id, page_content=passage.text or paper.title, metadata=about)
