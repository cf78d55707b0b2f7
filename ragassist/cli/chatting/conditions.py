"""`/filter year:2022.. author:Qin`: conditions as they are typed in the chat."""

import re
from dataclasses import replace

from ragassist.cli.options import filters_from
from ragassist.errors import UsageError
from ragassist.types import Filters

_YEARS = re.compile(r"(?:\d{4})?(?:\.\.)?(?:\d{4})?")
CONDITIONS = ("year", "author", "category", "tag", "source")


def changed(filters: Filters, typed: str) -> Filters:
    """The filters with what is typed: each condition that is named takes the place of the old ones.

    `author:Qin author:Liu` is either of them, `author:Yujia Qin` a name of two words; `-author`, or
    `author:` with nothing behind it, takes that condition away, and `off` all.

    Raises:
        UsageError: a condition is not known, or its years are not understood.
    """
    if typed.strip().lower() == "off":
        return Filters()
    wanted = _parsed(typed)
    if "year" in wanted:
        filters = _with_years(filters, wanted.pop("year"))
    named = {name: tuple(filter(None, values)) for name, values in wanted.items()}
    return replace(
        filters,
        authors=named.get("author", filters.authors),
        categories=named.get("category", filters.categories),
        tags=named.get("tag", filters.tags),
        sources=named.get("source", filters.sources),
    )


def as_typed(filters: Filters) -> str:
    """The filters as one would type them; empty where all papers pass."""
    return " ".join(_parts(filters))


def replaced(before: Filters, after: Filters) -> str:
    """What was taken out of conditions that hold on with something else, as one would type it."""
    now = _parts(after)
    names = {part.partition(":")[0] for part in now}
    gone = (part for part in _parts(before) if part not in now)
    return " ".join(part for part in gone if part.partition(":")[0] in names)


def _parts(filters: Filters) -> list[str]:
    parts = []
    first, last = filters.year_from, filters.year_to
    if first is not None and first == last:
        parts.append(f"year:{first}")
    elif first is not None or last is not None:
        parts.append(f"year:{first or ''}..{last or ''}")
    for name, values in (
        ("author", filters.authors),
        ("category", filters.categories),
        ("tag", filters.tags),
        ("source", filters.sources),
    ):
        parts.extend(f"{name}:{value}" for value in values)
    return parts


def _parsed(typed: str) -> dict[str, list[str]]:
    wanted: dict[str, list[str]] = {}
    values: list[str] | None = None
    for word in typed.split():
        name, colon, value = word.partition(":")
        if colon and name.lower() in CONDITIONS:
            values = wanted.setdefault(name.lower(), [])
            values.append(value)
        elif name.startswith("-") and name[1:].lower() in CONDITIONS:
            _refuse_one(name, value)
            wanted[name[1:].lower()] = [""]
            values = None
        elif values is None or (colon and not value.startswith("//") and name.isalpha()):
            raise UsageError(f"{word!r} is no condition: {_known(name)}")
        else:
            values[-1] = f"{values[-1]} {word}".strip()
    return {name: [one.strip('"“” ') for one in values] for name, values in wanted.items()}


def _refuse_one(name: str, value: str) -> None:
    if value:
        raise UsageError(f"{name} takes all of them away: name those that stay, {name[1:]}:…")


def _known(name: str) -> str:
    from difflib import get_close_matches

    if _YEARS.fullmatch(name):
        return f"did you mean year:{name}?"
    near = get_close_matches(name.lower(), CONDITIONS, n=1)
    if near:
        return f"did you mean {near[0]}:…?"
    return "there are year:2022.. author:Qin category:CL tag:read source:refs.bib, and off"


def _with_years(filters: Filters, years: list[str]) -> Filters:
    if len(years) > 1:
        raise UsageError("there is one range of years: year:2020..2023")
    if not years[0]:
        return replace(filters, year_from=None, year_to=None)
    try:
        stated = filters_from(years[0], None, None, None)
    except UsageError as error:
        raise UsageError(str(error).replace("--year ", "year:")) from error
    return replace(filters, year_from=stated.year_from, year_to=stated.year_to)
