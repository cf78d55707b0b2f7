"""What stands in a folder beside bibliographies."""

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

from ragassist.errors import SourceError
from ragassist.sources.reading import Source

OWN_MARK = b"% written by ragassist"
"""How the bibliographies begin that ragassist writes."""

# Never looked into: a paper's own text quotes bibliographies, and is none.
_OTHER_KINDS = frozenset(
    "7z aux avif bak bbl bbx bcf blg bmp bst c cbx cfg cls cpp css dbx djvu doc docx dot dtx dvi "
    "eps epub fdb_latexmk fls gif glo gls h heic ico idx ilg ind ini ins ipynb java jpeg jpg js "
    "lof log lot lyx m4a mkv mov mp3 mp4 nav o odp ods odt org otf out pdf pl png ppt pptx ps py "
    "pyc r rb rmd rnw rs rst rtf sh snm so sqlite sqlite3 sty svg synctex tar tex tif tiff toc "
    "toml tsx ttf vrb wav webp wmv xdv xls xlsx yaml yml zip".split()
)
# These are meant for papers: one that cannot be read is a failure, and is told of as one.
_BIBLIOGRAPHIES = frozenset(
    "bib bibtex ciw csv end enl enw htm html isi json jsonl medline nbib ndjson ref refer ris tab "
    "tsv txt xml".split()
)
_PACKED = frozenset({"bz2", "gz", "xz"})
_SHOWN = 6


class LeftOut:
    """Files of folders that are not read as papers, counted by what their names end in."""

    def __init__(self) -> None:
        self._others: dict[Path, str] = {}
        self._own: dict[Path, Path] = {}

    def sift(self, files: Iterable[Path]) -> list[Path]:
        """The files that may hold papers; one of unknown kind is opened to see."""
        kept = []
        for file in files:
            kind = _kind(file)
            if kind in _OTHER_KINDS or (kind not in _BIBLIOGRAPHIES and not _is_readable(file)):
                self._others[file.resolve()] = f".{kind}" if kind else "without an ending"
            elif _is_own(file):
                self._own[file.resolve()] = file
            else:
                kept.append(file)
        return kept

    def notices(self, read: Collection[Path]) -> list[str]:
        """What to tell of them, but of those that are read all the same, since they are named."""
        told = []
        own = [str(file) for place, file in self._own.items() if place not in read]
        if own:
            more = f" and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""
            them = "it" if len(own) == 1 else "them"
            told.append(
                f"left out what ragassist itself wrote: {', '.join(own[:_SHOWN])}{more}; name "
                f"{them} to read {them}"
            )
        kinds = Counter(kind for place, kind in self._others.items() if place not in read)
        if kinds:
            listed = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common(_SHOWN))
            more = ", …" if len(kinds) > _SHOWN else ""
            total = kinds.total()
            files = "1 file" if total == 1 else f"{total:,} files"
            told.append(f"left out {files} of other kinds ({listed}{more})")
        return told


def _kind(file: Path) -> str:
    ends = [suffix[1:].lower() for suffix in file.suffixes]
    if ends and ends[-1] in _PACKED:
        ends.pop()
        return ends[-1] if ends else "txt"
    return ends[-1] if ends else ""


def _is_readable(file: Path) -> bool:
    try:
        Source(file)
    except SourceError:
        return False
    return True


def _is_own(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(OWN_MARK)) == OWN_MARK
    except OSError:
        return False
