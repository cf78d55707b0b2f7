"""Plain text as LaTeX."""

import re

from ragassist.sources.latex_fields import SPECIAL
from ragassist.text import strip_controls

_IN_PROSE = {**SPECIAL, "“": "``", "”": "''"}
_SIGNS = re.escape("".join(SPECIAL))
# Of two apostrophes in a row TeX would make a closing quotation mark.
_PROSE_NEEDS_ESCAPE = re.compile(rf"'(?=['”])|[“”{_SIGNS}]")
_BEYOND_LATIN = re.compile(r"[^\x00-\u024f\u1e00-\u1eff\u2010-\u203a\u20ac]")


def escape(text: str) -> str:
    """The text as LaTeX sets it: nothing in it is a command; white space becomes single spaces.

    Double quotation marks become those of TeX; letters of every script stay. Braces are balanced.
    """
    spaced = re.sub(r"\s+", " ", strip_controls(text))
    return _PROSE_NEEDS_ESCAPE.sub(lambda found: _escaped(found.group()), spaced)


def needs_unicode(text: str) -> bool:
    """Whether it has letters or signs that pdfLaTeX cannot set by itself."""
    return bool(_BEYOND_LATIN.search(text))


def _escaped(sign: str) -> str:
    return _IN_PROSE.get(sign, f"{sign}{{}}")
