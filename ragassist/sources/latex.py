r"""LaTeX as bibliographies hold it → plain Unicode.

pylatexenc's parser manages 194 fields with LaTeX a second, and ends in a RecursionError at 5,000
nested braces. So the text is read here in one pass over its tokens, with open groups on a list:
any depth, linear time. Accents and what is common come from the tables below; only for a command
they lack are pylatexenc's tables (not its parser) imported and asked.
"""

import functools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from ragassist.sources.cleaning import clean_text

_MARKED = re.compile(r"[\\{}$~]|--|``|''")
_TOKEN = re.compile(
    r"(?P<verbatim>\\(?:url|path|nolinkurl)\s*\{(?P<address>[^{}]*)\})"
    r"|(?P<math>\$\$(?:[^$\\]|\\.){1,2000}+\$\$|\$(?:[^$\\]|\\.){1,2000}+\$"
    r"|\\\((?:[^\\]|\\[^()]){0,2000}+\\\))"
    r"|\\(?P<word>[a-zA-Z@]+)\*?\s*"
    r"|\\(?P<sign>.)"
    r"|(?P<mark>[{}~]|-{2,3}|``|'')",
    re.DOTALL,
)

_ABOVE = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "r": "\u030a", "h": "\u0309",
}  # fmt: skip
_ACCENTS = {
    **_ABOVE, "c": "\u0327", "k": "\u0328", "d": "\u0323", "b": "\u0331", "t": "\u0361",
}  # fmt: skip
_DOTLESS = {"\u0131": "i", "\u0237": "j"}
# An accent stands on the first letter of a group; past this many empty pieces nobody looks.
_PIECES_LOOKED_AT = 8

_MARKS = {"~": " ", "--": "\u2013", "---": "\u2014", "``": "\u201c", "''": "\u201d"}
_SIGNS = {
    **{sign: sign for sign in "&%$#_{}"},
    **dict.fromkeys(" ,;:\\\n\t", " "),
    **dict.fromkeys("-/!@+", ""),
    ")": ")", "(": "(", "[": "[", "]": "]", "|": "\u2016",
}  # fmt: skip
_WORDS = {
    "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "dj": "đ", "DJ": "Đ", "dh": "ð", "DH": "Ð", "th": "þ",
    "TH": "Þ", "ng": "ŋ", "NG": "Ŋ", "SS": "ẞ",
    "textendash": "\u2013", "textemdash": "\u2014", "textquoteright": "\u2019",
    "textquoteleft": "\u2018", "textquotedblleft": "\u201c", "textquotedblright": "\u201d",
    "textquotesingle": "'", "textquotedbl": '"', "textasciitilde": "~", "textasciicircum": "^",
    "textasciigrave": "`", "textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}",
    "textless": "<", "textgreater": ">", "textbar": "|", "textunderscore": "_", "textdollar": "$",
    "textdegree": "°", "degree": "°", "textmu": "µ", "copyright": "©", "textregistered": "®",
    "texttrademark": "™", "textellipsis": "…", "ldots": "...", "dots": "...", "S": "§", "P": "¶",
    "dag": "†", "ddag": "‡", "pounds": "£", "euro": "€", "texteuro": "€", "textmusicalnote": "♪",
    "textnumero": "№", "guillemotleft": "«", "guillemotright": "»", "flqq": "«", "frqq": "»",
    "glqq": "„", "grqq": "“", "quotedblbase": "„", "slash": "/", "hyphen": "-", "lbrace": "{",
    "rbrace": "}", "TeX": "TeX", "LaTeX": "LaTeX", "BibTeX": "BibTeX", "XeTeX": "XeTeX",
    "textsuperscript": "^", "sim": "~", "backslash": "\\", "cyrchar": "",
    **dict.fromkeys("space quad qquad enspace thinspace par newline linebreak item".split(), " "),
}  # fmt: skip
# Set the text behind them in some way; the text is what counts.
_PLAIN = frozenset(
    "emph textit textbf texttt textsc textsf textrm textsl textup textmd textnormal text mbox hbox "
    "underline uline bf it em tt sc rm sl sf bfseries itshape scshape ttfamily rmfamily sffamily "
    "upshape normalfont mdseries boldmath relax protect noindent xspace nobreak nocase "
    "uppercase lowercase MakeUppercase MakeLowercase ensuremath mathrm mathbf mathit mathcal "
    "mathbb mathsf mathtt mathfrak boldsymbol bm operatorname textsubscript textgreek textcyrillic "
    "small large Large footnotesize tiny normalsize".split()
)
# What stands in their first group is no text.
_FIRST_GROUP_DROPPED = frozenset(
    "noopsort noop sortnoop switchargs href textcolor color begin end vspace hspace label "
    "texorpdfstring foreignlanguage selectlanguage bibinfo bibfield".split()
)
_QUOTES = {"enquote": "\u201c\u201d", "mkbibquote": "\u201c\u201d", "mkbibparens": "()",
           "mkbibbrackets": "[]"}  # fmt: skip
_COMMAND = re.compile(r"\\([a-zA-Z]+)\s?")
_SYMBOL = re.compile(r"\{?(?:\\ensuremath\{)?\\([a-zA-Z]+)\}*")


def to_unicode(text: str) -> str:
    r"""The text as LaTeX would print it, in plain characters.

    Accents and special letters become characters, groups and font commands their contents, `--`
    and ` `` ` what they stand for, `~` a space. Math is made readable where that is possible, as
    `clean_text` does, and else stays between its dollars. Commands that nobody knows stay, with
    their braces, and so does a brace without its fellow. Never raises; linear.
    """
    if not _MARKED.search(text):
        return text
    page = _Page()
    position = 0
    while token := _TOKEN.search(text, position):
        if token.start() > position:
            page.write(text[position : token.start()])
        position = token.end()
        if token["math"] and token["math"].count("{") != token["math"].count("}"):
            # Two prices, or a brace too few: the sign is a sign.
            page.write("$")
            position = token.start() + 1
        else:
            _SET[token.lastgroup or ""](page, token)
    page.write(text[position:])
    return page.finished()


@dataclass(slots=True)
class _Group:
    """What to do when a group closes: put an accent on it, drop it, or write something.

    Attributes:
        at: where in the pieces it begins.
    """

    at: int = 0
    accent: str = ""
    dropped: bool = False
    closing: str = ""


class _Page:
    """Pieces of text as they are set, and the groups that are open."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._open: list[_Group] = []
        self._accent = ""
        self._next: _Group | None = None

    def write(self, text: str) -> None:
        """Text, under the accent that waits for it."""
        if self._accent:
            text = text.lstrip()
            if not text:
                return
            text, self._accent = _accented(text, self._accent), ""
        if self._next and not text.isspace():
            self._next = None
        self._pieces.append(text)

    def put_accent(self, accent: str) -> None:
        self._flush_accent()
        self._accent = accent

    def before_group(self, group: _Group) -> None:
        """What the group that follows is; forgotten where text follows."""
        self._next = group

    def open(self) -> None:
        group, self._next = self._next or _Group(), None
        group.at = len(self._pieces)
        group.accent, self._accent = self._accent, ""
        self._open.append(group)
        # Kept for the brace itself, in case it is never closed.
        self._pieces.append("")

    def close(self) -> None:
        self._flush_accent()
        self._next = None
        if not self._open:
            self._pieces.append("}")
            return
        group = self._open.pop()
        if group.dropped:
            del self._pieces[group.at :]
        elif group.accent:
            self._accent_group(group)
        if group.closing:
            self._pieces.append(group.closing)

    def finished(self) -> str:
        self._flush_accent()
        for group in self._open:
            if group.at < len(self._pieces):
                self._pieces[group.at] = "{"
        return "".join(self._pieces)

    def _accent_group(self, group: _Group) -> None:
        stop = min(len(self._pieces), group.at + 1 + _PIECES_LOOKED_AT)
        for index in range(group.at + 1, stop):
            if text := self._pieces[index].lstrip():
                self._pieces[index] = _accented(text, group.accent)
                return
        self._pieces.append(_standing_alone(group.accent))

    def _flush_accent(self) -> None:
        if self._accent:
            self._pieces.append(_standing_alone(self._accent))
            self._accent = ""


def _accented(text: str, accent: str) -> str:
    letter = text[0]
    if accent in _ABOVE:
        letter = _DOTLESS.get(letter, letter)
    if not letter.isalpha():
        return _standing_alone(accent) + text
    # Characters that were composed of two already keep theirs: the mark follows them.
    marked = 1
    while marked < min(len(text), 4) and unicodedata.combining(text[marked]):
        marked += 1
    if letter == "i" and accent == ".":
        return text
    mark = _ACCENTS[accent]
    return unicodedata.normalize("NFC", letter + text[1:marked] + mark) + text[marked:]


def _standing_alone(accent: str) -> str:
    return "" if accent.isalpha() else accent


def _set_verbatim(page: _Page, token: re.Match[str]) -> None:
    page.write(re.sub(r"\\([%#&_~])", r"\1", token["address"].strip()))


def _set_math(page: _Page, token: re.Match[str]) -> None:
    formula = token[0]
    if formula.startswith(("\\", "$$")):
        formula = f"${formula[2:-2].strip()}$"
    # By itself: in `H$_2$O`, clean_text does not know a formula from two prices.
    readable = clean_text(formula)
    if "\\" in readable:
        spelt = _COMMAND.sub(lambda c: _symbols().get(c[1], c[0]), readable.strip("$"))
        readable = readable if "\\" in spelt else spelt.strip()
    page.write(readable)


def _set_sign(page: _Page, token: re.Match[str]) -> None:
    sign = token["sign"]
    if sign in _ACCENTS:
        page.put_accent(sign)
    else:
        page.write(_SIGNS.get(sign, token[0]))


def _set_mark(page: _Page, token: re.Match[str]) -> None:
    mark = token[0]
    if mark == "{":
        page.open()
    elif mark == "}":
        page.close()
    else:
        page.write(_MARKS[mark])


def _set_word(page: _Page, token: re.Match[str]) -> None:
    word = token["word"]
    if word in _ACCENTS:
        page.put_accent(word)
    elif (known := _WORDS.get(word)) is not None:
        page.write(known)
    elif word in _PLAIN:
        return
    elif word in _FIRST_GROUP_DROPPED:
        page.before_group(_Group(dropped=True))
    elif word in _QUOTES:
        page.write(_QUOTES[word][0])
        page.before_group(_Group(closing=_QUOTES[word][1]))
    elif symbol := _symbols().get(word) or _symbols().get(word.removeprefix("text")):
        page.write(symbol)
    elif token.string.startswith("{", token.end()):
        page.write(token[0] + "{")
        page.before_group(_Group(closing="}"))
    else:
        page.write(token[0])


_SET: dict[str, Callable[[_Page, re.Match[str]], None]] = {
    "verbatim": _set_verbatim, "address": _set_verbatim, "math": _set_math,
    "word": _set_word, "sign": _set_sign, "mark": _set_mark,
}  # fmt: skip


@functools.lru_cache(maxsize=1)
def _symbols() -> dict[str, str]:
    """Every command without argument that stands for one character, by its name."""
    from pylatexenc.latexencode import (  # type: ignore[import-untyped]
        get_builtin_conversion_rules,
    )

    symbols: dict[str, str] = {}
    for table in ("defaults", "unicode-xml"):
        for rule in get_builtin_conversion_rules(table):
            for code, written in rule.rule.items():
                if found := _SYMBOL.fullmatch(written):
                    symbols.setdefault(found[1], chr(code))
    return symbols
