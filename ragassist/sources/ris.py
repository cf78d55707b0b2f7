"""Reader for RIS, in the dialects of Zotero, EndNote, Mendeley, RefMan, Scopus and publishers.

Written out, since rispy (0.10) loses what is there without a word: a record without `ER` at the
end of a file, every record whose tags have one blank before the hyphen, a first record without
`TY`; and of two records with the `ER` between them missing it makes one.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from ragassist.sources.endnote import WHOLE_BOOKS, publisher_field
from ragassist.sources.fields import (
    arxiv_id_in,
    date_in,
    dated,
    digits_in,
    extra_of,
    first_arxiv_id,
    first_doi,
    first_pmid,
    key_of,
    keywords_in,
    pages,
    people,
    plain,
    screened_as,
    titled_as_retracted,
)
from ragassist.sources.identifiers import (
    beside_doi,
    dois_apart,
    first_address,
    is_pubmed_number,
    standard_numbers,
    urls_apart,
)
from ragassist.sources.lines import Line, lines_in
from ragassist.sources.ris_notes import own_fields, own_note, own_values
from ragassist.sources.tagged import Syntax, Tagged, tagged_papers
from ragassist.types import Failure, Record

_LINES_LOOKED_AT = 60
_LONGEST_DATE = 100
_FEWEST_TAGS = 3
_TITLES = ("T1", "TI", "CT", "BT")
_TELLING = frozenset({"T1", "TI", "AU", "A1", "ER"})

# As everybody writes it; else as the first line of the file has it: the blanks around the hyphen.
_FIELD = re.compile(r"([A-Z][A-Z0-9])  [-\u2013](?: |$)(.*)", re.DOTALL)
_ODD_FIELD = re.compile(r"(\s{0,8})([A-Z][A-Z0-9])([ \t]{0,3})[-\u2013]([ \t]?)(.*)", re.DOTALL)
_TYPE = re.compile(r"[A-Z]{3,8}\s*$")

_KINDS = {
    "article-journal": "JOUR EJOUR JFULL ABST INPR", "article-magazine": "MGZN",
    "article-newspaper": "NEWS", "paper-conference": "CONF CPAPER",
    "book": "BOOK EBOOK EDBOOK WHOLE", "chapter": "CHAP ECHAP", "thesis": "THES",
    "report": "RPRT GOVDOC", "standard": "STAND", "dataset": "DATA AGGR",
    "webpage": "ELEC WEB", "post-weblog": "BLOG", "manuscript": "UNPB MANSCPT UNPD",
    "software": "COMP", "patent": "PAT", "entry-encyclopedia": "ENCYC", "entry-dictionary": "DICT",
    "motion_picture": "VIDEO MPCT", "song": "SOUND MUSIC", "map": "MAP", "pamphlet": "PAMP",
    "speech": "SLIDE", "hearing": "HEAR", "legal_case": "CASE", "legislation": "STAT LEGAL",
    "bill": "BILL UNBILL", "personal_communication": "PCOMM ICOMM", "graphic": "ART FIGURE",
}  # fmt: skip
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()} | {
    "JOURNAL ARTICLE": "article-journal",
    "CONFERENCE PAPER": "paper-conference",
    "CONFERENCE PROCEEDINGS": "paper-conference",
    "BOOK SECTION": "chapter",
    "THESIS": "thesis",
    "REPORT": "report",
    "WEB PAGE": "webpage",
}
# Where `A4` are translators; elsewhere they are anybody.
_TRANSLATED = frozenset({"book", "chapter", "entry-encyclopedia", "entry-dictionary"})
_MAY_BE_PREPRINT = frozenset({"article-journal", "manuscript", "webpage", "report", None})

# What has a name of its own in `extra`; tags that none of this mentions are kept as `ris-XX`.
_EXTRA = {
    "volume": ("VL", "VO"), "number": ("IS", "CP"), "location": ("CY", "PP"), "edition": ("ET",),
    "langid": ("LA",), "urldate": ("Y2",), "series": ("T3",), "shorttitle": ("ST",),
    "volumes": ("NV",), "eid": ("C7",),
}  # fmt: skip
_NAMED = frozenset(
    "TY T1 TI CT AU A1 AB N2 PY Y1 DA YR KW DO DI SP EP SN PB JF JO JA J1 J2 BT T2 C3 UR AD "
    "ID LB ER N1 ED A2 TA AN U2".split()
).union(*_EXTRA.values())
_JOURNALS = ("JF", "T2", "BT", "JO", "C3", "JA", "J2", "J1")
_SHORT_JOURNALS = ("JA", "J2", "J1", "JO")
_LINKS = ("UR", "L2", "LK", "L1", "L3")
_NOT_PUBLISHED = re.compile(r"received|accepted|revised", re.IGNORECASE)
_PREPRINT_SERVER = re.compile(r"\w{2,8}rxiv\b|research square|ssrn\b|preprints\.org", re.I)
_ARXIV_ALONE = re.compile(r"arxiv:[\w.-]{1,30}(?:/\d{7})?(?:v\d+)?", re.IGNORECASE)
_NUMBER_OF_RAYYAN = re.compile(r"rayyan-\d+", re.IGNORECASE)
_SAYS_WHICH = re.compile(r"\s*\((?:(?:print|electronic|e?issn|isbn)[^()]{0,20})\)", re.IGNORECASE)
# As our own export says it, and as a note or a type may.
_RETRACTED_NOTE = re.compile(r"retracted(?:: ?(?:yes|true))?", re.IGNORECASE)
_RETRACTED_TYPE = re.compile(r"retracted(?: (?:publication|article|paper))?", re.IGNORECASE)


def looks_like(head: str) -> bool:
    """Whether a record begins in the first lines, or several of its fields stand there."""
    split = _Fields()
    tags = [found[0] for line in lines_in(head)[:_LINES_LOOKED_AT] if (found := split(line))]
    return "TY" in tags or (len(tags) >= _FEWEST_TAGS and len(_TELLING.intersection(tags)) >= 2)


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record from `TY` to `ER`, to the next `TY`, or to the end.

    A value may go on over lines. A screening tool's own number under `ID` is no key, but a name
    that the paper can be found by. Second
    authors (`A2`) edited what the work or its series appeared in; they are in `extra`, and so is
    every tag that means nothing here, as `ris-XX`. What a screening tool noted is a tag. Notes of
    our own export are the fields, tags and categories that they state. A record without title and
    abstract is a failure.
    """
    syntax = Syntax(_Fields(), _begins, frozenset({"ER"}))
    return tagged_papers(lines, syntax, _record, source)


class _Fields:
    """Tells the lines that begin a field, once it has seen how this file writes them."""

    def __init__(self) -> None:
        self._shape: tuple[str, str, str] | None = None
        self._is_usual = False

    def __call__(self, text: str) -> tuple[str, str] | None:
        if usual := _FIELD.match(text):
            self._is_usual = True
            return usual[1], usual[2].strip()
        odd = _ODD_FIELD.match(text)
        if odd is None:
            return None
        indent, tag, before, after, value = odd.groups()
        shape = (indent, before, after if value.strip() else "")
        is_type = tag == "TY" and _TYPE.match(value)
        is_first = self._shape is None and not self._is_usual and tag in _TELLING and after
        if is_type or is_first:
            self._shape = shape
        is_end = tag == "ER" and not value.strip() and not indent
        return (tag, value.strip()) if is_end or self._fits(shape, value) else None

    def _fits(self, shape: tuple[str, str, str], value: str) -> bool:
        if self._shape is None:
            return False
        return shape == self._shape if value.strip() else shape[:2] == self._shape[:2]


def _begins(tag: str, tags: Collection[str], after_blank: bool) -> bool:
    # Without types and ends a blank line and another title are all there is to go by.
    is_untyped_next = tag in tags and tag in _TITLES and "TY" not in tags and after_blank
    return tag == "TY" or is_untyped_next


def _record(stated: Tagged) -> Record:
    title = plain(stated.first(*_TITLES) or stated.first("ST"))
    type_name = stated.first("TY").upper()
    kind = _KIND_OF.get(type_name)
    venue = _venue(stated, kind, title)
    authors, truncated = people(stated.values(*_author_tags(stated)))
    year, date = dated(
        text for text in stated.values("PY", "Y1", "DA", "YR") if not _NOT_PUBLISHED.search(text)
    )
    arxiv_id = _arxiv_id(stated)
    abstract = max(stated.together("AB", by=" "), stated.together("N2", by=" "), key=len)
    return Record(
        title=title,
        abstract=plain(abstract),
        key=_key(stated),
        authors=authors,
        authors_truncated=truncated,
        affiliations=tuple(dict.fromkeys(map(plain, stated.values("AD")))),
        year=year,
        date=date,
        venue=venue,
        doi=_doi(stated),
        arxiv_id=arxiv_id,
        pmid=_pmid(stated),
        url=_url(stated),
        categories=tuple(map(plain, own_values(stated.values("N1"), "category"))),
        keywords=_keywords(stated),
        tags=_tags(stated),
        kind="article" if _is_preprint(stated, kind, venue, arxiv_id) else kind,
        retracted=_is_retracted(stated, title),
        extra=_extra(stated, kind, venue),
        line=stated.line,
    )


def _key(stated: Tagged) -> str | None:
    found = filter(None, map(key_of, (stated.first("ID"), stated.first("LB"))))
    keys = [key for key in found if not _NUMBER_OF_RAYYAN.fullmatch(key)]
    # Of a number and a word, the word was chosen.
    return next((key for key in keys if not key.isdigit()), next(iter(keys), None))


def _keywords(stated: Tagged) -> tuple[str, ...]:
    """Without what stands among them as our export has the tags there."""
    notes = stated.values("N1")
    only_tags = set(own_values(notes, "tag")).difference(own_values(notes, "keyword"))
    return keywords_in(value for value in stated.values("KW") if value not in only_tags)


def _tags(stated: Tagged) -> tuple[str, ...]:
    own = map(plain, own_values(stated.values("N1"), "tag"))
    return tuple(dict.fromkeys((*own, *chain.from_iterable(map(screened_as, _notes(stated))))))


def _notes(stated: Tagged) -> list[str]:
    """What people and other programs noted."""
    return [note for note in stated.values("N1") if not own_note(note)]


def _is_preprint(stated: Tagged, kind: str | None, venue: str | None, arxiv_id: str | None) -> bool:
    if kind not in _MAY_BE_PREPRINT:
        return False
    if venue is None or arxiv_id_in(venue) or venue.lower().startswith("arxiv"):
        by = stated.first("PB") if kind == "manuscript" else ""
        return arxiv_id is not None or _PREPRINT_SERVER.search(by) is not None
    return kind == "manuscript" and _PREPRINT_SERVER.match(venue) is not None


def _author_tags(stated: Tagged) -> tuple[str, ...]:
    """Both tags of authors, but one where both list the same people."""
    same = set(stated.values("AU")) == set(stated.values("A1"))
    return ("AU",) if same else ("AU", "A1")


def _venue(stated: Tagged, kind: str | None, title: str) -> str | None:
    # What stands second for a whole book is its series.
    tags = [tag for tag in _JOURNALS if kind not in WHOLE_BOOKS or tag not in ("T2", "BT")]
    named = (plain(value) for tag in tags for value in stated.values(tag))
    return next((name for name in named if name and name != title), None)


def _is_retracted(stated: Tagged, title: str) -> bool:
    return (
        titled_as_retracted(title)
        or any(map(_RETRACTED_NOTE.fullmatch, stated.values("N1")))
        or any(map(_RETRACTED_TYPE.fullmatch, stated.values("M3")))
    )


def _doi(stated: Tagged) -> str | None:
    noted = (*stated.values("M3"), *_notes(stated))
    notes = (value for value in noted if re.match(r"(?i)doi|10\.", value))
    links = (value for value in stated.values(*_LINKS) if "doi.org/" in value)
    return first_doi((*_stated_dois(stated), *notes, *links))


def _stated_dois(stated: Tagged) -> list[str]:
    return [piece for value in stated.values("DO", "DI") for piece in dois_apart(value)]


def _arxiv_id(stated: Tagged) -> str | None:
    tags = ("DO", *_LINKS, "M1", "M3", "AN", "ID", *_JOURNALS, "PB")
    values = (value for tag in tags for value in stated.values(tag))
    return first_arxiv_id((*values, *_notes(stated)))


def _pmid(stated: Tagged) -> str | None:
    number = stated.first("AN")
    if is_pubmed_number(number, stated.first("DB")):
        return digits_in(number)
    return first_pmid(stated.values("U1", "U2", "UR", "L2"))


def _url(stated: Tagged) -> str | None:
    return first_address(url for _, url in _urls(stated))


def _urls(stated: Tagged) -> Iterator[tuple[str, str]]:
    """All addresses, and paths of files, each with its tag."""
    for tag in _LINKS:
        for value in stated.values(tag):
            yield from ((tag, url) for url in urls_apart(value))


def _extra(stated: Tagged, kind: str | None, venue: str | None) -> tuple[tuple[str, str], ...]:
    extra = {name: stated.together(*tags) for name, tags in _EXTRA.items()}
    extra["editor"] = _joined(stated, "ED", "A2")
    extra["translator"] = _joined(stated, "TA", *(("A4",) if kind in _TRANSLATED else ()))
    notes = (note for note in _notes(stated) if not _RETRACTED_NOTE.fullmatch(note))
    extra["note"] = "; ".join(dict.fromkeys(notes))
    extra |= beside_doi(_stated_dois(stated), _doi(stated))
    rayyan = filter(_NUMBER_OF_RAYYAN.fullmatch, stated.values("ID", "LB"))
    own = own_fields(stated.values("N1"))
    extra["ids"] = ", ".join(filter(None, (*dict.fromkeys(rayyan), own.pop("ids", ""))))
    extra["urldate"] = date_in(extra["urldate"][:_LONGEST_DATE])[1] or extra["urldate"]
    extra["pages"] = pages(stated.first("SP"), stated.first("EP"))
    extra[publisher_field(kind)] = stated.together("PB")
    extra |= standard_numbers(_SAYS_WHICH.sub("", number) for number in stated.values("SN"))
    shorts = (plain(value) for value in stated.values(*_SHORT_JOURNALS))
    extra["shortjournal"] = next((short for short in shorts if short != venue), "")
    if kind in WHOLE_BOOKS:
        extra["series"] = extra["series"] or stated.first("T2")
    extra |= _leftovers(stated, venue, extra["series"])
    named = _NAMED | {"A4"} if kind in _TRANSLATED else _NAMED
    extra |= {f"ris-{tag}": stated.together(tag) for tag in stated.tags if tag not in named}
    if own.get("language") == extra["langid"]:
        # One tag has both names.
        extra["langid"] = ""
    return extra_of({**own, **{name: value for name, value in extra.items() if value}})


def _joined(stated: Tagged, *tags: str) -> str:
    return " and ".join(dict.fromkeys(people(stated.values(*tags))[0]))


def _leftovers(stated: Tagged, venue: str | None, series: str) -> dict[str, str]:
    """What stands under a tag that was read, but beside the value that was taken."""
    taken = {venue, series}
    others = {
        tag: [value for value in stated.values(tag) if plain(value) not in taken]
        for tag in ("T2", "BT", "C3")
    }
    for tag in ("T1", "TI"):
        others[tag] = stated.values(tag)[1:]
    taken_url = _url(stated)
    others["UR"] = [url for tag, url in _urls(stated) if tag == "UR" and url != taken_url]
    key = _key(stated)
    for tag in ("ID", "LB"):
        others[tag] = [value for value in stated.values(tag) if key_of(value) != key or not key]
    others |= _other_numbers(stated) | _other_abstract(stated)
    return {f"ris-{tag}": "; ".join(dict.fromkeys(values)) for tag, values in others.items()}


def _other_numbers(stated: Tagged) -> dict[str, list[str]]:
    """What said nothing but an identifier is not said twice."""
    pmid = _pmid(stated)
    accessions = (value for value in stated.values("AN") if value != pmid)
    return {
        "AN": [value for value in accessions if not _ARXIV_ALONE.fullmatch(value)],
        "U2": [value for value in stated.values("U2") if value != f"{pmid}[pmid]"],
    }


def _other_abstract(stated: Tagged) -> dict[str, list[str]]:
    """The shorter of two abstracts, often a note, where it is not a part of the longer."""
    texts = {tag: stated.together(tag, by=" ") for tag in ("AB", "N2")}
    shorter, longer = sorted(("N2", "AB"), key=lambda tag: len(texts[tag]))
    return {} if texts[shorter] in texts[longer] else {shorter: stated.values(shorter)}
