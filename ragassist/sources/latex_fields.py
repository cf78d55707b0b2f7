r"""Plain text as a field of a bibliography, and what of a source's own LaTeX says more than that.

A title read from `{BERT}` in `O($n$)` is plain text here, but no style prints the plain text as it
prints the source. So what a source wrote is kept beside the text, in `extra`, as `latex-title`:
only where the text alone would be written otherwise, and worth something only as long as it still
reads as the text does.
"""

import re
from collections.abc import Iterable

from ragassist.sources.names import parse_name
from ragassist.text import one_line

KEPT = "latex-"
"""What a source wrote as a field stands in `extra` under this and the field's name."""

# No `\{`: BibTeX counts that brace as well.
SPECIAL = {
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
"""Signs of TeX, as they are set."""

# Of two apostrophes in a row TeX would make a quotation mark, of two hyphens a dash.
_NEEDS_ESCAPE = re.compile(rf"'(?=')|-(?=-)|[{re.escape(''.join(SPECIAL))}]")
# What `escape_field` makes: no sign of TeX stands bare, no two signs join to another.
_ESCAPED = re.compile(
    r"(?:[^\\{}~$`&<'-]|\\[&%$#_]|\\text(?:backslash|brace(?:left|right)|asciitilde|asciicircum|"
    r"asciigrave|less|greater|bar)\{\}|'(?:\{\}|(?!'))|-(?:\{\}|(?!-)))*+"
)
_AND = re.compile(r"\band\b|,|^others$", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")
_ENDS_IN_BACKSLASH = re.compile(r"(?<!\\)(?:\\\\)*\\$")

_PARTS = re.compile(r"([-/\u2010-\u2015])")
_BEGINS_ANEW = ":?!.\u2013\u2014"
_SHOUTED_WORDS = 4
_TELLING_LETTERS = 4
# Those in lower case say nothing: titles in capitals write them so.
_SHORT_WORDS = frozenset(
    "about across after against among before between during from into onto over than that their "
    "them these they this through toward towards under until upon using versus when where which "
    "while with within without your".split()
)


def escape_field(text: str) -> str:
    """The text on one line as a field of a bibliography, so that what reads LaTeX has it again.

    Nothing in it is a command; every sign that is not one of TeX's stays itself. Braces are
    balanced.
    """
    return _NEEDS_ESCAPE.sub(lambda found: SPECIAL.get(found[0], f"{found[0]}{{}}"), one_line(text))


def says_no_more(field: str) -> bool:
    """Whether a field on one line is as `escape_field` writes it: its text alone brings it back."""
    return bool(_ESCAPED.fullmatch(field))


def title_field(title: str) -> str:
    """A title in which the capitals that no style may change stand in braces.

    These are capitals inside a word, single letters and, where the title's words are not all
    capitalised, names. A title in capitals throughout is left to the style.
    """
    words = one_line(title).split()
    if title.isupper() and len(words) >= _SHOUTED_WORDS:
        return escape_field(title)
    keeps_names = any(map(_is_lower, words))
    begins = True
    written = []
    for word in words:
        is_name = keeps_names and not begins
        if word.isalpha() and (word.islower() or (not is_name and word[1:].islower())):
            written.append(word)
        else:
            written.append(_protected(word, begins=begins, is_name=is_name))
        begins = word[-1] in _BEGINS_ANEW
    return " ".join(written)


def name_field(written: str) -> str:
    """A name so that BibTeX finds its parts; an organisation in braces, which keep it whole."""
    name = parse_name(written)
    parts = [part for part in (name.family, name.suffix, name.given) if part]
    if any(map(_AND.search, parts)) or (len(parts) == 1 and " " in name.family):
        return f"{{{escape_field(written)}}}"
    return ", ".join(map(escape_field, parts))


def names_field(names: Iterable[str], *, truncated: bool = False, given_first: bool = False) -> str:
    """Names parted by `and`, `others` the last where there are more; empty without any.

    Args:
        given_first: names that are written so stay so, where BibTeX finds their parts all the same.
    """
    form = _in_own_order if given_first else name_field
    written = [form(name) for name in names if one_line(name)]
    return " and ".join([*written, "others"] if written and truncated else written)


def people_field(names: Iterable[str], *, truncated: bool = False) -> str:
    """As `names_field`, for editors and others, whose names stay as they are ordered."""
    written = [_as_written(name) for name in names if one_line(name)]
    return " and ".join([*written, "others"] if written and truncated else written)


def is_whole(source: str) -> bool:
    """Whether a piece of LaTeX may stand between braces: its own pair up, as BibTeX counts."""
    depth = 0
    for brace in _BRACE.finditer(source):
        depth += 1 if brace[0] == "{" else -1
        if depth < 0:
            return False
    return depth == 0 and not _ENDS_IN_BACKSLASH.search(source)


def _in_own_order(written: str) -> str:
    name = parse_name(written)
    is_plain = f"{name.given} {name.family}" == written and not name.suffix
    return _as_written(written) if is_plain else name_field(written)


def _as_written(name: str) -> str:
    field = name_field(name)
    return field if field.startswith("{") else escape_field(name)


def _is_lower(word: str) -> bool:
    """Whether a word tells that the title's words are not all capitalised."""
    core = word if word.isalpha() else _core(_PARTS.split(word)[0])[1]
    return len(core) >= _TELLING_LETTERS and core.islower() and core not in _SHORT_WORDS


def _has_lone_capital(core: str, *, begins: bool) -> bool:
    """Whether a word is a single capital, as `C`, or is joined of such, as `U-Net`."""
    if len(core) == 1:
        return core.isupper() and core != "A" and not begins
    return any(len(part) == 1 and part.isupper() for part in _PARTS.split(core))


def _protected(word: str, *, begins: bool, is_name: bool) -> str:
    before, core, behind = _core(word)
    if _has_lone_capital(core, begins=begins):
        return escape_field(before) + _braced(core) + escape_field(behind)
    parts = _PARTS.split(word)
    kept = (_kept_part(part, is_name=is_name) for part in parts)
    written = "".join(kept)
    # Two hyphens, parted, would have become a dash.
    return written if "--" not in written and "''" not in written else escape_field(word)


def _kept_part(part: str, *, is_name: bool) -> str:
    before, core, behind = _core(part)
    if any(map(str.isupper, core[1:])) or (is_name and core[:1].isupper()):
        return escape_field(before) + _braced(core) + escape_field(behind)
    return escape_field(part)


def _braced(core: str) -> str:
    escaped = escape_field(core)
    # A brace with a backslash behind it begins a special character, whose case BibTeX changes.
    return f"{{{{{escaped}}}}}" if escaped.startswith("\\") else f"{{{escaped}}}"


def _core(word: str) -> tuple[str, str, str]:
    """A word without the signs around it, and these."""
    start, stop = 0, len(word)
    while start < stop and not word[start].isalnum():
        start += 1
    while stop > start and not word[stop - 1].isalnum():
        stop -= 1
    return word[:start], word[start:stop], word[stop:]
