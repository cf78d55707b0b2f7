"""Cells that hold a list as programs write it: JSON, and what Python and its data frames print."""

import json
import re

_LONGEST = 1_000_000
_MOST = 20_000
# A string in either quotes; what Python writes for nothing; the commas that arrays leave out.
_STRING = r"""(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")"""
_LIST = re.compile(rf"\[\s*+(?:(?:{_STRING}|None|nan|null)[\s,]*+)*+\]", re.DOTALL)
_ENTRY = re.compile(_STRING, re.DOTALL)
_OBJECTS = re.compile(r"\[\s*+\{.*\}\s*\]", re.DOTALL)
_NAME = re.compile(rf"""['"](?:display_)?name['"]\s*:\s*({_STRING})""", re.DOTALL)
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_BLANK = frozenset("nrtfv\n")


def list_in(cell: str) -> list[str] | None:
    """The texts of a list, or the names of a list of objects; None where the cell is no list.

    Nothing is evaluated. Linear in the length; a list of more than a million characters is none.
    """
    written = cell.strip()
    if not written.startswith("[") or not written.endswith("]") or len(written) > _LONGEST:
        return None
    if _OBJECTS.fullmatch(written):
        names = [_unescaped(found[1]) for found in _NAME.finditer(written)]
        return names[:_MOST] or None
    if not _LIST.fullmatch(written):
        return None
    try:
        stated = json.loads(written)
    except (ValueError, RecursionError):
        stated = [_unescaped(found[0]) for found in _ENTRY.finditer(written)]
    return [one for one in stated if isinstance(one, str)][:_MOST]


def _unescaped(written: str) -> str:
    return _ESCAPED.sub(_as_char, written[1:-1])


def _as_char(escape: re.Match[str]) -> str:
    if code := escape[1] or escape[2]:
        return chr(int(code, 16))
    return " " if escape[3] in _BLANK else escape[3]
