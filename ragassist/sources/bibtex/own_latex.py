"""What an entry says in LaTeX that the text read from it does not say."""

import functools
import re
from collections.abc import Callable, Iterator, Mapping

from ragassist.sources.bibtex.people import split_names
from ragassist.sources.bibtex.values import plain
from ragassist.sources.latex_fields import (
    KEPT,
    is_whole,
    names_field,
    people_field,
    says_no_more,
    title_field,
)
from ragassist.text import one_line

# No style prints them, or they are no text: addresses, identifiers, dates, lists.
_NOT_KEPT = re.compile(
    r"file|.*url.*|bdsk-.*|eprinttype|eprintclass|link|ee|doi|pmc?id|swhid|crossref|xdata|xref"
    r"|date.*|year|day|keywords?|groups|tags|mendeley-.*|categories|affiliation|ids"
    r"|archiveprefix|primaryclass|arxiv(?:id)?|retracted|kind|latex-.*|langid|timestamp"
    r"|entrysubtype"
)
_LONGEST = 50_000
# Without any of these a field is the text that is read from it.
_MARKS = ("\\", "{", "$", "~", "--", "``", "''", "&", "<")
_MONTH = re.compile(
    r"\d{1,2}|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?",
    re.IGNORECASE,
)
# Accents, fonts and formulas: nothing that is made of a text.
_COMMAND = re.compile(r"\\(?![&%$#_]|text[a-z]+\{\})")
_VERSION = re.compile(r"v\d+$")
_PARTED = re.compile(r";| and ", re.IGNORECASE)


def own_latex(
    fields: Mapping[str, str], renamed: Mapping[str, str], people: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Each field that would not be written again as it is, under `latex-` and its name.

    Args:
        fields: as they stand in the entry, between their outermost braces.
        renamed: BibLaTeX's names of fields that BibTeX calls otherwise.
        people: the fields, beside `author`, that hold names.
    """
    for name, value in fields.items():
        if not _is_text(name) or len(value) > _LONGEST:
            continue
        marked = any(mark in value for mark in _MARKS)
        if not marked and name not in _PLAIN_TOO:
            continue
        source = one_line(value)
        if source and not _comes_back(name, source, people, marked) and is_whole(source):
            own = renamed.get(name, name)
            yield f"{KEPT}{name if own in fields else own}", source


@functools.lru_cache(maxsize=256)
def _is_text(name: str) -> bool:
    return not _NOT_KEPT.fullmatch(name)


def _comes_back(name: str, source: str, people: frozenset[str], marked: bool) -> bool:
    """Whether the field would be written so if nothing of it were known but its text."""
    if marked and _COMMAND.search(source):
        return False
    if name in _PLAIN_TOO:
        return _PLAIN_TOO[name](source, marked)
    if name == "author":
        return _people_come_back(source, names_field)
    if name in people:
        return _people_come_back(source, people_field)
    return says_no_more(source)


def _people_come_back(source: str, written: Callable[..., str]) -> bool:
    names, truncated = split_names(source)
    # In `extra` names stand in one text, where nothing would keep these whole.
    if written is people_field and any(map(_PARTED.search, names)):
        return False
    return source in (written(names, truncated=truncated), " and ".join(names))


def _title_comes_back(source: str, marked: bool) -> bool:
    return title_field(plain(source) if marked else source) == source


# What is written otherwise than other texts, marked or not.
_PLAIN_TOO: dict[str, Callable[[str, bool], bool]] = {
    "title": _title_comes_back,
    "eprint": lambda source, _: not _VERSION.search(source),
    # An address that stands here alone is taken for the entry's own.
    "howpublished": lambda source, _: says_no_more(source) and "://" not in source,
    # BibTeX has no macro for `Juni` and `10~January`.
    "month": lambda source, _: bool(_MONTH.fullmatch(source)),
    "pages": lambda source, _: "\\" not in source and "{" not in source and "$" not in source,
}
