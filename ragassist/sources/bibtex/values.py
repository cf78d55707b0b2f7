"""The value of a field as plain text."""

import re

from ragassist.sources.cleaning import clean_text
from ragassist.sources.latex import to_unicode
from ragassist.text import one_line

# Nothing that LaTeX, HTML or `clean_text` would read as anything else; most values are so.
_ORDINARY = re.compile(r"(?!(?:sub)?sec|abs)(?:[^\\{}$~<&`'-]|'(?!')|-(?!-))*+", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([%#&_~$^{}])|\\(?:text)?ascii(tilde)(?:\{\})?|\$([<>])\$|\$\\(sim)\s*\$")
_LESS_GREATER = {r"\textless": "<", r"\textgreater": ">"}
_COMMAND = re.compile(r"\\text(?:less|greater)(?:\{\}|\s)?")
_URL = re.compile(r"\\(?:url|href|path|nolinkurl)\s*\{([^{}]*)\}(?:\{[^{}]*\})?")


def plain(value: str) -> str:
    """Text: LaTeX, HTML and entities as characters, on one line."""
    text = " ".join(value.split())
    if text.isascii() and text.isprintable() and _ORDINARY.fullmatch(text):
        return text
    return one_line(clean_text(to_unicode(text)))


def verbatim(value: str) -> str:
    """An address, an identifier or a path: only what had to be escaped is undone."""
    text = value
    if "\\" in text or "$" in text:
        text = _URL.sub(r"\1", text)
        text = _COMMAND.sub(lambda c: _LESS_GREATER[c[0].rstrip("{} \t\n")], text)
        text = _ESCAPED.sub(lambda e: e[1] or e[3] or "~", text)
    return one_line(text.replace("{", "").replace("}", ""))
