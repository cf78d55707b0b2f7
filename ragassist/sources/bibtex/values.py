"""The value of a field as plain text."""

import functools
import re

from ragassist.sources.cleaning import clean_text
from ragassist.sources.latex import to_unicode
from ragassist.text import one_line

# Nothing that LaTeX, HTML or `clean_text` would read as anything else; most values are so.
_ORDINARY = re.compile(r"(?!(?:sub)?sec|abs)(?:[^\\{}$~<&`'-]|'(?!')|-(?!-))*+", re.IGNORECASE)
_SHORT = 300
_ESCAPED = re.compile(r"\\([%#&_~$^{}])|\\(?:text)?ascii(tilde)(?:\{\})?|\$([<>])\$|\$\\(sim)\s*\$")
_LESS_GREATER = {r"\textless": "<", r"\textgreater": ">"}
_COMMAND = re.compile(r"\\text(?:less|greater)(?:\{\}|\s)?")
_URL = re.compile(r"\\(?:url|href|path|nolinkurl)\s*\{([^{}]*)\}(?:\{[^{}]*\})?")


def plain(value: str) -> str:
    """Text: LaTeX, HTML and entities as characters, on one line."""
    text = " ".join(value.split())
    if is_ordinary(text):
        return text
    return _remembered(text) if len(text) <= _SHORT else _plain(text)


def _plain(text: str) -> str:
    return one_line(clean_text(to_unicode(text)))


# Names, journals and titles come again: in other entries, and where their LaTeX is looked at.
_remembered = functools.lru_cache(maxsize=512)(_plain)


def is_ordinary(text: str) -> bool:
    """Whether a text on one line is plain text as it is: so are most."""
    return text.isascii() and text.isprintable() and bool(_ORDINARY.fullmatch(text))


def verbatim(value: str) -> str:
    """An address, an identifier or a path: only what had to be escaped is undone."""
    text = value
    if "\\" in text or "$" in text:
        text = _URL.sub(r"\1", text)
        text = _COMMAND.sub(lambda c: _LESS_GREATER[c[0].rstrip("{} \t\n")], text)
        text = _ESCAPED.sub(lambda e: e[1] or e[3] or "~", text)
    return one_line(text.replace("{", "").replace("}", ""))
