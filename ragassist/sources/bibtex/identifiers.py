"""DOI, arXiv ID, PMID and address, from wherever an entry states them."""

import re
from collections.abc import MutableMapping

from ragassist.sources.bibtex.values import verbatim
from ragassist.sources.fields import doi_in
from ragassist.sources.identifiers import beside_doi, dois_apart, is_web_address, urls_apart

_DOI = re.compile(r"10\.\d{1,9}(?:\.\d{1,9}){0,3}/\S*[^\s.,;]")
_DOI_RESOLVER = re.compile(r"https?://(?:dx\.)?doi\.(?:acm\.)?org/(?=10\.)", re.IGNORECASE)
_PERCENT = re.compile(r"%([2-7][0-9A-Fa-f])")
_ARXIV_ID = r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
_ARXIV = re.compile(rf"(?:arxiv:\s*)?{_ARXIV_ID}(?:\s*\[[\w.-]+\])?", re.IGNORECASE)
_ARXIV_NEW = re.compile(r"(?:arxiv:\s*)?(\d{4}\.\d{4,5})(?:v\d+)?", re.IGNORECASE)
_ARXIV_SAID = re.compile(
    rf"\barxiv(?:[ -](?:e-?prints?|preprint))?[:,\s]+(?:arxiv:|abs/)?\s*{_ARXIV_ID}(?![\d.]\d)",
    re.IGNORECASE,
)
_ARXIV_ADDRESS = re.compile(rf"arxiv\.org/(?:abs|pdf)/{_ARXIV_ID}(?:\.pdf)?/?(?:[?#].*)?$", re.I)
_ARXIV_PAGE = re.compile(rf"abs/{_ARXIV_ID}")
_PMID = re.compile(r"(?:PMID:?\s*)?(\d{1,9})", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|ftp)://\S+|www\.\S+\.\S+", re.IGNORECASE)
_ADDRESSES = ("url", "link", "ee", "bdsk-url-1", "howpublished")

Fields = MutableMapping[str, str]


def take_doi(fields: Fields) -> str | None:
    """The DOI in lower case, without a resolver; a field that states it is taken out."""
    stated = dois_apart(verbatim(fields.get("doi", "")))[0]
    if found := _DOI.search(_decoded(stated)):
        fields.pop("doi")
        return found[0].lower()
    for name in ("url", "ee", "bdsk-url-1"):
        address = verbatim(fields.get(name, ""))
        if (resolver := _DOI_RESOLVER.match(address)) and (
            found := _DOI.fullmatch(_decoded(address[resolver.end() :]))
        ):
            return found[0].lower()
    return None


def other_dois(fields: Fields) -> dict[str, str]:
    """What `extra` is to hold of a field with several DOIs, before the first is taken.

    A field without any stays among the fields.
    """
    stated = dois_apart(verbatim(fields.get("doi", "")))
    return beside_doi(stated, doi) if len(stated) > 1 and (doi := doi_in(stated[0])) else {}


def _decoded(text: str) -> str:
    return _PERCENT.sub(lambda code: chr(int(code[1], 16)), text)


def take_eprint(fields: Fields) -> tuple[str | None, str | None]:
    """The arXiv ID without its version, and the PMID."""
    arxiv = _eprint(fields, "arxiv", _ARXIV) or _arxiv_elsewhere(fields)
    return arxiv, _pmid(fields) or _eprint(fields, "pubmed", _PMID)


def _eprint(fields: Fields, kind: str, form: re.Pattern[str]) -> str | None:
    named = next((n for n in ("eprinttype", "archiveprefix") if fields.get(n, "").strip()), "")
    stated = verbatim(fields.get("eprint", ""))
    archive = verbatim(fields.get(named, "")).lower()
    # Without a type, only what can be nothing else is an arXiv ID.
    if not archive and kind == "arxiv":
        form = _ARXIV_NEW
    elif archive != kind:
        return None
    found = form.fullmatch(stated)
    if found is None:
        return None
    fields.pop("eprint")
    fields.pop(named, None)
    return found[1]


def _arxiv_elsewhere(fields: Fields) -> str | None:
    for name in ("arxivid", "arxiv"):
        if found := _ARXIV.fullmatch(verbatim(fields.get(name, ""))):
            fields.pop(name)
            return found[1]
    for name in ("journal", "journaltitle", "howpublished", "note"):
        said = verbatim(fields.get(name, ""))
        found = _ARXIV_SAID.match(said) if name == "note" else _ARXIV_SAID.search(said)
        if found:
            return found[1]
    # DBLP's CoRR states it as the volume.
    if found := _ARXIV_PAGE.fullmatch(verbatim(fields.get("volume", ""))):
        return found[1]
    found = _ARXIV_ADDRESS.search(verbatim(fields.get("url", "")))
    return found[1] if found else None


def _pmid(fields: Fields) -> str | None:
    if found := _PMID.fullmatch(verbatim(fields.get("pmid", ""))):
        fields.pop("pmid")
        return found[1]
    return None


def take_url(fields: Fields) -> str | None:
    """The first address; only a field of that name, or one that holds nothing else, is taken."""
    for name in _ADDRESSES:
        stated = verbatim(fields.get(name, ""))
        found = _ADDRESS.search(stated)
        if found is None:
            continue
        if name == "url" and len(several := urls_apart(stated)) > 1 and is_web_address(several[0]):
            fields.pop(name)
            fields["otherurl"] = "; ".join(several[1:])
            return several[0]
        if name == "url" or (name == "howpublished" and found[0] == stated):
            fields.pop(name)
        return found[0]
    return None
