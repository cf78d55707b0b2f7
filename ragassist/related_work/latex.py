"""Plain text as LaTeX."""

import re

from ragassist.text import strip_controls

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
    "“": "``",
    "”": "''",
    **{char: f"\\{char}" for char in "&%$#_"},
}
# Of two apostrophes in a row TeX would make a closing quotation mark.
_NEEDS_ESCAPE = re.compile(rf"'(?=['”])|[{re.escape(''.join(_SPECIAL))}]")
_BEYOND_LATIN = re.compile(r"[^\x00-\u024f\u1e00-\u1eff\u2010-\u203a\u20ac]")


def escape(text: str) -> str:
    """The text as LaTeX sets it: nothing in it is a command; white space becomes single spaces.

    Double quotation marks become those of TeX; letters of every script stay. Braces are balanced.
    """
    spaced = re.sub(r"\s+", " ", strip_controls(text))
    return _NEEDS_ESCAPE.sub(lambda found: _SPECIAL.get(found.group(), "'{}"), spaced)


def needs_unicode(text: str) -> bool:
    """Whether it has letters or signs that pdfLaTeX cannot set by itself."""
    return bool(_BEYOND_LATIN.search(text))
