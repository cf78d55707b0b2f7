r"""What in a text is code or mathematics, and so has no sentences and cites nothing."""

import re
from dataclasses import dataclass

# One left open holds up a stream for so many characters at most, and is text then.
_LONGEST = 2000
_LONGEST_INLINE = 500
_ENVIRONMENTS = (
    r"(?:equation|align|alignat|gather|multline|flalign|eqnarray|math|displaymath|verbatim|"
    r"lstlisting|[bpvBV]?matrix|cases)\*?"
)
_OPENER = re.compile(rf"(?<![\\`])(?:`+|\$\$|\$(?!\s)|\\[(\[]|\\begin\{{({_ENVIRONMENTS})\}})")
_HALF_AN_OPENER = re.compile(r"\\(?:b[a-z]{0,4}(?:\{[a-zB-V]{0,11}\*?)?)?\Z")
_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n")
_LINE_END = re.compile(r"\n")
_AMOUNT = re.compile(r"[0-9][^\s$]*\s")
# A fence around text: some models put their whole answer in one.
_PROSE_FENCE = re.compile(r"(?:|markdown|md|text|txt|plain|plaintext)[ \t]*\n", re.IGNORECASE)
_FENCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Untouched:
    """Code or mathematics, `text[start:stop]`.

    Attributes:
        inner: what stands between the delimiters.
        mark: the delimiter it begins with.
        may_be_prose: it is fenced as nothing or as text.
    """

    start: int
    stop: int
    inner: str
    mark: str
    may_be_prose: bool = False


def find_literals(text: str) -> tuple[list[Untouched], int]:
    r"""The code and the mathematics of a text, and where some is open that may yet be closed.

    Code stands in backticks, or in a fence of three and more; mathematics in `$…$`, `$$…$$`,
    `\(…\)`, `\[…\]` or an environment such as `equation`. A sum of money, `$5`, and a lone
    backtick are neither. Linear in the length of the text.

    Returns:
        Literals in order, and the place of the first opener that may still be closed by text to
        come; the length of the text where there is none.
    """
    found: list[Untouched] = []
    half = _HALF_AN_OPENER.search(text, max(0, len(text) - 30))
    waiting = half.start() if half else len(text)
    position = 0
    while (opener := _OPENER.search(text, position)) is not None:
        literal, may_come = _read(text, opener)
        if literal is not None:
            found.append(literal)
        elif may_come:
            waiting = min(waiting, opener.start())
        position = literal.stop if literal else opener.end()
    return found, waiting


def _read(text: str, opener: re.Match[str]) -> tuple[Untouched | None, bool]:
    """What an opener opens; else None, and whether text to come may close it."""
    mark, begin = opener.group(), opener.end()
    if begin < len(text) and not _may_open(text, mark, begin):
        return None, False
    stop, ended = _reach(text, mark, begin)
    closer = _closer(mark, opener.group(1)).search(text, begin, stop)
    if closer is None:
        return None, not ended
    if not _may_close(text, mark, begin, closer):
        return None, False
    literal = Untouched(
        start=opener.start(),
        stop=closer.end(),
        inner=text[begin : closer.start()],
        mark=mark,
        may_be_prose=len(mark) >= _FENCE and _PROSE_FENCE.match(text, begin) is not None,
    )
    return literal, False


def _reach(text: str, mark: str, begin: int) -> tuple[int, bool]:
    """Up to where it may be closed, and whether the text goes on behind that."""
    inline = mark in {"`", "``", "$", "$$", "\\(", "\\["}
    limit = begin + (_LONGEST_INLINE if inline else _LONGEST)
    stop, ended = min(limit, len(text)), limit < len(text)
    if inline:
        gap = _EMPTY_LINE if mark in {"$$", "\\["} else _LINE_END
        if (found := gap.search(text, begin, stop)) is not None:
            return found.start(), True
    return stop, ended


def _may_open(text: str, mark: str, begin: int) -> bool:
    if mark == "$":
        return _AMOUNT.match(text, begin) is None
    return mark != "`" or not text[begin].isspace()


def _may_close(text: str, mark: str, begin: int, closer: re.Match[str]) -> bool:
    if closer.start() == begin:
        return False
    before, behind = text[closer.start() - 1], text[closer.end() : closer.end() + 1]
    if mark == "$":
        return not before.isspace() and not behind.isdigit()
    if mark.startswith("\\") and len(mark) == 2:
        # Another opener comes first.
        return closer.group() in {"\\)", "\\]"}
    return mark != "`" or not before.isspace()


def _closer(mark: str, environment: str | None) -> re.Pattern[str]:
    if environment:
        return re.compile(rf"\\end\{{{re.escape(environment)}\}}")
    if mark.startswith("`"):
        return re.compile(rf"(?<!`){mark}(?!`)")
    if mark == "\\(":
        return re.compile(r"\\[()]")
    if mark == "\\[":
        return re.compile(r"\\[\[\]]")
    return re.compile(rf"(?<!\\){re.escape(mark)}")
