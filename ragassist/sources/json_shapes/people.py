"""Names of people: out of their parts, and out of lists that end in `et al.`."""

import re
from collections.abc import Iterable

from ragassist.sources.json_shapes.values import JsonObject, plain, text

_ET_AL = re.compile(r"(?:^|,? )et al\.?$|^others$", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV", re.IGNORECASE)
_SEPARATOR = re.compile(r";| and ")


def whole_name(family: str, given: str = "", suffix: str = "") -> str:
    """`Family, Suffix, Given` as BibTeX writes it, which says which part is which."""
    if not given:
        return f"{family} {suffix}".strip()
    if not suffix:
        first, comma, last = given.rpartition(", ")
        # `Martin Luther, Jr.`: where a form has no field for it, this is how it is entered.
        if comma and _SUFFIX.fullmatch(last):
            given, suffix = first, last
    return ", ".join(part for part in (family, suffix, given) if part)


def person(stated: JsonObject) -> str:
    """The name of CSL's and Crossref's objects; empty where they hold none.

    A particle that stays with the family name stands before it, one that does not behind the
    given name: `van der Berg, Jan`, `La Fontaine, Jean de`.
    """
    family = text(stated, "family")
    if family is None:
        return text(stated, "literal", "name", "given") or ""
    family = " ".join(filter(None, (text(stated, "non-dropping-particle"), family)))
    given = filter(None, (text(stated, "given"), text(stated, "dropping-particle")))
    return whole_name(family, " ".join(given), text(stated, "suffix") or "")


def people(value: object) -> tuple[tuple[str, ...], bool]:
    """The names in a list of objects and texts, and whether it says that there are more."""
    if isinstance(value, str):
        value = [{"literal": name} for name in _SEPARATOR.split(plain(value))]
    entries = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
    return without_et_al(
        plain(entry) if isinstance(entry, str) else person(entry)
        for entry in entries
        if isinstance(entry, (str, dict))
    )


def without_et_al(names: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Names without the empty ones, and whether the last of them stood for others."""
    kept = [name for name in names if name]
    if kept and _ET_AL.search(kept[-1]):
        return tuple(filter(None, (*kept[:-1], _ET_AL.sub("", kept[-1])))), True
    return tuple(kept), False
