"""Which of several own keys of one work is its id: the one that an author cites with.

First counts the kind of source: a key of a bibliography made for LaTeX, then a citation key of CSL,
then what other sources call an entry, and last what a database numbers it by. Among sources of one
kind the one that was added first names the paper: a co-author's bibliography that comes later
renames nothing that is cited already. The order in which sources were first added is thereby part
of what a library is, as a decision is; in which order and how often they are read again is not.
Of two keys in one source, one that its file has still counts before one that it had; else they tie,
and the least in string order is taken: entries change places.
"""

import re

_LATEX = frozenset({"bibtex"})
_CSL = frozenset({"csl-json"})
# Numbers, hashes, and addresses that a database or a reference manager gives, and nobody types.
_MACHINE_MADE = re.compile(
    r"(?i:\d+"
    r"|W\d{4,}"
    r"|(?:PMC|PMID:?|CorpusId:?|rayyan-|zotero-|ITEM-)\s*\d+"
    r"|(?:doi:)?10\.\d{4,9}/.*"
    r"|(?:arxiv:)?\d{4}\.\d{4,5}(?:v\d+)?"
    r"|2-s2\.0-\d+"
    r"|(?:WOS|ISI|MEDLINE|BIOSIS|BCI|INSPEC|CCC|KJD|SCIELO|CSCD|RSCI|PPRN|DRCI):\S+"
    r"|[0-9a-f]{24,}"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|[a-z]+://.*)"
    # Zotero's own, which are in capitals always.
    r"|(?:\S*/)?(?=[^/]*\d)(?=[^/]*[A-Z])[2-9A-KMNP-XZ]{8}"
)
_FIRST, _SECOND, _THIRD, _LAST = range(4)


def is_machine_made(key: str) -> bool:
    """Whether a key is one that a database or a program gave, and no author typed."""
    return _MACHINE_MADE.fullmatch(key.strip()) is not None


def is_cited_by(reader: str, key: str) -> bool:
    """Whether a key is one that stands in manuscripts, as far as its form and its source say."""
    return reader in _LATEX | _CSL and not is_machine_made(key)


def key_rank(reader: str, key: str) -> int:
    """How little a key is one that authors cite with; 0 is the most.

    Args:
        reader: the name of the format that the key's source was read as.
    """
    if reader in _LATEX:
        return _FIRST
    if is_machine_made(key):
        return _LAST
    return _SECOND if reader in _CSL else _THIRD
