"""One entry as a record."""

import re
from collections.abc import MutableMapping
from dataclasses import replace

from ragassist.sources.bibtex.dates import take_date
from ragassist.sources.bibtex.families import Whole
from ragassist.sources.bibtex.identifiers import other_dois, take_doi, take_eprint, take_url
from ragassist.sources.bibtex.own_latex import own_latex
from ragassist.sources.bibtex.people import split_names
from ragassist.sources.bibtex.values import plain, verbatim
from ragassist.sources.json_shapes.kinds import CSL_TYPES
from ragassist.text import title_key
from ragassist.types import Record

KINDS = {
    "article": "article-journal", "inproceedings": "paper-conference",
    "conference": "paper-conference", "proceedings": "book", "book": "book", "mvbook": "book",
    "collection": "book", "mvcollection": "book", "reference": "book", "mvreference": "book",
    "mvproceedings": "book", "manual": "book", "booklet": "pamphlet", "incollection": "chapter",
    "inbook": "chapter", "bookinbook": "chapter", "suppbook": "chapter",
    "suppcollection": "chapter", "inreference": "entry-encyclopedia",
    "suppperiodical": "article-journal", "phdthesis": "thesis", "mastersthesis": "thesis",
    "thesis": "thesis", "techreport": "report", "report": "report", "dataset": "dataset",
    "online": "webpage", "electronic": "webpage", "webpage": "webpage", "www": "webpage",
    "unpublished": "manuscript", "patent": "patent", "periodical": "periodical",
    "software": "software", "softwareversion": "software", "softwaremodule": "software",
    "standard": "standard", "preprint": "article", "review": "review", "artwork": "graphic",
    "image": "graphic", "audio": "song", "music": "song", "movie": "motion_picture",
    "video": "motion_picture", "letter": "personal_communication", "performance": "performance",
    "jurisdiction": "legal_case", "legislation": "legislation", "misc": "document",
}  # fmt: skip
"""What kind of work an entry of a type is, under CSL's names."""
# The types that say no more than the kind does; any other is kept beside it.
_PLAIN_TYPES: dict[str | None, frozenset[str]] = {
    kind: frozenset(types.split())
    for kind, types in {
        "article-journal": "article", "article-magazine": "article", "article-newspaper": "article",
        "book": "book", "chapter": "incollection", "dataset": "dataset", "document": "misc",
        "entry-encyclopedia": "inreference", "graphic": "image", "legal_case": "jurisdiction",
        "legislation": "legislation", "manuscript": "unpublished", "motion_picture": "movie",
        "pamphlet": "booklet", "paper-conference": "inproceedings conference", "patent": "patent",
        "performance": "performance", "periodical": "periodical",
        "personal_communication": "letter", "report": "report techreport", "review": "review",
        "software": "software", "song": "audio", "standard": "standard",
        "thesis": "phdthesis thesis", "webpage": "online",
    }.items()
}  # fmt: skip
_MAGAZINES = {"magazine": "article-magazine", "newspaper": "article-newspaper"}
# Of these a field says what they are; without it, nobody knows of which degree a thesis is.
_TOLD_BY_TYPE = frozenset({"thesis", "report"})
_WITHOUT_VENUE = frozenset({"misc", "online", "unpublished", "preprint", "electronic"})
_PREPRINT_SERVER = re.compile(r"\b(?:\w*rxiv|corr)\b", re.IGNORECASE)

_BIBLATEX_NAMES = {
    "address": "location", "annote": "annotation", "archiveprefix": "eprinttype",
    "primaryclass": "eprintclass", "school": "institution", "journal": "journaltitle",
    "key": "sortkey", "pdf": "file",
}  # fmt: skip
_VERBATIM = re.compile(
    r"(?:event|orig)?date|file|.*url.*|bdsk-.*|eprint|link|ee|doi|pmc?id|swhid|crossref|xdata|xref"
)
PEOPLE = frozenset(
    "editor editora editorb editorc translator annotator commentator introduction foreword "
    "afterword bookauthor holder namea nameb namec".split()
)
"""The fields, beside `author`, that hold names."""
_ON_ITS_OWN = frozenset("document webpage article dataset software pamphlet".split())
_CONTAINERS = frozenset("chapter paper-conference entry-encyclopedia".split())
_TITLED_BY_BOOK = frozenset(
    "book proceedings collection reference inbook mvbook mvcollection mvproceedings".split()
)
_TAGS = ("groups", "mendeley-groups", "mendeley-tags", "tags")
_RETRACTED_TITLE = re.compile(
    r"^\W*(?:retracted|withdrawn)(?:\s+(?:article|paper|chapter))?\s*[:\])}\u2013\u2014-]"
    r"|[(\[]\s*retracted\b[^()\[\]]*[)\]]\W*$",
    re.IGNORECASE,
)
_RETRACTED_NOTE = re.compile(r"(?<!not )\bretracted\b", re.IGNORECASE)
_RETRACTED_KEYWORD = re.compile(r"retracted(?: (?:publication|article|paper))?", re.IGNORECASE)

Fields = MutableMapping[str, str]


def to_record(whole: Whole) -> Record | None:
    """What an entry states; None where that is neither title nor abstract."""
    fields = {name: value for name, value in whole.fields.items() if value.strip()}
    type_ = whole.entry.kind
    title = _title(fields, type_)
    abstract = plain(fields.pop("abstract", ""))
    if not title and not abstract:
        return None
    others = other_dois(fields)
    doi = take_doi(fields)
    arxiv_id, pmid = take_eprint(fields)
    kind = _kind(fields, type_, is_preprint=arxiv_id is not None)
    authors, truncated = split_names(fields.pop("author", ""))
    year, date = take_date(fields)
    url = take_url(fields)
    # Scopus puts its own keywords beside the authors'.
    keywords = _listed(fields, "author_keywords", "author-keywords", "keywords", "keyword")
    tags = _listed(fields, *_TAGS)
    record = Record(
        key=whole.entry.key,
        line=whole.entry.line,
        title=title,
        abstract=abstract,
        authors=authors,
        authors_truncated=truncated,
        affiliations=_affiliations(fields),
        year=year,
        date=date,
        venue=_venue(fields, kind),
        doi=doi,
        arxiv_id=arxiv_id,
        pmid=pmid,
        url=url,
        categories=_categories(fields, arxiv_id),
        keywords=keywords,
        tags=tags,
        kind=kind,
        retracted=_is_retracted(title, (*keywords, *tags), fields),
        extra=(),
    )
    # Whose kind is stated beside it has a type that says less.
    says_kind = "kind" not in whole.fields or "kind" in fields
    extra = _extra(fields, record, type_ if says_kind else "") | others
    extra.update(own_latex(whole.fields, _BIBLATEX_NAMES, PEOPLE))
    return replace(record, extra=tuple(sorted(extra.items())))


def _title(fields: Fields, type_: str) -> str:
    """The title with its subtitle, which stays among the fields as well."""
    title = plain(fields.pop("title", ""))
    if not title and type_ in _TITLED_BY_BOOK:
        title = plain(fields.pop("booktitle", ""))
    subtitle = plain(fields.get("subtitle", ""))
    if not subtitle or title_key(title).endswith(title_key(subtitle)):
        return title
    parted = "" if not title else " " if title[-1] in ":?!.\u2013\u2014" else ": "
    return f"{title}{parted}{subtitle}"


def _kind(fields: Fields, type_: str, *, is_preprint: bool) -> str | None:
    kind = KINDS.get(type_)
    if (stated := fields.get("kind", "").strip()) in CSL_TYPES:
        fields.pop("kind")
        return stated
    if kind == "article-journal":
        if magazine := _MAGAZINES.get(fields.get("entrysubtype", "").strip().lower()):
            fields.pop("entrysubtype")
            return magazine
        journal = fields.get("journaltitle") or fields.get("journal") or ""
        if _PREPRINT_SERVER.search(journal):
            return "article"
    return "article" if is_preprint and type_ in _WITHOUT_VENUE else kind


def _venue(fields: Fields, kind: str | None) -> str | None:
    names = ["journaltitle", "journal", "booktitle"]
    if kind in _CONTAINERS:
        names = ["booktitle", "journaltitle", "journal", "eventtitle"]
    elif kind in ("thesis", "report"):
        names += ["institution", "school"]
    elif kind in _ON_ITS_OWN:
        names.append("howpublished")
    for name in names:
        if venue := plain(fields.get(name, "")):
            fields.pop(name)
            return venue
    return None


def _affiliations(fields: Fields) -> tuple[str, ...]:
    stated = plain(fields.pop("affiliation", "") or fields.pop("affiliations", ""))
    # In `[Lee, Ann; Yu, Bo] Univ Here`, what semicolons part is people.
    parts = [stated] if "[" in stated else stated.split(";")
    return tuple(filter(None, (part.strip() for part in parts)))


def _listed(fields: Fields, *names: str) -> tuple[str, ...]:
    """The parts of lists, each once; a list with semicolons may hold commas in its parts."""
    found: dict[str, None] = {}
    for name in names:
        stated = plain(fields.pop(name, ""))
        mark = ";" if ";" in stated else ","
        found.update(dict.fromkeys(part.strip() for part in stated.split(mark)))
    return tuple(filter(None, found))


def _categories(fields: Fields, arxiv_id: str | None) -> tuple[str, ...]:
    listed = _listed(fields, "categories")
    if arxiv_id is None:
        return listed
    return tuple(dict.fromkeys((*_listed(fields, "eprintclass", "primaryclass"), *listed)))


def _is_retracted(title: str, terms: tuple[str, ...], fields: Fields) -> bool:
    stated = fields.pop("retracted", "").strip("{} ").lower()
    if stated and stated not in ("no", "false"):
        return True
    if _RETRACTED_TITLE.search(title) or any(map(_RETRACTED_KEYWORD.fullmatch, terms)):
        return True
    notes = (fields.get(name, "") for name in ("note", "addendum", "pubstate", "annotation"))
    return any(map(_RETRACTED_NOTE.search, notes))


def _extra(fields: Fields, record: Record, type_: str) -> dict[str, str]:
    stated: dict[str, str] = {}
    for name, value in fields.items():
        renamed = _BIBLATEX_NAMES.get(name, name)
        text = _as_text(name, value)
        if text and not (renamed == "sortkey" and _is_label(text, record)):
            stated.setdefault(name if renamed in fields else renamed, text)
    is_vague = type_ in _TOLD_BY_TYPE and "type" not in stated
    if type_ and (is_vague or not _says_no_more(type_, record)):
        stated.setdefault("entrytype", type_)
    return stated


def _says_no_more(type_: str, record: Record) -> bool:
    if record.kind == "article":
        # A preprint: an article where its server counts as a journal, else online or misc.
        return type_ == "article" if record.venue else type_ in ("misc", "online")
    return type_ in _PLAIN_TYPES.get(record.kind, ())


def _is_label(text: str, record: Record) -> bool:
    """Whether it is only what a work without authors is sorted by, as exports make it."""
    label = text.removesuffix("…").strip()
    return not record.authors and (record.title or record.key or "").startswith(label)


def _as_text(name: str, value: str) -> str:
    if _VERBATIM.fullmatch(name):
        return verbatim(value)
    if name in PEOPLE:
        names, truncated = split_names(value)
        return " and ".join((*names, "others") if truncated else names)
    text = plain(value)
    # Where a page has a hyphen of its own, the range needs the dash.
    return text.replace("\u2013", "-") if name == "pages" and "-" not in text else text
