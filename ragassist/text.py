"""Plain-text forms that several parts must agree on: what is stripped, what counts as the same."""

import functools
import re
import unicodedata

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
# C0 and C1 controls, but tab, newline and carriage return; lone surrogates, which no file can hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Marks that reorder or hide what stands around them; tags, which spell out unseen text.
_INVISIBLE = re.compile(
    r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)
_NOT_WORD = re.compile(r"[\W_]+")
_LATIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


def strip_controls(text: str) -> str:
    """Drop what could steer a terminal: escape sequences, control and direction characters.

    Tabs and line endings stay. Idempotent; linear in the length of the text.
    """
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", _CONTROL.sub("", _ESCAPE.sub("", text)))


def one_line(text: str) -> str:
    """`strip_controls`, then every run of white space as one space, none at the ends."""
    return " ".join(strip_controls(text).split())


def fold(text: str) -> str:
    """Lower case without accents: what two spellings of a name have in common. Idempotent."""
    lowered = text.casefold()
    if lowered.isascii():
        return lowered
    # Compatibility forms may hold capitals (™ is TM): the case is folded again behind them.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", lowered).casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return bare.translate(_LATIN)


@functools.lru_cache(maxsize=4096)
def title_key(title: str) -> str:
    """The letters and digits of a title, folded, words parted by one space.

    Two titles with one key are the same title: case, accents, dashes, quotes and punctuation do
    not tell works apart. A title of punctuation alone has the empty key.
    """
    return _NOT_WORD.sub(" ", fold(title)).strip()
