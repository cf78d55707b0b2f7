"""The reader of saved pages that list papers; what it knows, and how, is in `reader`."""

from ragassist.sources.paper_list.reader import looks_like, read

__all__ = ["looks_like", "read"]
