"""The parts of a person's name, in whatever order it is written."""

import re
from dataclasses import dataclass

from ragassist.text import one_line

_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|II|III|IV")
# Of two parts behind a family name, from the likeliest on; the last may as well be initials.
_SUFFIXES = tuple(map(re.compile, (r"(?:Jr|Sr)\.?", "I{2,3}|IV", "VI{0,3}")))
_INITIALS = re.compile(r"(?!(?:II|III|IV)$)(?:[A-Z]{1,3}|(?:[A-Z]\.-?){1,3})")
_ORGANISATION = re.compile(
    r"\b(?:and|for|of|the|Team|Group|Consortium|Collaboration|Committee|Workshop|Labs?|Laboratory|"
    r"University|Institute|Foundation|Project|Network|Association|Society|Inc|Ltd|Research|"
    r"Organi[sz]ation|Agency|Ministry|Department|Council|Commission|Cent(?:er|re)|Corporation|"
    r"Corp|GmbH|LLC|Company|Federation|Administration|Initiative|Alliance|Academy|Investigators|"
    r"Collaborators|Contributors|Partnership|Nations|Bureau|Authority|Hospital|Universit\w{1,3}|"
    r"Institut\w?)\b"
)
# `Family, Jr, Given` is all that BibTeX knows.
_MOST_COMMAS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A person's name in parts; an organisation has no given name.

    Attributes:
        family: with its particles, `van der Maaten`.
        suffix: `Jr`, `III`; empty for most.
    """

    family: str
    given: str = ""
    suffix: str = ""


def parse_name(written: str) -> Name:
    """The parts of `Given Family`, `Family, Given` or, as PubMed has it, `Family GN`.

    `Jr` and its like stand between the two, as in BibTeX, or behind them, as in RIS; what stands
    behind a single comma, or behind a single word, is the given name, `V` in `Rao, V`. A name
    without capitals, as in scripts that have none, and an organisation stay whole.
    """
    name = one_line(written)
    if name.count(",") > _MOST_COMMAS or _ORGANISATION.search(name):
        return Name(family=name)
    if "," in name:
        parts = [part.strip() for part in name.split(",")]
        if len(parts) > _MOST_COMMAS and _rank(parts[-1]) < _rank(parts[1]):
            parts[1:] = reversed(parts[1:])
        suffix = parts[1] if len(parts) > _MOST_COMMAS else ""
        return Name(family=parts[0] or name, given=parts[-1], suffix=suffix)
    words = name.split()
    if not any(word[0].isupper() for word in words):
        return Name(family=name)
    if len(words) == 2 and _SUFFIX.fullmatch(words[1]):
        return Name(family=words[0], given=words[1])
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    start, stop = _family(words)
    given = words[:start] + words[stop:]
    return Name(family=" ".join(words[start:stop]), given=" ".join(given), suffix=suffix)


def suffix_second(written: str) -> str:
    """`King, Max, Jr.`, as RIS has it, in the order of BibTeX, `King, Jr., Max`; others as is."""
    if written.count(",") != _MOST_COMMAS:
        return written
    name, last = parse_name(written), written.rpartition(",")[2].strip()
    return ", ".join((name.family, last, name.given)) if name.suffix == last else written


def _rank(part: str) -> int:
    """How likely a part of a name is a suffix, from 0 on; the less likely, the greater."""
    ranks = (rank for rank, suffix in enumerate(_SUFFIXES) if suffix.fullmatch(part))
    return next(ranks, len(_SUFFIXES))


def _family(words: list[str]) -> tuple[int, int]:
    """Where among the words the family name begins and ends."""
    kept = len(words)
    while kept > 1 and _INITIALS.fullmatch(words[kept - 1]):
        kept -= 1
    # `KAIMING HE` is in capitals throughout: no initials.
    if kept < len(words) and not " ".join(words[:kept]).isupper():
        return 0, kept
    particle = next((n for n, word in enumerate(words[:-1]) if n and word[0].islower()), None)
    return len(words) - 1 if particle is None else particle, len(words)
