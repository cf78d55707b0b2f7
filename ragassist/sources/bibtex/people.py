"""Names of authors."""

import re

from ragassist.sources.bibtex.values import plain

_AND = re.compile(r"(?<=\s)and(?=\s)", re.IGNORECASE)
_BRACES = re.compile(r"[{}]")
# From the likeliest on; the last may as well be initials.
_SUFFIXES = tuple(map(re.compile, (r"(?:Jr|Sr)\.?", "I{2,3}|IV", "VI{0,3}")))
# Behind a single comma a numeral is mostly a given name: `Rao, V`.
_LONE_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}")
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


def _parted(value: str) -> list[str]:
    # Each `and` is at an outer level where the braces before it pair up.
    parts = []
    start = position = depth = 0
    for found in _AND.finditer(value):
        depth += _depth(value, position, found.start())
        position = found.start()
        if depth == 0:
            parts.append(value[start : found.start()])
            start = found.end()
    if parts:
        return [*parts, value[start:]]
    return _without_and(value)


def _depth(text: str, start: int, stop: int) -> int:
    return text.count("{", start, stop) - text.count("}", start, stop)


def _without_and(value: str) -> list[str]:
    if "{" in value and value.strip().startswith("{"):
        return [value]
    # The semicolon of an entity (`&ouml;`) parts nothing.
    if re.search(r";\s", value) and "&" not in value:
        return value.split(";")
    pieces = [piece.strip() for piece in value.split(",")]
    full_names = all(len(piece.split()) > 1 and "=" not in piece for piece in pieces)
    if len(pieces) > _COMMAS_OF_ONE_NAME + 1 and full_names:
        return pieces
    return [value]


def _name(written: str) -> str:
    if _EXTENDED.match(written):
        return _extended(written)
    parts = [part.strip() for part in _outer_commas(written)]
    names = [plain(part) for part in parts]
    last = names[-1]
    if len(names) == 1:
        return last
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
