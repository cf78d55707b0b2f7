"""What kind of work a paper is, as each format names it; guessed from the venue if nobody says."""

import re
from dataclasses import dataclass
from typing import Literal

from ragassist.bibliographies.own_latex import stated_extra
from ragassist.sources.bibtex.records import KINDS
from ragassist.text import one_line
from ragassist.types import Paper


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work under the names of CSL, BibTeX, BibLaTeX and RIS."""

    csl: str
    bibtex: str
    biblatex: str
    ris: str


_KINDS = tuple(
    Kind(*row.split())
    for row in """
    article-journal        article        article        JOUR
    article-magazine       article        article        MGZN
    article-newspaper      article        article        NEWS
    article                misc           online         UNPB
    bill                   misc           legislation    BILL
    book                   book           book           BOOK
    broadcast              misc           video          MPCT
    chapter                incollection   incollection   CHAP
    classic                book           book           CLSWK
    collection             misc           misc           GEN
    dataset                misc           dataset        DATA
    document               misc           misc           GEN
    entry                  incollection   inreference    CHAP
    entry-dictionary       incollection   inreference    DICT
    entry-encyclopedia     incollection   inreference    ENCYC
    event                  misc           misc           GEN
    figure                 misc           image          FIGURE
    graphic                misc           image          ART
    hearing                misc           legislation    HEAR
    interview              misc           misc           PCOMM
    legal_case             misc           jurisdiction   CASE
    legislation            misc           legislation    STAT
    manuscript             unpublished    unpublished    MANSCPT
    map                    misc           misc           MAP
    motion_picture         misc           movie          VIDEO
    musical_score          misc           music          MUSIC
    pamphlet               booklet        booklet        PAMP
    paper-conference       inproceedings  inproceedings  CPAPER
    patent                 misc           patent         PAT
    performance            misc           performance    GEN
    periodical             misc           periodical     SER
    personal_communication misc           letter         PCOMM
    post                   misc           online         BLOG
    post-weblog            misc           online         BLOG
    regulation             misc           legislation    STAT
    report                 techreport     report         RPRT
    review                 article        review         JOUR
    review-book            article        review         JOUR
    software               misc           software       COMP
    song                   misc           audio          SOUND
    speech                 misc           unpublished    SLIDE
    standard               misc           standard       STAND
    thesis                 phdthesis      thesis         THES
    treaty                 misc           legal          STAT
    webpage                misc           online         ELEC
    """.strip().splitlines()
)
_BY_CSL = {kind.csl: kind for kind in _KINDS}
# What BibTeX and BibLaTeX know beside these, and a few under other names.
_BY_ENTRY_TYPE = {
    **{kind.biblatex: kind for kind in reversed(_KINDS)},
    "conference": _BY_CSL["paper-conference"],
    "proceedings": _BY_CSL["book"],
    "mvbook": _BY_CSL["book"],
    "collection": _BY_CSL["book"],
    "manual": _BY_CSL["book"],
    "inbook": _BY_CSL["chapter"],
    "phdthesis": _BY_CSL["thesis"],
    "mastersthesis": _BY_CSL["thesis"],
    "techreport": _BY_CSL["report"],
    "electronic": _BY_CSL["webpage"],
    "online": _BY_CSL["webpage"],
    "misc": _BY_CSL["document"],
}
_SHORT_OF_A_DOCTOR = re.compile(
    r"ma(?:ster|gister)|mathesis|bathesis|bachelor|diplom|m\.? ?sc\b|b\.? ?sc\b", re.I
)
# BibLaTeX's words for the types of theses and reports, as styles of BibTeX would print them.
_BIBLATEX_TYPES = {
    "phdthesis": "", "mathesis": "", "techreport": "", "bathesis": "Bachelor's thesis",
    "candthesis": "Candidate thesis", "resreport": "Research report",
}  # fmt: skip
_SPELT = {
    "phdthesis": "PhD thesis", "mathesis": "Master's thesis", "techreport": "Technical report",
}  # fmt: skip
_NO_ENTRY = frozenset({"comment", "preamble", "string", "xdata", "set"})

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


def kind_of(paper: Paper) -> Kind:
    """The kind a paper is stated to be, else that of its entry type, else what its venue suggests.

    A kind that no table has is a document.
    """
    if paper.kind:
        return _BY_CSL.get(paper.kind, _BY_CSL["document"])
    return _BY_ENTRY_TYPE.get(_stated_entry_type(paper)) or _BY_CSL[_suggested(paper)]


def entry_type(paper: Paper, dialect: Literal["bibtex", "biblatex"]) -> str:
    """The type of a paper's entry: the one it was read with, else that of its kind.

    A preprint whose server is its venue is an article there, as everybody cites it.
    """
    if stated := _stated_entry_type(paper):
        return stated
    kind = kind_of(paper)
    if dialect == "bibtex" and kind.csl == "thesis" and _SHORT_OF_A_DOCTOR.search(_type(paper)):
        return "mastersthesis"
    if kind.csl == "article" and paper.venue:
        return "article"
    # Without an eprint, what is online is a web page.
    if dialect == "bibtex" or (kind.csl == "article" and not paper.arxiv_id):
        return kind.bibtex
    # Of `thesis` and `report` BibLaTeX prints what it is only where a field says so.
    if kind.csl in ("thesis", "report") and not stated_extra(paper, "type"):
        return kind.bibtex
    return kind.biblatex


def type_in_words(paper: Paper) -> str:
    """What kind of thesis or report a paper is, as a reader understands it.

    Empty where nobody says, and where a word of BibLaTeX's says what an entry's type says already.
    """
    stated = _type(paper).strip()
    return _BIBLATEX_TYPES.get(stated.lower(), stated)


def spelt_type(stated: str) -> str:
    """The type of a thesis or report in words, where it is one of BibLaTeX's."""
    return _SPELT.get(stated.strip().lower()) or _BIBLATEX_TYPES.get(stated.strip().lower(), stated)


def kind_beside(paper: Paper, type_: str) -> str:
    """The kind of a paper where readers of its entry's type would take it for another; or empty."""
    kind = paper.kind or ""
    said = KINDS.get(type_)
    is_preprint = kind == "article" and (paper.arxiv_id or type_ == "article")
    if kind not in _BY_CSL or said == kind or is_preprint or _stated_entry_type(paper):
        return ""
    return "" if entry_subtype(paper) else kind


def entry_subtype(paper: Paper) -> str:
    """What BibLaTeX tells articles of magazines and newspapers by; empty for all others."""
    return {"article-magazine": "magazine", "article-newspaper": "newspaper"}.get(
        paper.kind or "", ""
    )


def _type(paper: Paper) -> str:
    return stated_extra(paper, "type")


def _stated_entry_type(paper: Paper) -> str:
    stated = next((value for name, value in paper.extra if name == "entrytype"), "").lower()
    return stated if re.fullmatch(r"[a-z]+", stated) and stated not in _NO_ENTRY else ""


def _suggested(paper: Paper) -> str:
    venue = one_line(paper.venue or "")
    if not venue or _PREPRINT.search(venue):
        return "article" if venue or paper.arxiv_id else "document"
    if not _JOURNAL.search(venue) and _is_meeting(venue):
        return "paper-conference"
    return "article-journal"


def _is_meeting(venue: str) -> bool:
    return bool(
        _MEETING.search(venue)
        or _MEETING_WITH_YEAR.fullmatch(venue)
        or _KNOWN_MEETING.fullmatch(venue)
    )
