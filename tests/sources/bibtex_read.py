"""BibTeX read from a string, for the tests of its reader."""

from ragassist.sources.bibtex import read
from ragassist.sources.latex_fields import KEPT
from ragassist.types import Failure, Record
from tests.sources.texts import lines_of, records_of


def outcome(text: str) -> list[Record | Failure]:
    return list(read(lines_of(text), "refs.bib"))


def records(text: str) -> list[Record]:
    found = outcome(text)
    assert all(isinstance(one, Record) for one in found), found
    return records_of(found)


def failures(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.reason) for one in outcome(text) if isinstance(one, Failure)]


def titles(text: str) -> list[str]:
    return [one.title for one in records_of(outcome(text))]


def record(fields: str, kind: str = "article") -> Record:
    """The one record of an entry with a title and these fields."""
    [found] = records(f"@{kind}{{k, title = {{T}}, {fields}}}")
    return found


def extra(found: Record) -> dict[str, str]:
    """What else it states, as text; what is kept of its LaTeX is left out."""
    return {name: value for name, value in found.extra if not name.startswith(KEPT)}
