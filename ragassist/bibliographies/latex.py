"""Plain text as LaTeX."""

import re

from ragassist.text import one_line, strip_controls

# No `\{`: BibTeX counts that brace as well.
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\textasciigrave{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{char: f"\\{char}" for char in "&%$#_"},
}
_IN_PROSE = {**_SPECIAL, "“": "``", "”": "''"}
_SIGNS = re.escape("".join(_SPECIAL))
# Of two apostrophes in a row TeX would make a closing quotation mark.
_PROSE_NEEDS_ESCAPE = re.compile(rf"'(?=['”])|[“”{_SIGNS}]")
# Of two hyphens it would make a dash.
_FIELD_NEEDS_ESCAPE = re.compile(rf"'(?=')|-(?=-)|[{_SIGNS}]")
_BEYOND_LATIN = re.compile(r"[^\x00-\u024f\u1e00-\u1eff\u2010-\u203a\u20ac]")


def escape(text: str) -> str:
    """The text as LaTeX sets it: nothing in it is a command; white space becomes single spaces.

    Double quotation marks become those of TeX; letters of every script stay. Braces are balanced.
    """
    spaced = re.sub(r"\s+", " ", strip_controls(text))
    return _PROSE_NEEDS_ESCAPE.sub(lambda found: _escaped(found.group(), _IN_PROSE), spaced)


def escape_field(text: str) -> str:
    """The text on one line as a field of a bibliography, so that what reads LaTeX has it again.

    As `escape`, but every sign that is not one of TeX's stays itself, quotation marks too.
    """
    return _FIELD_NEEDS_ESCAPE.sub(lambda found: _escaped(found.group(), _SPECIAL), one_line(text))


def needs_unicode(text: str) -> bool:
    """Whether it has letters or signs that pdfLaTeX cannot set by itself."""
    return bool(_BEYOND_LATIN.search(text))


def _escaped(sign: str, special: dict[str, str]) -> str:
    return special.get(sign, f"{sign}{{}}")
