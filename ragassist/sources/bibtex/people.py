"""Names of authors."""

import re

from ragassist.sources.bibtex.values import plain

# At an end of the list it is left over from a name that was deleted.
_AND = re.compile(r"(?<=\s)(?i:and)(?=\s)|^and(?=\s)|(?<=\s)and$")
_AMPERSAND = re.compile(r"\s\\?&\s")
_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?){1,4}|[A-Z]{1,3}")
# A first and a last name, or more, but no names of places and offices.
_FULL_NAME = re.compile(r"[^\W\d_][\w.'\u2019-]*(?: [^\W\d_][\w.'\u2019-]*){1,4}")
_OFFICE = re.compile(
    r"\b(?:of|for|the|und|Department|Universit\w*|Institut\w*|Inc|Ltd|Group|Team|Lab)\b"
)
# From the likeliest on; the last may as well be initials.
_SUFFIXES = tuple(map(re.compile, (r"(?:Jr|Sr)\.?", "I{2,3}|IV", "VI{0,3}")))
# Behind a single comma a numeral is mostly a given name: `Rao, V`.
_LONE_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}")
# DBLP numbers people of one name.
_NUMBERED = re.compile(r"(?<=\w) 0\d{3}$")
_ET_AL = re.compile(r"[\s,]*\bet\.? al\.?$", re.IGNORECASE)
_PART = re.compile(r"(family|given|prefix|suffix)\s*=\s*", re.IGNORECASE)
_EXTENDED = re.compile(r'\s*"?\s*(?:family|given|prefix|suffix)\s*=', re.IGNORECASE)
_COMMAS_OF_ONE_NAME = 2


def split_names(value: str) -> tuple[tuple[str, ...], bool]:
    """The names in a field, in order, and whether it says that there are `others`.

    As written: `Family, Given`, `Given Family`, `von Family, Jr, Given`; what is in braces is an
    organisation, and stays whole. Lists parted by semicolons, or by commas between full names,
    are no BibTeX, but are read as what they are.
    """
    names: list[str] = []
    truncated = False
    for written in _parted(value):
        name = _name(written)
        bare = _ET_AL.sub("", name)
        if name.lower() == "others" or bare != name:
            truncated = True
            name = "" if name.lower() == "others" else bare
        if name:
            names.append(name)
    return tuple(names), truncated


def is_extended(name: str) -> bool:
    """Whether a name is written as BibLaTeX alone reads it: `family=Maaten, given=Laurens`."""
    return bool(_EXTENDED.match(name))


def _parted(value: str) -> list[str]:
    # Each `and` is at an outer level where the braces before it pair up.
    value = value.strip()
    parts = []
    start = position = depth = 0
    for found in _AND.finditer(value):
        depth += _depth(value, position, found.start())
        position = found.start()
        if depth == 0:
            parts.append(value[start : found.start()])
            start = found.end()
    if parts:
        return [name for part in (*parts, value[start:]) for name in _at_ampersands(part)]
    return [name for part in _without_and(value) for name in _at_ampersands(part)]


def _at_ampersands(part: str) -> list[str]:
    r"""`Lee, A. \& Yu, B.` as two; a company of such a name as one."""
    names = _AMPERSAND.split(part) if "&" in part and "{" not in part else []
    are_people = all("," in name or _begins_with_initials(name) for name in names)
    return names if len(names) > 1 and are_people else [part]


def _begins_with_initials(name: str) -> bool:
    first, _, rest = name.strip().partition(" ")
    return bool(rest) and first.endswith(".") and bool(_INITIALS.fullmatch(first))


def _depth(text: str, start: int, stop: int) -> int:
    return text.count("{", start, stop) - text.count("}", start, stop)


def _without_and(value: str) -> list[str]:
    if "{" in value and value.strip().startswith("{"):
        return [value]
    # The semicolon of an entity (`&ouml;`) parts nothing.
    if re.search(r";\s", value) and "&" not in value:
        return value.split(";")
    return _at_commas(value)


def _at_commas(value: str) -> list[str]:
    """Three full names or more, or pairs of family name and initials; any other as one."""
    pieces = [" ".join(piece.split()) for piece in value.strip(" ,").split(",")]
    if len(pieces) <= _COMMAS_OF_ONE_NAME:
        return [value]
    families, given = pieces[::2], pieces[1::2]
    if len(families) == len(given) and all(map(_INITIALS.fullmatch, given)):
        if not any(map(_INITIALS.fullmatch, families)):
            return list(map(", ".join, zip(families, given, strict=True)))
        return [value]
    are_names = all(map(_FULL_NAME.fullmatch, map(plain, pieces))) and not _OFFICE.search(value)
    return pieces if are_names else [value]


def _name(written: str) -> str:
    if is_extended(written):
        return _extended(written)
    parts = [part.strip() for part in _outer_commas(written)]
    names = [plain(part) for part in parts]
    last = names[-1]
    if len(names) == 1:
        return _NUMBERED.sub("", last)
    if len(names) == _COMMAS_OF_ONE_NAME and _LONE_SUFFIX.fullmatch(last) and _is_full(names[0]):
        return f"{names[0]} {last}"
    if len(names) == _COMMAS_OF_ONE_NAME + 1 and _rank(last) < _rank(names[1]):
        names = [names[0], last, names[1]]
    return ", ".join(filter(None, names))


def _is_full(name: str) -> bool:
    """Whether a name has a given name before its family name, and no particle there."""
    return " " in name and not name[0].islower()


def _rank(part: str) -> int:
    """How likely a part of a name is a suffix, from 0 on; the less likely, the greater."""
    ranks = (rank for rank, suffix in enumerate(_SUFFIXES) if suffix.fullmatch(part))
    return next(ranks, len(_SUFFIXES))


def _outer_commas(written: str) -> list[str]:
    parts = []
    start = position = depth = 0
    for comma in re.finditer(",", written):
        depth += _depth(written, position, comma.start())
        position = comma.start()
        if depth == 0:
            parts.append(written[start : comma.start()])
            start = comma.end()
    return [*parts, written[start:]]


def _extended(written: str) -> str:
    """BibLaTeX's `family=Maaten, given=Laurens, prefix=van der`, in any order."""
    stated = {}
    for part in _outer_commas(written):
        part = part.strip().strip('"')
        if named := _PART.match(part):
            stated[named[1].lower()] = plain(part[named.end() :].strip('"'))
    family = " ".join(filter(None, (stated.get("prefix"), stated.get("family"))))
    return ", ".join(filter(None, (family, stated.get("suffix"), stated.get("given"))))
