"""What the readers make of a folder of bibliography files, counted against a plain look at them.

    python -m eval.parsers FOLDER [--report FILE]

Every file is read by the reader that recognises it. What a reader gives is held against what can
be seen in the text without parsing: `@type{`, `TY  -`, `PMID-`, `<PubmedArticle>`, `<entry>`. An
entry that is neither a record nor a failure is unaccounted for. Where `X.bib` lies beside
`X.ris`, `X.xml`, `X.txt` ..., it says what was expected: title, authors, year and DOI are compared
after normalisation. The report holds figures and names of files, none of their sentences.
"""

import json
import re
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer

from ragassist.bibliographies.people import split_people
from ragassist.errors import SourceError
from ragassist.papers.ids import family_name
from ragassist.sources.lines import Line, TextFile
from ragassist.sources.reading import Source, find_files
from ragassist.text import fold, title_key
from ragassist.types import Failure, Record

_NO_ENTRIES = "string|preamble|comment"
# A line that begins an entry, by the name of the format that reads it.
_SEEN = {
    "bibtex": re.compile(rf"\s*@(?!\s*(?:{_NO_ENTRIES})\b)\s*\w+\s*[{{(]", re.IGNORECASE),
    "ris": re.compile(r"\s*TY\s{1,2}-(?:\s|$)"),
    "medline": re.compile(r"PMID- ?\d"),
    "isi": re.compile(r"PT [A-Z](?:\s|$)|FN ISI.*PT [A-Z]"),
    "pubmed-xml": re.compile(r"\s*<Pubmed(?:Book)?Article[ >]"),
    "endnote-xml": re.compile(r"\s*<record[ >]"),
    "arxiv-atom": re.compile(r"\s*<entry[ >]"),
    "refer": re.compile(r"\s*%0(?:\s|$)"),
    "jsonl": re.compile(r"\s*\{"),
}
# In a file that nobody recognises, what looks like these without being asked is an entry.
_SEEN_ANYWHERE = {
    "bibtex": re.compile(r"\s*@\w+\s*\{[^\s,={}\"]*,\s*$"),
    **{form: _SEEN[form] for form in ("ris", "medline", "pubmed-xml")},
}
# Formats in which several entries may begin on one line.
_INSIDE_LINES = frozenset({"pubmed-xml", "endnote-xml", "arxiv-atom"})
_WITHOUT_TEXT = ("neither title nor abstract", "it has no entry")
_EDITORS = "editors here are authors there"
_SUBJECT = "whom it is about here is its author there"
_PARTED = "the file is parted otherwise"
# Why a difference is meant, by the reason that is given for it.
_MEANT = {
    _EDITORS: "RIS gives `A2` to second authors: to the editors of a chapter's book, to those of a "
    "book's series. They are no authors of the work, and are kept as editors.",
    _SUBJECT: "PubMed's `PersonalNameSubject` is whom an article is about, and MEDLINE's `PS` as "
    "well; such an article may have no author.",
    _PARTED: "In RIS every `TY` begins a record, whether or not an `ER` ended the one before: a "
    "record whose `ER` is missing costs no other. Where types are repeated inside one record, its "
    "fields are spread over several.",
}
_FIELDS = ("title", "authors", "year", "doi")
_EXPECTED = ".bib"
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_WORDS_ALIKE = 0.8

Outcome = Record | Failure


@dataclass(slots=True)
class Tally:
    """What became of the files of one format."""

    files: int = 0
    seen: int = 0
    records: int = 0
    failures: int = 0
    expected_failures: int = 0
    unaccounted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A field of one record that is not what its expected `.bib` says."""

    file: str
    record: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """A pair of records that is compared.

    Attributes:
        record: its number among the pairs of the file.
        parted: the file is another number of records here than expected.
    """

    file: str
    record: int
    parted: bool


@dataclass(slots=True)
class Survey:
    """A folder's files, by what became of them.

    Attributes:
        unsupported: files that no reader recognises and in which no entry can be seen, by suffix.
        lost: (file, entries) where entries are unaccounted for.
        raised: (file, error) where a reader raised what it must not.
        agreed, compared: fields, by name.
    """

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    unsupported: Counter[str] = field(default_factory=Counter)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    lost: list[tuple[str, int]] = field(default_factory=list)
    raised: list[tuple[str, str]] = field(default_factory=list)
    pairs: int = 0
    agreed: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)


def main(
    folder: Annotated[Path, typer.Argument(help="A folder of bibliography files.")],
    report: Annotated[Path, typer.Option(help="Where to write the report.")] = Path(
        "eval/parsers.md"
    ),
) -> None:
    """Read every file of a folder and write what became of them; 1 where entries are lost."""
    survey = survey_folder(folder)
    report.write_text(as_markdown(survey, folder), encoding="utf-8")
    typer.echo(_totals(survey))
    if survey.lost or survey.raised:
        raise typer.Exit(1)


def survey_folder(folder: Path) -> Survey:
    """Read every file of a folder, and compare those beside which the expected `.bib` lies."""
    survey = Survey()
    for path in find_files([folder]):
        name = path.relative_to(folder).as_posix()
        outcomes = _survey_file(path, name, survey)
        beside = path.with_suffix(_EXPECTED)
        if outcomes is not None and path.suffix != _EXPECTED and beside.exists():
            expected = [one for one in _read_quietly(beside) if isinstance(one, Record)]
            given = [one for one in outcomes if isinstance(one, Record)]
            survey.pairs += 1
            parted = len(given) != len(expected)
            for number, (ours, theirs) in enumerate(_paired(given, expected), 1):
                _compare(survey, Place(name, number, parted), ours, theirs)
    return survey


def _survey_file(path: Path, name: str, survey: Survey) -> list[Outcome] | None:
    """What a file's reader gives; None where no reader takes the file."""
    try:
        lines = list(TextFile(path).lines())
    except SourceError as error:
        survey.unreadable.append((name, _clause(str(error), path)))
        return None
    try:
        source = Source(path)
        outcomes = list(source.read())
    except SourceError:
        _not_recognised(path, name, lines, survey)
        return None
    # A reader that raises is a finding, and must not hide those that come after it.
    except Exception as error:  # noqa: BLE001
        survey.raised.append((name, type(error).__name__))
        return None
    _count(survey, name, source.reader, lines, outcomes)
    return outcomes


def _not_recognised(path: Path, name: str, lines: Sequence[Line], survey: Survey) -> None:
    for form, pattern in _SEEN_ANYWHERE.items():
        if seen := sum(pattern.match(line.text) is not None for line in lines):
            survey.tallies[form].files += 1
            survey.tallies[form].seen += seen
            survey.tallies[form].unaccounted += seen
            survey.lost.append((name, seen))
            return
    survey.unsupported[path.suffix or path.name] += 1


def _count(
    survey: Survey, name: str, form: str, lines: Sequence[Line], outcomes: Sequence[Outcome]
) -> None:
    tally = survey.tallies[form]
    starts = _starts(form, lines)
    failures = [one for one in outcomes if isinstance(one, Failure)]
    tally.files += 1
    tally.records += len(outcomes) - len(failures)
    tally.failures += sum(not one.expected for one in failures)
    tally.expected_failures += sum(one.expected for one in failures)
    tally.seen += len(starts)
    tally.reasons.update(_QUOTED.sub("…", one.reason) for one in failures)
    if lost := _unaccounted(starts, outcomes):
        tally.unaccounted += lost
        survey.lost.append((name, lost))


def _starts(form: str, lines: Sequence[Line]) -> list[int]:
    """The lines on which an entry begins, one for each that does."""
    if form in ("csl-json", "json"):
        return _objects(lines)
    if form not in _SEEN:
        return []
    pattern = _SEEN[form]
    if form in _INSIDE_LINES:
        return [line.number for line in lines for _ in pattern.finditer(line.text)]
    return [line.number for line in lines if pattern.match(line.text)]


def _objects(lines: Sequence[Line]) -> list[int]:
    """As many times line 1 as there are objects in an array, or in the first array of an object."""
    try:
        stated = json.loads("\n".join(line.text for line in lines))
    except (ValueError, RecursionError):
        return []
    if isinstance(stated, dict):
        stated = next((value for value in stated.values() if isinstance(value, list)), [stated])
    return [1] * sum(isinstance(one, dict) for one in stated)


def _unaccounted(starts: Sequence[int], outcomes: Iterable[Outcome]) -> int:
    """How many entries have no outcome between where they begin and where the next does."""
    at = sorted(one.line for one in outcomes)
    # A failure of line 0 is the whole file's.
    if not starts or (at and at[0] == 0):
        return 0
    begun = Counter(starts)
    places = sorted(begun)
    lost = 0
    for start, following in zip(places, [*places[1:], sys.maxsize], strict=True):
        within = bisect_left(at, following) - bisect_left(at, start)
        lost += max(0, begun[start] - within)
    return lost


def _read_quietly(path: Path) -> list[Outcome]:
    try:
        return list(Source(path).read())
    except SourceError:
        return []


def _paired(
    given: Sequence[Record], expected: Sequence[Record]
) -> Iterator[tuple[Record | None, Record | None]]:
    """Records of one work: of the same title or DOI, then in order."""
    left = list(given)
    unmatched: list[Record] = []
    for theirs in expected:
        ours = next((one for one in left if _same(one, theirs)), None)
        if ours is None:
            unmatched.append(theirs)
        else:
            left.remove(ours)
            yield ours, theirs
    yield from zip_longest(left, unmatched)


def _same(one: Record, other: Record) -> bool:
    if one.doi and other.doi:
        return one.doi == other.doi
    return bool(one.title) and title_key(one.title) == title_key(other.title)


def _compare(survey: Survey, place: Place, ours: Record | None, theirs: Record | None) -> None:
    if ours is None or theirs is None:
        reason = "no record here" if ours is None else "no such record in the expected file"
        survey.disagreements.append(Disagreement(place.file, place.record, "record", reason))
        survey.compared.update(_FIELDS if ours is None else ())
        return
    for stated in _FIELDS:
        normal = _NORMAL[stated]
        mine, expected = normal(ours), normal(theirs)
        if not mine and not expected:
            continue
        survey.compared[stated] += 1
        if mine == expected:
            survey.agreed[stated] += 1
        else:
            named = _who_else(ours, theirs) if stated == "authors" else ""
            reason = named or _why(stated, mine, expected)
            reason = f"{reason}: {_PARTED}" if place.parted and not named else reason
            survey.disagreements.append(Disagreement(place.file, place.record, stated, reason))


def _people(record: Record) -> tuple[str, ...]:
    # JabRef keeps corporate authors of an .nbib under a name of their own.
    corporate = split_people(dict(record.extra).get("corporate", ""))
    return _folded((*record.authors, *corporate))


def _folded(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{family_name(one)} {_initial(one)}".strip() for one in names)


def _who_else(ours: Record, theirs: Record) -> str:
    """What the authors are here that are authors only there; empty where that is not known."""
    more = set(_people(theirs)) - set(_people(ours))
    for name, reason in (("editor", _EDITORS), ("medline-PS", _SUBJECT)):
        others = set(_folded(split_people(dict(ours.extra).get(name, ""))))
        if more and more <= others:
            return reason
    return ""


def _initial(author: str) -> str:
    """The first letter that is not of the family name."""
    family = set(family_name(author).split())
    given = [word for word in fold(author).replace(",", " ").split() if word not in family]
    return given[-1 if "," in author and len(given) == 1 else 0][:1] if given else ""


_NORMAL: dict[str, Callable[[Record], object]] = {
    # JabRef keeps the title of a chapter of PubMed's under a name of its own, beside the book's.
    "title": lambda record: title_key(dict(record.extra).get("article") or record.title),
    "authors": _people,
    "year": lambda record: record.year,
    # JabRef keeps what it reads of an .nbib under MEDLINE's own name for it.
    "doi": lambda record: record.doi or dict(record.extra).get("article-doi"),
}


def _why(stated: str, mine: object, expected: object) -> str:
    if not mine:
        return "missing here"
    if not expected:
        return "not in the expected file"
    if stated == "authors" and isinstance(mine, tuple) and isinstance(expected, tuple):
        return _why_authors(mine, expected)
    if stated == "title" and isinstance(mine, str) and isinstance(expected, str):
        return _why_title(mine, expected)
    return "differs"


def _why_authors(mine: tuple[str, ...], expected: tuple[str, ...]) -> str:
    if len(mine) != len(expected):
        return f"{len(mine)} names here, {len(expected)} expected"
    if sorted(mine) == sorted(expected):
        return "in another order"
    families = [[name.split(" ")[0] for name in names] for names in (mine, expected)]
    return "given names differ" if families[0] == families[1] else "family names differ"


def _why_title(mine: str, expected: str) -> str:
    if expected in mine:
        return "more of the title here"
    if mine in expected:
        return "less of the title here"
    one, other = set(mine.split()), set(expected.split())
    alike = len(one & other) / max(len(one | other), 1)
    return "a few words differ" if alike >= _WORDS_ALIKE else "differs"


def _clause(message: str, path: Path) -> str:
    """What a SourceError says, without the file's place and the advice."""
    return message.replace(repr(str(path)), "").split(":")[0].strip()


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _totals(survey: Survey) -> str:
    tallies = survey.tallies.values()
    agreed, compared = survey.agreed.total(), survey.compared.total()
    return (
        f"{sum(t.files for t in tallies)} files read, {sum(t.seen for t in tallies)} entries seen, "
        f"{sum(t.records for t in tallies)} records, {sum(t.failures for t in tallies)} failures, "
        f"{sum(t.unaccounted for t in tallies)} unaccounted for, {len(survey.raised)} readers "
        f"raised; {survey.unsupported.total()} files in no format we read; "
        f"{agreed} of {compared} compared fields agree ({_share(agreed, compared)})"
    )


def as_markdown(survey: Survey, folder: Path) -> str:
    """The report."""
    sections = [
        f"# What the readers make of `{folder.name}`",
        f"Written by `python -m eval.parsers {folder.name}`.",
        f"{_totals(survey)}.",
        "## By format",
        _table(
            "format|files|seen|records|failures|expected|unaccounted|records of those with text",
            (
                (
                    form,
                    t.files,
                    t.seen,
                    t.records,
                    t.failures,
                    t.expected_failures,
                    t.unaccounted,
                    _share(t.records, t.records + t.failures - _without_text(t)),
                )
                for form, t in sorted(survey.tallies.items())
            ),
        ),
        "Seen: what a look at the text finds, 0 where the format has no mark to look for. "
        "Expected: failures that such a file always carries. With text: with a title or an "
        "abstract, as far as that can be told.",
        "## Why entries failed",
        _table(
            "format|reason|entries",
            (
                (form, reason, count)
                for form, tally in sorted(survey.tallies.items())
                for reason, count in sorted(tally.reasons.items(), key=lambda r: (-r[1], r[0]))
            ),
        ),
        "## Entries that are unaccounted for",
        _table("file|entries", survey.lost),
        "## Readers that raised",
        _table("file|error", survey.raised),
        "## Files that are not read",
        _table("suffix|files in no format we read", sorted(survey.unsupported.items())),
        _table("file|cannot be read", survey.unreadable),
        *_comparison(survey),
    ]
    return "\n\n".join(sections) + "\n"


def _without_text(tally: Tally) -> int:
    reasons = tally.reasons.items()
    return sum(count for reason, count in reasons if any(one in reason for one in _WITHOUT_TEXT))


def _comparison(survey: Survey) -> list[str]:
    fields = [one for one in survey.disagreements if one.field != "record"]
    meant = {kind: [one for one in fields if kind in one.reason] for kind in _MEANT}
    explained = sum(map(len, meant.values()))
    return [
        "## Against the expected `.bib` beside the file",
        f"{survey.pairs} files.",
        _table(
            "field|compared|agree|share",
            (
                (name, survey.compared[name], survey.agreed[name],
                 _share(survey.agreed[name], survey.compared[name]))
                for name in _FIELDS
            ),
        ),
        "### Where they disagree",
        _table(
            "file|record|field|reason",
            ((d.file, d.record, d.field, d.reason) for d in survey.disagreements),
        ),
        f"{explained} of these {len(fields)} fields are read as they are on purpose.",
        *(f"- *{kind}*: {_MEANT[kind]}" for kind, found in meant.items() if found),
    ]  # fmt: skip


def _table(heads: str, rows: Iterable[Sequence[object]]) -> str:
    cells = [heads.split("|"), ["---"] * (heads.count("|") + 1)]
    cells += [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    if len(cells) == 2:
        return "None."
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


if __name__ == "__main__":
    typer.run(main)
