"""Reader for CSL-JSON, as Zotero, Better BibTeX, Mendeley and Pandoc write it."""

from ragassist.sources import json_records

__all__ = ["looks_like", "read"]


def looks_like(head: str) -> bool:
    """Whether the first paper of a JSON list or wrapper names things as CSL does."""
    return json_records.shape_of_file(head) == "csl"


# Each object is read by its own names: lists are made of several services' objects.
read = json_records.read
