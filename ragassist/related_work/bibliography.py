"""The cited papers as BibTeX."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from ragassist.related_work.latex import escape
from ragassist.related_work.people import name_work, parse_name
from ragassist.text import one_line
from ragassist.types import Paper

# The first line of a file that may be written anew.
MARK = "% written by ragassist related, which writes it anew when it is run again"

_JOURNAL = re.compile(
    r"\b(?:journal|transactions|letters|magazine|annals|review|IJCV|JAIR|JMLR|PNAS|TACL|TKDE|TMLR|"
    r"TOG|TOIS|TPAMI)\b",
    re.I,
)
_MEETING = re.compile(
    r"\b(?:proceedings|proc|conference|conf|workshop|symposium|meeting|congress|findings)\b", re.I
)
# `ICLR 2023`, `EMNLP'21`; and without a year, those that everybody writes so.
_MEETING_WITH_YEAR = re.compile(r"\w[\w&*/-]{1,11}[ -]?(?:'\d\d|(?:19|20)\d\d)")
_KNOWN_MEETING = re.compile(
    r"(?:AAAI|ACL|AISTATS|CHI|CIKM|COLING|COLM|CoRL|CVPR|EACL|ECAI|ECCV|ECIR|EMNLP|ICASSP|ICCV|ICLR"
    r"|ICML|ICRA|IJCAI|INTERSPEECH|Interspeech|IROS|KDD|LREC|MICCAI|NAACL|NeurIPS|NIPS|RecSys|SIGIR"
    r"|UAI|UIST|WACV|WSDM|WWW)(?:\b.*)?"
)
_PREPRINT = re.compile(r"\b(?:\w*rxiv|corr|preprint)\b", re.I)
_LABEL_WORDS = 5
# What a URL or an identifier may hold as it stands in braces.
_VERBATIM = "%/:?#[]@!$&'()*+,;=~"


def to_bibtex(papers: Iterable[Paper]) -> str:
    """One entry a paper, by key; the keys are the paper_ids. Balanced, whatever the records hold.

    A venue decides the type: a meeting's is `@inproceedings`, another's `@article`; without one,
    or on a preprint server, it is `@misc`. What is not known is left out.
    """
    ordered = sorted(papers, key=lambda paper: paper.paper_id)
    return "\n".join([MARK, *(f"\n{_entry(paper)}" for paper in ordered), ""])


def _entry(paper: Paper) -> str:
    kind, fields = _published(paper)
    stated = {
        "author": _authors(paper),
        # Without an author, what a style sorts and labels by.
        "key": "" if paper.authors else _escaped(_short(name_work(paper))),
        "title": f"{{{_escaped(paper.title)}}}" if paper.title.strip() else "",
        "year": "" if paper.year is None else str(paper.year),
        **fields,
        "doi": _verbatim(paper.doi),
        "url": _verbatim(paper.url),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in stated.items() if value]
    return "\n".join([f"@{kind}{{{paper.paper_id},", *lines, "}"])


def _short(title: str) -> str:
    words = title.split()
    return title if len(words) <= _LABEL_WORDS else " ".join(words[:_LABEL_WORDS]) + " …"


def _published(paper: Paper) -> tuple[str, dict[str, str]]:
    venue = one_line(paper.venue or "")
    eprint = _verbatim(paper.arxiv_id)
    preprint = {"eprint": eprint, "archivePrefix": "arXiv" if eprint else ""}
    if not venue or _PREPRINT.search(venue):
        return "misc", {"howpublished": "" if eprint else _escaped(venue), **preprint}
    if not _JOURNAL.search(venue) and _is_meeting(venue):
        return "inproceedings", {"booktitle": _escaped(venue), **preprint}
    return "article", {"journal": _escaped(venue), **preprint}


def _is_meeting(venue: str) -> bool:
    return bool(
        _MEETING.search(venue)
        or _MEETING_WITH_YEAR.fullmatch(venue)
        or _KNOWN_MEETING.fullmatch(venue)
    )


def _authors(paper: Paper) -> str:
    names = [_author(author) for author in paper.authors if author.strip()]
    if names and paper.authors_truncated:
        names.append("others")
    return " and ".join(names)


def _author(written: str) -> str:
    """A name so that BibTeX finds its parts; an organisation in braces, which keep it whole."""
    name = parse_name(written)
    if not name.given:
        family = _escaped(name.family)
        return f"{{{family}}}" if " " in family or "," in family else family
    return ", ".join(_escaped(part) for part in (name.family, name.suffix, name.given) if part)


def _escaped(text: str) -> str:
    return escape(one_line(text))


def _verbatim(address: str | None) -> str:
    """An address or an identifier without spaces, backslashes and braces."""
    return quote(one_line(address or ""), safe=_VERBATIM)
