"""Which records are of a preprint, and what its DOI says."""

import re

from ragassist.types import Record

_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+?)(?:v\d+)?")
# Cold Spring Harbor prints journals under 10.1101 too, but with a name and not a number behind it.
_PREPRINT_DOI = re.compile(
    r"10\.(?:48550|31219|31234|31235|2139|20944|26434|21203|36227|33774|64898)/.*"
    r"|10\.1101/(?:\d{4}\.\d\d\.\d\d\.)?\d{6,}(?:v\d+)?"
)
_PREPRINT_SERVER = re.compile(r"\b(?:\w*rxiv|corr|ssrn|preprints?)\b", re.I)


def is_preprint_doi(doi: str) -> bool:
    """Whether a preprint server gave the DOI."""
    return _PREPRINT_DOI.fullmatch(doi) is not None


def arxiv_id_of(doi: str) -> str | None:
    """The arXiv ID, without a version, in a DOI that arXiv gave."""
    found = _ARXIV_DOI.fullmatch(doi)
    return None if found is None else found[1]


def is_preprint(record: Record) -> bool:
    """Whether the record is of a preprint and of no published version, as far as it says."""
    if record.doi:
        return is_preprint_doi(record.doi)
    return on_a_server(record) or (record.arxiv_id is not None and not record.venue)


def on_a_server(record: Record) -> bool:
    """Whether the record's venue is a preprint server."""
    return record.venue is not None and _PREPRINT_SERVER.search(record.venue) is not None
