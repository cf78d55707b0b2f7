"""Readers of what is written, independent of what writes it, and strict."""

import re
from dataclasses import dataclass, field

_SIGNS = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textasciigrave": "`",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
}


@dataclass
class Latex:
    """What a LaTeX text comes to.

    Attributes:
        lines: one a sentence, with `⟨key⟩` where it cites; marked words stand between `*`.
        headings: of its paragraphs.
        cited: every key, in order.
        comments: without their sign.
    """

    lines: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def read_latex(text: str) -> Latex:
    """Read it line by line; anything that TeX would stumble over is an AssertionError."""
    read = Latex()
    for line in text.splitlines():
        if line.startswith("%"):
            read.comments.append(line[1:].strip())
        elif line.startswith("\\paragraph{"):
            assert line.endswith("}")
            read.headings.append(_plain(line[len("\\paragraph{") : -1], read))
        elif line:
            read.lines.append(_plain(line, read))
    return read


def plain_of(latex: str) -> str:
    """The characters that a piece of LaTeX sets."""
    return _plain(latex, Latex())


def title_of(field: str) -> str:
    """As `plain_of`; what is in braces, so that no style changes its case, counts as it is."""
    bare = ""
    while bare != field:
        bare, field = field, re.sub(r"\{((?:[^{}]|\{\})+)\}", r"\1", field)
    return plain_of(bare)


def _plain(latex: str, read: Latex) -> str:
    said, position = "", 0
    while position < len(latex):
        char = latex[position]
        if char == "\\":
            piece, position = _command(latex, position, read)
            said += piece
        elif latex.startswith(("``", "''"), position):
            said += "“" if char == "`" else "”"
            position += 2
        elif latex.startswith(("'{}", "-{}"), position):
            said += char
            position += 3
        else:
            assert char not in "&%$#_{}~^`<>|\n", f"{char!r} stands bare in {latex!r}"
            said += char
            position += 1
    return said


def _command(latex: str, start: int, read: Latex) -> tuple[str, int]:
    if latex[start + 1] in "&%$#_":
        return latex[start + 1], start + 2
    name = re.match(r"[a-z]+", latex[start + 1 :])
    assert name is not None, f"no command in {latex[start:]!r}"
    behind = start + 1 + name.end()
    if name.group() in _SIGNS:
        assert latex.startswith("{}", behind)
        return _SIGNS[name.group()], behind + 2
    stop = _closing(latex, behind)
    content = latex[behind + 1 : stop - 1]
    if name.group() in {"citep", "citet"}:
        keys = content.split(",")
        read.cited.extend(keys)
        return f"⟨{','.join(keys)}⟩", stop
    assert name.group() in {"emph", "textbf"}, f"an unknown command in {latex!r}"
    return f"*{_plain(content, read)}*", stop


def _closing(latex: str, opening: int) -> int:
    assert latex[opening] == "{"
    depth = 0
    for position in range(opening, len(latex)):
        depth += {"{": 1, "}": -1}.get(latex[position], 0)
        if not depth:
            return position + 1
    raise AssertionError(f"a brace is never closed in {latex!r}")


@dataclass
class Entry:
    """An entry of a bibliography: its type and its fields, the outermost braces taken off.

    The macro of a month stands as it is.
    """

    kind: str
    fields: dict[str, str]


def read_bibtex(text: str) -> dict[str, Entry]:
    """The entries by key, in order, braces counted as BibTeX does: an escaped one counts too."""
    entries: dict[str, Entry] = {}
    position = 0
    while (at := text.find("@", position)) >= 0:
        head = re.compile(r"@(\w+)\{([^,\s{}]+),").match(text, at)
        assert head is not None, f"no entry begins at {text[at : at + 40]!r}"
        stop = _close(text, at + len(head.group(1)) + 1)
        assert head.group(2) not in entries, "a key stands twice"
        entries[head.group(2)] = Entry(head.group(1), _fields(text[head.end() : stop - 1]))
        position = stop
    return entries


def _fields(body: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    position = 0
    while name := re.compile(r"\s*([\w:.+/-]+) = (?=\{|[a-z]{3},)").match(body, position):
        if body[name.end()] != "{":
            fields[name.group(1)] = body[name.end() : name.end() + 3]
            position = name.end() + 4
            continue
        stop = _close(body, name.end())
        fields[name.group(1)] = body[name.end() + 1 : stop - 1]
        assert body[stop] == ","
        position = stop + 1
    assert not body[position:].strip()
    return fields


def _close(text: str, opening: int) -> int:
    depth = 0
    for position in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        assert depth >= 0
        if not depth:
            return position + 1
    raise AssertionError("a brace is never closed")


def names_of(field: str) -> list[str]:
    """The names of an author field, parted by every `and` that is in no braces."""
    names, depth, words = [], 0, [""]
    for word in field.split(" "):
        if word.lower() == "and" and not depth:
            names.append(" ".join(words[1:]))
            words = [""]
        else:
            depth += word.count("{") - word.count("}")
            words.append(word)
    return [*names, " ".join(words[1:])]


def read_ris(text: str) -> list[list[tuple[str, str]]]:
    """The records as (tag, value), from `TY` on and without `ER`."""
    records: list[list[tuple[str, str]]] = []
    for line in text.split("\r\n"):
        assert not re.search(r"[\r\n]", line)
        if not line:
            continue
        tag = re.compile(r"([A-Z][A-Z0-9])  - ").match(line)
        assert tag is not None, f"no tag in {line!r}"
        if tag.group(1) == "TY":
            records.append([])
        if tag.group(1) != "ER":
            records[-1].append((tag.group(1), line[tag.end() :]))
    return records
