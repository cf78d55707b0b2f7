"""What models mark up, told apart as it comes: code, rows of tables, and text with plain signs."""

import re
from collections.abc import Iterator
from typing import Literal

Kind = Literal["text", "row", "code"]
Part = tuple[Kind, str]
"""A line of a table, a block of code with its fences, or a piece of text of any length."""

# Lines end at a newline and nowhere else, whatever Unicode has besides.
_PIECE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([\w+-]*)[^`\n]*")
_MAY_BE_A_FENCE = re.compile(r" {0,3}(?:`{0,2}|~{0,2}|`{3,}[^`\n]*|~{3,}[^\n]*)")
# Around a whole answer these say nothing of it.
_WRAPS = frozenset({"", "markdown", "md", "text", "txt", "plaintext", "html"})

_TAG = re.compile(
    r"<(/?)(p|div|br|hr|ul|ol|li|b|strong|i|em|u|span|sup|sub|h[1-6]|table|thead|tbody|tr|td|th|"
    r"blockquote|section|article|body|html)"
    r"(?:\s+[\w-]+=(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s<>\"']+))*\s*/?>",
    re.IGNORECASE,
)
_MAY_BE_A_TAG = re.compile(r"</?(?:[A-Za-z]{1,10}[1-6]?(?:\s[^<>\n]{0,100})?)?/?\Z")
_PARTS = frozenset({"p", "div", "hr", "blockquote", "section", "article"})
_LINES = frozenset({"br", "ul", "ol", "table", "thead", "tbody"})
_OPENS = {"li": "\n- ", "tr": "\n", "td": "| ", "th": "| "}
_CLOSES = {"li": "\n", "tr": "|\n", "td": " ", "th": " "}

_TITLE = r"(?:(?:short|direct|final|brief)\s+)?(?:answer|response|reply)"
_HEADING = re.compile(rf"\s*(?:#{{1,6}}\s*)?[*_]{{0,3}}{_TITLE}[*_]{{0,3}}:?[*_]{{0,3}}\s*", re.I)
_LABEL = re.compile(rf"\s*[*_]{{0,3}}{_TITLE}(?:[*_]{{1,3}}:|:[*_]{{0,3}})\s+", re.I)
_ODD_SIGN = re.compile(
    r"([ \t]*)(?:\((?:\d{1,2}|[a-z]|[ivx]{1,4})\)\s+|[A-Za-z]\)\s+|\*\*\d{1,2}[.)]\*\*\s+"
    r"|[–—·‣◦▪●○■►➤✓✔]\s+|•\s*)"
)
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\n?")
_LIKE_A_RULE = re.compile(r"[ \t|:-]*")
_BAR = re.compile(r"(?<!\\)\|")
_ENDS = re.compile(r"[.!?:]\s|[。！？]")
# A line that has come so far without a bar or a sentence's end is no row of a table.
_TOLD_BY = 40


class Markup:
    """A model's text that arrives piece by piece, in parts of one kind.

    A fence around the whole text and a heading that says "Answer" are dropped; HTML becomes the
    lines and signs that Markdown has for it, and every sign of a list one that is read as such.
    Text is passed on as it comes, but for the beginning of a line that may turn out to be more.
    """

    def __init__(self) -> None:
        self._fences = _Fences()
        self._tags = _Tags()
        self._lines = _Lines()

    def feed(self, text: str) -> Iterator[Part]:
        """The parts that this piece completes, and the text in it."""
        return self._told(self._fences.feed(text))

    def close(self) -> Iterator[Part]:
        """What the end of the text completes."""
        yield from self._told(self._fences.close())
        yield from self._lines.feed(self._tags.close())
        yield from self._lines.close()

    def _told(self, parts: Iterator[Part]) -> Iterator[Part]:
        for kind, part in parts:
            if kind == "code":
                yield from self._lines.feed(self._tags.close())
                yield from self._lines.close()
                yield kind, part
            else:
                yield from self._lines.feed(self._tags.feed(part))


class _Fences:
    """Parts blocks of code from text."""

    def __init__(self) -> None:
        self._line = ""
        self._amid = False
        self._begun = False
        self._wrapped = False
        self._fence = ""
        self._code = ""

    def feed(self, text: str) -> Iterator[Part]:
        for piece in _PIECE.findall(text):
            yield from self._take(piece)

    def close(self) -> Iterator[Part]:
        line, self._line = self._line, ""
        if line:
            yield from self._whole(line)
        if self._code:
            yield "code", f"{self._code.rstrip()}\n{self._fence}"
        self._code = ""

    def _take(self, piece: str) -> Iterator[Part]:
        ends = piece.endswith("\n")
        if self._amid:
            self._amid = not ends
            yield "text", piece
            return
        self._line += piece
        if ends or not (self._code or _MAY_BE_A_FENCE.fullmatch(self._line)):
            self._amid = not ends
            line, self._line = self._line, ""
            yield from self._whole(line)

    def _whole(self, line: str) -> Iterator[Part]:
        fence = _FENCE.fullmatch(line.rstrip())
        if self._code:
            yield from self._in_code(line, fence)
        elif fence is None:
            self._begun = self._begun or not line.isspace()
            yield "text", line
        elif not self._begun and fence[2].lower() in _WRAPS:
            self._begun = self._wrapped = True
        elif self._wrapped and not fence[2]:
            self._wrapped = False
            yield "text", "\n"
        else:
            self._fence, self._code = fence[1], line

    def _in_code(self, line: str, fence: re.Match[str] | None) -> Iterator[Part]:
        self._code += line
        if fence is not None and fence[1].startswith(self._fence) and not fence[2]:
            code, self._code = self._code.strip(), ""
            yield "code", code


class _Tags:
    """Turns HTML into what Markdown has for it; what stands in backticks stays."""

    def __init__(self) -> None:
        self._held = ""
        self._fresh = True
        self._in_row = False
        self._in_code = False

    def feed(self, text: str) -> str:
        text = self._held + text
        cut = _MAY_BE_A_TAG.search(text)
        self._held = text[cut.start() :] if cut else ""
        return self._turned(text[: cut.start()] if cut else text)

    def close(self) -> str:
        held, self._held = self._held, ""
        return self._turned(held)

    def _turned(self, text: str) -> str:
        out = []
        position = 0
        for tag in _TAG.finditer(text):
            out.append(self._said(text[position : tag.start()]))
            out.append(self._said(tag.group() if self._in_code else self._sign(tag)))
            position = tag.end()
        return "".join([*out, self._said(text[position:])])

    def _said(self, text: str) -> str:
        head, newline, line = text.rpartition("\n")
        if head or newline:
            self._fresh, self._in_row, self._in_code = True, False, False
        if self._fresh and (bare := line.lstrip()):
            self._fresh, self._in_row = False, bare.startswith("|")
        self._in_code ^= line.count("`") % 2 == 1
        return text

    def _sign(self, tag: re.Match[str]) -> str:
        closes, name = tag[1], tag[2].lower()
        in_cell = self._in_row
        if name in _OPENS and not (in_cell and name == "li"):
            return (_CLOSES if closes else _OPENS)[name]
        if name[0] == "h" and name[1:].isdigit():
            return "\n\n" if closes else "\n\n## "
        if name in _PARTS or name in _LINES or name == "li":
            return " " if in_cell else "\n\n" if name in _PARTS else "\n"
        return ""


class _Lines:
    """Parts the rows of tables from text, and makes the signs of lists plain."""

    def __init__(self) -> None:
        self._line = ""
        self._amid = False
        self._begun = False
        self._in_table = False
        self._heads = ""

    def feed(self, text: str) -> Iterator[Part]:
        for piece in _PIECE.findall(text):
            yield from self._take(piece)

    def close(self) -> Iterator[Part]:
        line, self._line = self._line, ""
        if line:
            yield from self._whole(line)
        yield from self._no_heads()
        self._amid = self._in_table = False

    def _take(self, piece: str) -> Iterator[Part]:
        ends = piece.endswith("\n")
        if self._amid:
            self._amid = not ends
            yield "text", piece
            return
        self._line += piece
        if ends:
            line, self._line = self._line, ""
            yield from self._whole(line)
        elif self._is_text(self._line):
            line, self._line = self._line, ""
            self._amid = True
            yield from self._text(line)

    def _is_text(self, line: str) -> bool:
        """Whether an unfinished line can be nothing else."""
        bare = line.lstrip()
        if "|" in bare or self._in_table or (bare.startswith("#") and not self._begun):
            return False
        return len(bare) >= _TOLD_BY or _ENDS.search(bare) is not None

    def _whole(self, line: str) -> Iterator[Part]:
        if self._heads and _RULE.fullmatch(line) and "|" in line:
            yield "row", self._heads
            self._heads = ""
            self._in_table = True
        if self._is_row(line):
            yield from self._no_heads()
            self._in_table = self._begun = True
            yield "row", line
        elif len(_BAR.findall(line)) and not line.isspace():
            yield from self._no_heads()
            self._heads = line
        else:
            yield from self._text(line)

    def _is_row(self, line: str) -> bool:
        bare = line.strip()
        if self._in_table:
            return _BAR.search(bare) is not None
        return len(bare) > 1 and bare.startswith("|") and bare.endswith("|")

    def _no_heads(self) -> Iterator[Part]:
        """A line with a bar in it that no rule follows is text."""
        heads, self._heads = self._heads, ""
        if heads:
            yield from self._text(heads)

    def _text(self, line: str) -> Iterator[Part]:
        yield from self._no_heads()
        self._in_table = False
        if not self._begun:
            if _HEADING.fullmatch(line):
                return
            line = line[label.end() :] if (label := _LABEL.match(line)) else line
        self._begun = self._begun or not (line == "" or line.isspace())
        yield "text", _ODD_SIGN.sub(r"\1- ", line, count=1) if _ODD_SIGN.match(line) else line
