"""When a work was published."""

import re
from collections.abc import MutableMapping

from ragassist.sources.bibtex.values import plain
from ragassist.text import fold

_ISO = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?(?=[/T~?%\s]|$)")
# From 13 on, what stands for the month is a season.
_WHOLE_ISO = re.compile(r"\d{4}(?:-(?:0\d|1[0-2])(?:-\d\d)?)?")
_DAY_OR_MONTH = re.compile(r"\d{4}-(?:0\d|1[0-2])(?:-\d\d)?")
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_WORD = re.compile(r"[^\W\d_]{3,}")
_MONTH = re.compile(r"(?<!\d)(0?[1-9]|1[0-2])(?!\d)")
_DAY = re.compile(r"(?<!\d)(0?[1-9]|[12]\d|3[01])(?!\d)")
# By the first letters, in English and German.
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "maerz": 3, "mrz": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}  # fmt: skip


def take_date(fields: MutableMapping[str, str]) -> tuple[int | None, str | None]:
    """The year, and where more is stated the ISO date, taken out of the fields that state them.

    Fields that say more than that stay: `in press`, the other end of a range, `c. 1850`, the mark
    in `2019~`, the season in `2019-21`.
    A year of no four digits, or before 1400, is not taken.
    """
    if "date" not in fields and _DAY_OR_MONTH.fullmatch(fields.get("year", "").strip()):
        # No year, but clear enough.
        fields["date"] = fields.pop("year").strip()
    year, date = _from_date(fields)
    if year is None:
        year, date = _from_year(fields)
    elif _YEAR.fullmatch(plain(fields.get("year", ""))):
        fields.pop("year")
    return year, date or _with_month(fields, year)


def _from_date(fields: MutableMapping[str, str]) -> tuple[int | None, str | None]:
    stated = plain(fields.get("date", ""))
    found = _YEAR.search(stated)
    if found is None:
        return None, None
    # Read as LaTeX, the mark of an uncertain date is a tie.
    if _WHOLE_ISO.fullmatch(stated) and "~" not in fields["date"]:
        fields.pop("date")
    iso = _ISO.match(stated)
    return int(found[0]), iso[0] if iso and iso[2] and iso[1] == found[0] else None


def _from_year(fields: MutableMapping[str, str]) -> tuple[int | None, None]:
    stated = plain(fields.get("year", ""))
    found = _YEAR.search(stated)
    if found is None:
        return None, None
    if found[0] == stated:
        fields.pop("year")
    return int(found[0]), None


def _with_month(fields: MutableMapping[str, str], year: int | None) -> str | None:
    stated = plain(fields.get("month", "")).strip(" .,")
    words = _WORD.findall(stated)
    months = [number for word in words if (number := _month(word))]
    rest = _WORD.sub("", stated)
    if not words and (found := _MONTH.fullmatch(rest)):
        months, rest = [int(found[0])], ""
    if not months:
        return None
    days = _DAY.findall(rest) or _DAY.findall(plain(fields.get("day", "")))
    if len(months) == len(words or [stated]) and re.fullmatch(r"[\s.,]*(\d{1,2})?[\s.,]*", rest):
        fields.pop("month")
    date = f"{'-' if year is None else year}-{months[0]:02}"
    if len(days) != 1:
        return date
    fields.pop("day", None)
    return f"{date}-{int(days[0]):02}"


def _month(word: str) -> int | None:
    folded = fold(word)
    return _MONTHS.get(folded[:3]) or _MONTHS.get(folded)
