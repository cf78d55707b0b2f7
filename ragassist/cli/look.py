"""How text looks on this terminal: what stands out, what is a link, where it wraps.

In a pipe all of it is plain. On a terminal it is rich that knows what the terminal can show, and
that obeys NO_COLOR and TERM=dumb. Nothing is told by colour alone, and the colours are those that
hold on dark and on light.
"""

import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

import typer

from ragassist.text import strip_controls
from ragassist.types import Paper

DIM = "dim"
STRONG = "bold"
ALARM = "bold red"

_WIDEST = 100
_NARROWEST = 20
_WEB = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
_SAFE_IN_ADDRESS = "/:;.,()?&=#%+@~_-!*'$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some text in one style.

    Attributes:
        style: as rich writes styles: `bold red`.
        link: where the text leads to, on a terminal that has links.
    """

    text: str
    style: str = ""
    link: str | None = None


def width() -> int | None:
    """Columns to wrap at; None in a pipe, where lines are left whole."""
    if not sys.stdout.isatty():
        return None
    # The last column stays free: there a cursor waits for the next line, and what clears the rest
    # of its line clears the letter that it stands on.
    return max(_NARROWEST, min(shutil.get_terminal_size().columns - 1, _WIDEST))


def wrapped(text: str, columns: int, *, indent: int = 0, hanging: int = 0) -> str:
    """Lines of so many columns, parted between words; a longer word is left whole."""
    lines = textwrap.wrap(
        text,
        columns,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def in_lines(parts: Iterable[str], columns: int, *, between: str = "  ·  ") -> str:
    """Short parts side by side, in as many lines as they need; what is too long is cut."""
    lines: list[str] = []
    for part in parts:
        said = cut(part, columns)
        beside = f"{lines[-1]}{between}{said}" if lines else said
        if lines and cells_of([Piece(text=beside)]) <= columns:
            lines[-1] = beside
        else:
            lines.append(said)
    return "\n".join(lines)


def tell(notice: str, *, style: str = "") -> None:
    """A line on standard error, wrapped between words where that is a terminal."""
    if sys.stderr.isatty():
        columns = max(_NARROWEST, shutil.get_terminal_size().columns - 1)
        notice = wrapped(notice, columns)
    say(Piece(text=notice, style=style), err=True)


def cut(text: str, room: int) -> str:
    """The text in so many columns, shortened between words where it takes more."""
    if cells_of([Piece(text=text)]) <= room:
        return text
    kept = text[: max(room - 1, 1)]
    while len(kept) > 1 and cells_of([Piece(text=kept)]) > room - 1:
        kept = kept[:-1]
    before, _, begun = kept.rpartition(" ")
    if text[len(kept)] != " " and len(begun) < len(before):
        kept = before
    return f"{kept.rstrip()}…"


def say(*pieces: Piece | str, end: str = "\n", err: bool = False) -> None:
    """Write pieces one behind the other, as they are; nothing in them is read as markup."""
    stream = sys.stderr if err else sys.stdout
    if not stream.isatty():
        text = "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)
        typer.echo(text + end, nl=False, err=err)
        return
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    line = Text(end="")
    for piece in pieces:
        if isinstance(piece, str):
            line.append(strip_controls(piece))
        else:
            style = Style.parse(piece.style) + Style(link=piece.link)
            line.append(strip_controls(piece.text), style)
    # Wrapping is done before: what is not to be wrapped (an id, an address) stays whole.
    console = Console(file=stream, force_terminal=True, highlight=False, soft_wrap=True)
    console.print(line, end=end)


class Flow:
    """Words set one behind the other, wrapped where the terminal ends.

    Args:
        hanging: columns that every line but the first is indented by.
    """

    def __init__(self, *, hanging: int = 0) -> None:
        self._hanging = hanging
        self._column = 0

    def put(self, pieces: Iterable[Piece]) -> None:
        """Set the words of the pieces, which need no space where a piece ends."""
        columns = width()
        out: list[Piece] = []
        for word in words_of(pieces):
            taken = cells_of(word)
            if self._column and columns and self._column + 1 + taken > columns:
                out.append(Piece(text="\n" + " " * self._hanging))
                self._column = self._hanging
            elif self._column:
                goes_on = bool(out) and _alike(out[-1], word[0])
                out.append(replace(word[0], text=" ") if goes_on else Piece(text=" "))
                self._column += 1
            out.extend(word)
            self._column += taken
        if out:
            say(*_merged(out), end="")

    def new_line(self, *, empty: int = 0, hanging: int = 0) -> None:
        """End the line, with so many empty ones behind it."""
        say("\n" * (1 + empty), end="")
        self._column = 0
        self._hanging = hanging


def address_of(paper: Paper) -> str | None:
    """Where the paper is on the web: its DOI, else arXiv, PubMed, its address; None without any.

    ASCII without blanks or control characters, whatever a source stated.
    """
    if paper.doi:
        return f"https://doi.org/{quote(strip_controls(paper.doi), safe=_SAFE_IN_ADDRESS)}"
    if paper.arxiv_id:
        return f"https://arxiv.org/abs/{quote(strip_controls(paper.arxiv_id), safe='/.')}"
    if paper.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{quote(strip_controls(paper.pmid), safe='')}/"
    url = strip_controls(paper.url or "").strip()
    return quote(url, safe=_SAFE_IN_ADDRESS) if _WEB.fullmatch(url) else None


def _alike(one: Piece, other: Piece) -> bool:
    return (one.style, one.link) == (other.style, other.link)


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours that look alike as one, so that a link over several words is one link."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and _alike(merged[-1], piece):
            merged[-1] = replace(piece, text=merged[-1].text + piece.text)
        else:
            merged.append(piece)
    return merged


def words_of(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The pieces parted at blanks; a word may be of several."""
    word: list[Piece] = []
    for piece in pieces:
        for number, part in enumerate(piece.text.split(" ")):
            if number and word:
                yield word
                word = []
            if part:
                word.append(replace(piece, text=part))
    if word:
        yield word


def cells_of(word: Iterable[Piece]) -> int:
    """How many columns a word takes: a CJK letter takes two."""
    text = "".join(piece.text for piece in word)
    # Letters of Latin take one each: what tells of others is loaded for them alone.
    if all(letter < "\u0300" for letter in text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
