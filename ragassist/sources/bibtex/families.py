"""What an entry takes from others: `@string`, `crossref` and `xdata`, inside one file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ragassist.sources.bibtex.fields import Entry, Macro, Value

_MONTHS = {
    name[:3].lower(): name
    for name in (
        "January February March April May June July August September October November December"
    ).split()
}
# A file can double a macro with every line; nobody's value is as long as this.
_LONGEST_EXPANSION = 1_000_000
_MOST_WAITING = 50_000
_MOST_ANCESTORS = 10

# Types that are written to be referred to; others are kept where an earlier entry asked for them.
_PARENTS = frozenset(
    "book collection mvbook mvcollection mvproceedings mvreference periodical proceedings "
    "reference software xdata".split()
)
# Their title is that of a part; what they take from their parent is the title of the whole.
_PARTS = frozenset(
    "bookinbook conference inbook incollection inproceedings inreference suppbook "
    "suppcollection".split()
)
_IN_PERIODICALS = frozenset({"article", "suppperiodical"})
_TITLES = ("title", "subtitle", "titleaddon")
_DATES = frozenset({"date", "day", "month", "year"})
# Of the parent alone. BibLaTeX passes a DOI on; here it would make every part the same work.
_OWN = frozenset(
    "abstract annotation annote archiveprefix author+an crossref date-added date-modified doi "
    "eprint eprintclass eprinttype entryset entrysubtype execute file groups ids keyword keywords "
    "label mendeley-groups options pdf pmcid pmid presort primaryclass related relatedoptions "
    "relatedtype shorthand shorthandintro shortjournal shorttitle sortkey sortname sortshorthand "
    "sorttitle sortyear timestamp url urldate xdata xref".split()
)
_NEVER_PASSED_ON = frozenset({"abstract", "annotation", "annote", "file", "keywords"})
_OWN_BEGINNINGS = ("bdsk-", "index")


@dataclass(frozen=True, slots=True)
class Whole:
    """An entry with what it took from others, its macros written out."""

    entry: Entry
    fields: Mapping[str, str]


class Families:
    """Entries that refer to each other, held until what they refer to has come.

    An entry that needs nothing passes through. One that needs an entry or a macro which has not
    come waits for it, at most to the end of the file, and no more than 50,000 wait: beyond, they
    are given out with what is known. Entries of types that others refer to are remembered.
    """

    def __init__(self) -> None:
        self._macros: dict[str, str] = {}
        self._parents: dict[str, Whole] = {}
        self._waiting: dict[str, list[Entry]] = {}
        self._count = 0

    def define(self, name: str, value: Value) -> Iterator[Whole]:
        """Let a macro stand for a value from here on; the entries that waited for it."""
        self._macros[name] = self._text(value)
        yield from self._arrived(f"@{name}")

    def add(self, entry: Entry) -> Iterator[Whole]:
        """The entries that are complete now, this one last or, where it waits, not among them."""
        names = _names(entry)
        if entry.kind in _PARENTS or any(name in self._waiting for name in names):
            whole = _remembered(self._written_out(entry))
            for name in names:
                self._parents.setdefault(name, whole)
            for name in names:
                yield from self._arrived(name)
        yield from self._admit(entry)

    def rest(self) -> Iterator[Whole]:
        """Those that waited in vain, with what is known."""
        waiting, self._waiting, self._count = self._waiting, {}, 0
        late = sorted((e for entries in waiting.values() for e in entries), key=lambda e: e.line)
        for entry in late:
            yield self._whole(entry)

    def _admit(self, entry: Entry) -> Iterator[Whole]:
        missing = self._missing(entry)
        if missing is None:
            yield self._whole(entry)
            return
        self._waiting.setdefault(missing, []).append(entry)
        self._count += 1
        if self._count > _MOST_WAITING:
            yield from self.rest()

    def _arrived(self, name: str) -> Iterator[Whole]:
        freed = self._waiting.pop(name, [])
        self._count -= len(freed)
        for entry in freed:
            yield from self._admit(entry)

    def _missing(self, entry: Entry) -> str | None:
        """The first thing that an entry needs and that has not come."""
        for name, value in entry.fields.items():
            # Months are names as often as macros; numbers are written without braces.
            if name != "month" and (macro := self._unknown(value)):
                return f"@{macro}"
        if not entry.fields.keys() & {"crossref", "xdata"}:
            return None
        seen: set[str] = set()
        ahead = self._referred(self._written_out(entry).fields)
        while ahead and len(seen) < _MOST_ANCESTORS:
            name = ahead.pop()
            if name in seen:
                continue
            seen.add(name)
            if name not in self._parents:
                return name
            ahead.extend(self._referred(self._parents[name].fields))
        return None

    def _unknown(self, value: Value) -> str | None:
        if len(value) == 1 and isinstance(value[0], str):
            return None
        macros = (part.name.lower() for part in value if isinstance(part, Macro))
        return next((m for m in macros if m not in self._macros and m not in _MONTHS), None)

    def _text(self, value: Value) -> str:
        if len(value) == 1 and isinstance(value[0], str):
            return value[0]
        parts, length = [], 0
        for part in value:
            if isinstance(part, Macro):
                # What nobody defines stands for itself: `year = forthcoming`.
                name = part.name.lower()
                text = self._macros.get(name, _MONTHS.get(name, part.name))
                length += len(text)
                if length > _LONGEST_EXPANSION:
                    break
            else:
                text = part
            parts.append(text)
        return "".join(parts)

    def _written_out(self, entry: Entry) -> Whole:
        return Whole(entry, {name: self._text(value) for name, value in entry.fields.items()})

    def _whole(self, entry: Entry) -> Whole:
        own = self._written_out(entry)
        if own.fields.keys() & {"crossref", "xdata"}:
            return Whole(entry, self._inherited(own, {*_names(entry)}))
        return own

    def _inherited(self, child: Whole, seen: set[str]) -> dict[str, str]:
        """The fields of an entry, then those of its parents; `seen` ends cycles."""
        fields = dict(child.fields)
        for source in ("xdata", "crossref"):
            for name in _keys(child.fields.get(source, "")):
                parent = self._parents.get(name)
                if parent is None or name in seen or len(seen) > _MOST_ANCESTORS:
                    continue
                seen.add(name)
                passed = self._inherited(parent, seen)
                if source == "crossref":
                    passed = _passed_on(passed, parent.entry.kind, child.entry.kind)
                if fields.keys() & {"date", "year"}:
                    passed = {k: value for k, value in passed.items() if k not in _DATES}
                fields = {**passed, **fields}
        return fields

    def _referred(self, fields: Mapping[str, str]) -> list[str]:
        return _keys(fields.get("xdata", "")) + _keys(fields.get("crossref", ""))


def _remembered(parent: Whole) -> Whole:
    """What is kept of an entry for others: not its longest fields, which it passes on to nobody."""
    if parent.entry.kind == "xdata":
        return parent
    kept = {name: v for name, v in parent.fields.items() if name not in _NEVER_PASSED_ON}
    bare = Entry(parent.entry.kind, parent.entry.key, parent.entry.line, {})
    return Whole(bare, kept)


def _names(entry: Entry) -> list[str]:
    """What others may call an entry: its key and its aliases; BibTeX ignores their case."""
    aliases = "".join(part for part in entry.fields.get("ids", ()) if isinstance(part, str))
    return [*_keys(entry.key or ""), *_keys(aliases)]


def _keys(listed: str) -> list[str]:
    keys = (" ".join(key.split()).strip("{} ").casefold() for key in listed.split(","))
    return [key for key in keys if key]


def _passed_on(fields: Mapping[str, str], parent_kind: str, child_kind: str) -> dict[str, str]:
    """What a parent's fields are called in its child, by BibLaTeX's rules of inheritance."""
    whole = _title_of_whole(parent_kind, child_kind)
    titles: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, value in fields.items():
        if name in _OWN or name.startswith(_OWN_BEGINNINGS):
            continue
        if whole is not None and name in _TITLES:
            titles[_in_child(whole, name)] = value
        else:
            others[name] = value
    # BibTeX's parents state a `booktitle` beside the title, for their children.
    return {**titles, **others}


def _title_of_whole(parent_kind: str, child_kind: str) -> str | None:
    """How a child calls its parent's title; None where it is the same work's."""
    if child_kind in _IN_PERIODICALS:
        return "journal"
    if parent_kind.startswith("mv"):
        return "main"
    return "book" if child_kind in _PARTS else None


def _in_child(whole: str, name: str) -> str:
    if whole == "journal":
        return {"title": "journaltitle", "subtitle": "journalsubtitle"}.get(name, f"journal{name}")
    return f"{whole}{name}"
