"""When a paper was published, in parts: no two formats write a date the same way."""

import re
from dataclasses import dataclass

from ragassist.types import Paper

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""BibTeX's macros for the months."""

_DATE = re.compile(r"(?:(\d{4})|-)(?:-(\d\d)(?:-(\d\d))?)?")


@dataclass(frozen=True, slots=True)
class Published:
    """A date as far as it is known: a day has a month, a month may stand without a year."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str:
        """`2024-07-01`, `2024-07` or `2024`; empty without a year."""
        if self.year is None:
            return ""
        parts = [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join([f"{self.year:04}", *parts])


def published(paper: Paper) -> Published:
    """A paper's year, with the month and day of its date unless that is of another year."""
    found = _DATE.fullmatch(paper.date or "")
    if found is None:
        return Published(paper.year)
    year, month, day = (int(part) if part else None for part in found.groups())
    if paper.year is not None and year is not None and year != paper.year:
        return Published(paper.year)
    if month is not None and not 1 <= month <= len(MONTHS):
        return Published(paper.year or year)
    return Published(paper.year or year, month, day)
