"""One paper out of the cells of its row."""

import json
import re
from collections.abc import Iterable, Sequence

from ragassist.sources.fields import date_in, screened_as
from ragassist.sources.identifiers import is_web_address, urls_apart
from ragassist.sources.json_shapes import identifiers, kinds
from ragassist.sources.json_shapes.notes import Note, read_note
from ragassist.sources.json_shapes.people import without_et_al
from ragassist.sources.json_shapes.values import LONGEST_KEY, extra_of, plain, scalar
from ragassist.sources.tables.columns import Columns
from ragassist.sources.tables.lists import list_in
from ragassist.text import one_line
from ragassist.types import Record

# What exporters and data frames write where there is nothing.
_NOTHING = frozenset(
    {"na", "n/a", "nan", "none", "null", "[no abstract available]", "no abstract available"}
)
_NOBODY = frozenset({"[no author name available]", "[anonymous]", "nan"})
_KINDS = {
    "article": "article-journal",
    "journal article": "article-journal",
    "journalarticle": "article-journal",
    "review": "article-journal",
    "review article": "article-journal",
    "letter": "article-journal",
    "editorial": "article-journal",
    "editorial material": "article-journal",
    "note": "article-journal",
    "short survey": "article-journal",
    "erratum": "article-journal",
    "article in press": "article-journal",
    "j": "article-journal",
    "conference paper": "paper-conference",
    "conference proceedings": "paper-conference",
    "conference proceeding": "paper-conference",
    "proceedings paper": "paper-conference",
    "ieee conferences": "paper-conference",
    "ieee journals": "article-journal",
    "ieee magazines": "article-magazine",
    "ieee early access articles": "article-journal",
    "ieee standards": "standard",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "c": "paper-conference",
    "book": "book",
    "b": "book",
    "monograph": "book",
    "conference review": "book",
    "book chapter": "chapter",
    "chapter": "chapter",
    "incollection": "chapter",
    "inbook": "chapter",
    "thesis": "thesis",
    "dissertation": "thesis",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "report": "report",
    "techreport": "report",
    "preprint": "article",
    "dataset": "dataset",
    "data set": "dataset",
    "retracted": "article-journal",
    "retracted publication": "article-journal",
    "patent": "patent",
    "webpage": "webpage",
}
_RETRACTED = frozenset({"retracted", "retracted publication"})
# Scopus and others put where they found it under `Source`.
_DATABASES = frozenset({"", "scopus", "pubmed", "medline", "web of science", "embase"})
_YES = frozenset({"yes", "true", "1"})
_INCLUDED = {"1": "included", "0": "excluded"}
# The apostrophe that keeps a spreadsheet from taking a text for a formula.
_GUARDED = re.compile(r"'+[=+\-@]")
_SCOPUS_NUMBER = re.compile(r"\s*\(\d{6,}\)$")
_AND = re.compile(r" and | & ")
_ELLIPSIS = re.compile(r"\s*(?:\.\.\.|…)\s*$")
_ADDRESS = re.compile(r"https?://|rayyan-\d", re.IGNORECASE)
_IS_ADDRESS = re.compile(r"(?:https?://|www\.)\S")
_NUMBER_OF_RAYYAN = re.compile(r"rayyan-\d{1,12}", re.IGNORECASE)
_LONGEST_DATE = 100
_EXTRA = ("volume", "number", "eid", "publisher", "issn", "isbn", "langid", "series", "edition",
          "location", "editor", "shortjournal", "scopus", "wos", "lens")  # fmt: skip


class Cells:
    """The cells of one row by field; blank ones are not there."""

    def __init__(self, columns: Columns, cells: Sequence[str]) -> None:
        self.exporter = columns.exporter
        self._stated: dict[str, list[str]] = {}
        for field, places in columns.of.items():
            for place in places:
                if place < len(cells) and (cell := cells[place]) and not cell.isspace():
                    self._stated.setdefault(field, []).append(self._own(cell))

    def all(self, field: str) -> list[str]:
        """What stands under a field's columns, the most telling first."""
        return self._stated.get(field, [])

    def raw(self, field: str) -> str:
        """The first of them as it is; empty where there is none."""
        return self._stated[field][0] if field in self._stated else ""

    def text(self, field: str) -> str:
        """The first of them, cleaned."""
        return plain(self.raw(field)) if field in self._stated else ""

    def line(self, field: str) -> str:
        """The first of them on one line, otherwise as it is."""
        return one_line(self.raw(field)) if field in self._stated else ""

    def _own(self, cell: str) -> str:
        guarded = self.exporter == "ragassist" and _GUARDED.match(cell)
        return cell[1:] if guarded else cell


def record_of(columns: Columns, row: Sequence[str], line: int) -> Record:
    """The record of a row; cells it does not have are empty, those beyond the header left out."""
    cells = Cells(columns, row)
    note = read_note(None if cells.exporter == "ragassist" else cells.raw("note"))
    authors, truncated = _authors(cells)
    year, date = _published(cells)
    url, other_urls = _urls(cells)
    kinds_stated = [one_line(kind).lower() for kind in cells.all("kind")]
    abstract = cells.text("abstract")
    return Record(
        key=_key(cells, note),
        title=cells.text("title"),
        abstract="" if abstract.lower() in _NOTHING else abstract,
        authors=authors,
        authors_truncated=truncated,
        affiliations=_several(cells, "affiliations"),
        year=year,
        date=date,
        venue=_venue(cells),
        doi=identifiers.doi(cells.line("doi") or note.named.get("doi")),
        arxiv_id=_arxiv_id(cells, note),
        pmid=identifiers.pmid(cells.line("pmid") or note.named.get("pmid")),
        url=url,
        categories=_several(cells, "categories"),
        keywords=_several(cells, "keywords"),
        tags=(*_several(cells, "tags"), *_screening(cells)),
        kind=_kind(cells, kinds_stated),
        retracted=cells.line("retracted").lower() in _YES
        or not _RETRACTED.isdisjoint(kinds_stated),
        extra=_extra(cells, note, other_urls),
        line=line,
    )


def is_aligned(columns: Columns, row: Sequence[str]) -> bool:
    """Whether a year, a DOI or an address stands where its heading is, and nothing else does."""
    cells = Cells(columns, row)
    checks = [
        (cells.line("year"), identifiers.year(cells.line("year"))),
        (cells.line("doi"), identifiers.doi(cells.line("doi"))),
        (cells.line("url"), _IS_ADDRESS.match(cells.line("url"))),
    ]
    told = [read is not None for stated, read in checks if stated]
    return bool(told) and all(told)


def _key(cells: Cells, note: Note) -> str | None:
    own = cells.line("key")[:LONGEST_KEY].strip()
    # Zotero's `Key` is its number of the item, and so are Rayyan's and addresses: nobody's own key.
    if cells.exporter == "zotero" or _ADDRESS.match(own):
        return note.key
    return own or None


def _published(cells: Cells) -> tuple[int | None, str | None]:
    """Year and date; the date as others write it as well, and in columns of its own."""
    stated = cells.line("date")
    date = identifiers.date(stated)
    year = identifiers.year(cells.line("year")) or identifiers.year(date or stated)
    if cells.exporter == "ragassist":
        return year, date
    if date is None or "-" not in date:
        parts = (stated, f"{cells.line('month')} {cells.line('day')}")
        written = [f"{year} {part}" for part in parts if year and part.strip()]
        early = () if year else cells.all("early")
        found = [date_in(text[:_LONGEST_DATE]) for text in (stated, *written, *early)]
        year = year or next((own for own, _ in found if own), None)
        date = next((exact for own, exact in found if exact and own == year), None)
    return year, date


def _urls(cells: Cells) -> tuple[str | None, str | None]:
    """The first address, and the others where there are several in one cell."""
    first, *others = urls_apart(cells.line("url"))
    if others and is_web_address(first):
        return first, "; ".join(others)
    return cells.line("url") or None, None


def _arxiv_id(cells: Cells, note: Note) -> str | None:
    own = identifiers.arxiv_id(cells.line("arxiv_id")) or note.arxiv_id
    return own or identifiers.arxiv_id_in(cells.line("url"))


def _venue(cells: Cells) -> str | None:
    named = map(plain, cells.all("venue"))
    return next((venue for venue in named if venue.lower() not in _DATABASES), None)


def _several(cells: Cells, field: str) -> tuple[str, ...]:
    """The values of all of a field's columns, each once."""
    if not cells.all(field):
        return ()
    found = (part for cell in cells.all(field) for part in _parts(cells, field, cell))
    return tuple(dict.fromkeys(filter(None, map(plain, found))))


def _parts(cells: Cells, field: str, cell: str) -> list[str]:
    if (listed := list_in(cell)) is not None:
        return listed
    if ";" in cell or cells.exporter:
        return cell.split(";")
    # Affiliations and tags hold commas of their own.
    separator = "|" if "|" in cell else "," if field in {"keywords", "categories"} else None
    return cell.split(separator) if separator else [cell]


def _authors(cells: Cells) -> tuple[tuple[str, ...], bool]:
    groups = _several(cells, "group_authors")
    if (listed := list_in(cells.raw("authors"))) is not None:
        names, truncated = without_et_al(map(_name, listed))
        return tuple(dict.fromkeys((*names, *groups))), truncated
    written = one_line(cells.raw("authors"))
    shortened = _ELLIPSIS.sub("", written)
    names, truncated = without_et_al(map(_name, _names(shortened, bool(cells.exporter))))
    beside = (group for group in groups if group not in names)
    return (*names, *beside), truncated or shortened != written


def _name(written: str) -> str:
    name = plain(_SCOPUS_NUMBER.sub("", written.strip()))
    return "" if name.lower() in _NOBODY else name


def _names(written: str, only_semicolons: bool) -> Iterable[str]:
    """The names in one cell.

    Commas part names only where every part is more than one word: `A Lee, B Yu`, not `Lee, Ann`.
    """
    if only_semicolons or ";" in written:
        return written.split(";")
    if "|" in written:
        return written.split("|")
    names = [name for part in _AND.split(written) for name in _parted(part)]
    # PubMed ends the list with a full stop.
    ends = [name.endswith(".") for name in names]
    if len(names) > 1 and ends[-1] and not any(ends[:-1]) and "," not in names[-1]:
        names[-1] = names[-1].removesuffix(".")
    return names if len(names) > 1 else [written]


def _parted(written: str) -> list[str]:
    parts = [part.strip() for part in written.split(",") if part.strip()]
    return parts if all(" " in part for part in parts) else [written.strip(" ,")]


def _kind(cells: Cells, stated: Sequence[str]) -> str | None:
    if cells.exporter == "ragassist":
        return kinds.of_csl(next(iter(stated), None))
    for kind in stated:
        if cells.exporter == "zotero":
            return kinds.of_zotero(kind)
        # `Article; Proceedings Paper`: the last says where it appeared.
        for part in reversed(kind.split(";")):
            if known := _KINDS.get(part.strip()):
                return known
    return None


def _screening(cells: Cells) -> tuple[str, ...]:
    decided = _INCLUDED.get(cells.line("included"))
    return (decided,) if decided else screened_as(cells.raw("note"))


def _extra(cells: Cells, note: Note, other_urls: str | None) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str | None]] = [(field, cells.line(field)) for field in _EXTRA]
    first, last = cells.line("page_start"), cells.line("page_end")
    found += [
        ("pages", cells.line("pages") or "-".join(filter(None, (first, last)))),
        ("pmcid", identifiers.pmcid(cells.line("pmcid") or note.named.get("pmcid"))),
        ("zotero", cells.line("key") if cells.exporter == "zotero" else None),
        ("otherurl", other_urls),
        ("ids", _number_of_rayyan(cells)),
        *identifiers.beside(*map(cells.line, ("doi", "pmid", "arxiv_id"))),
        *note.extra,
        ("note", note.rest),
        *_own_extra(cells),
    ]
    return extra_of(found)


def _number_of_rayyan(cells: Cells) -> str | None:
    own = cells.line("key")
    return own if _NUMBER_OF_RAYYAN.fullmatch(own) else None


def _own_extra(cells: Cells) -> list[tuple[str, str | None]]:
    """The cell in which ragassist's own export keeps the rest, an object of JSON."""
    if cells.exporter != "ragassist":
        return []
    try:
        stated = json.loads(cells.raw("note"))
    except (ValueError, RecursionError):
        return []
    return (
        [(one_line(name), scalar(stated, name)) for name in stated]
        if isinstance(stated, dict)
        else []
    )
