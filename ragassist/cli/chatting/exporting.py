r"""A conversation as a file: Markdown for Pandoc, LaTeX that compiles by itself, BibTeX, JSON.

JSON is {schema, exchanges: [{kind: "answer" | "declined" | "related", question, standalone, text,
claims: [claim], references: [paper], origin, filters, asked_on}]}, the shapes as
`ragassist.cli.as_json` has them.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from ragassist.bibliographies import latex
from ragassist.bibliographies.people import name_authors
from ragassist.cli import as_json, render
from ragassist.cli.chatting.conditions import as_typed
from ragassist.cli.chatting.turns import Turn
from ragassist.cli.files import check_target, write_text
from ragassist.cli.look import address_of, tell
from ragassist.cli.render import ledger_line
from ragassist.errors import UsageError
from ragassist.related_work.formats import Format, escape, format_claim
from ragassist.text import one_line
from ragassist.types import Claim, Paper

_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_ESCAPED_BOLD = re.compile(r"\\\*\\\*([^*]+)\\\*\\\*")
_LATEX_BEGIN = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{natbib}
\usepackage{url}
\begin{document}
"""
_NEEDS_UNICODE = "% Has letters that pdfLaTeX cannot set: compile it with LuaLaTeX or XeLaTeX."
_LATEX_END = r"\end{document}"


def export(turns: Sequence[Turn], path: Path, *, force: bool) -> None:
    """Write a conversation to a file, whole or not at all.

    Raises:
        UsageError: there is nothing to write, the file's name says no format, or it is there and
            not to be overwritten (`force`).
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise UsageError(f"{path.name!r} says no format: it ends in {', '.join(_WRITERS)}")
    if not turns:
        raise UsageError("nothing was asked yet: there is nothing to export")
    check_target(path, force=True)
    if path.exists() and not force:
        raise UsageError(
            f"{str(path)!r} is there and may be your own work: `/export! {path}` overwrites it"
        )
    try:
        write_text(path, write(turns))
    except OSError as error:
        raise UsageError(f"cannot write {str(path)!r}: {error.strerror}") from error
    cited = render.count(len(cited_in(turns)), "paper")
    tell(f"{path}: {render.count(len(turns), 'exchange')}, {cited} cited")


def cited_in(turns: Iterable[Turn]) -> dict[str, Paper]:
    """The cited papers by their ids, each once, in order; those that only came near are none."""
    return {
        paper.paper_id: paper
        for turn in turns
        if turn.kind != "declined"
        for paper in turn.references
    }


def as_markdown(turns: Sequence[Turn]) -> str:
    """Each question as a heading, citations as Pandoc reads them, and a list of the papers."""
    cited = cited_in(turns)
    parts = []
    for turn in turns:
        parts.append(f"## {escape(one_line(turn.question), 'markdown')}")
        parts.extend(_said(turn, cited, "markdown"))
        parts.append(f"*{escape(_made_by(turn), 'markdown')}*")
    if cited:
        entries = [_markdown_entry(paper) for paper in cited.values()]
        parts += ["## References", "\n".join(entries)]
    return "\n\n".join(parts) + "\n"


def as_latex(turns: Sequence[Turn]) -> str:
    """A document of its own, with a bibliography of the cited papers."""
    cited = cited_in(turns)
    parts = []
    for turn in turns:
        parts.append(f"\\section*{{{escape(one_line(turn.question), 'latex')}}}")
        parts.extend(_said(turn, cited, "latex"))
        parts.append(f"% {_made_by(turn)}")
    if cited:
        entries = "\n\n".join(map(_latex_entry, cited.values()))
        parts.append(f"\\begin{{thebibliography}}{{{len(cited)}}}\n{entries}")
        parts.append("\\end{thebibliography}")
    text = "\n\n".join(parts)
    note = [_NEEDS_UNICODE] if latex.needs_unicode(text) else []
    return "\n".join([*note, _LATEX_BEGIN, text, _LATEX_END]) + "\n"


def as_bibtex(turns: Sequence[Turn]) -> str:
    """Exactly the cited papers, by key."""
    from ragassist.bibliographies import bibtex

    cited = cited_in(turns)
    return "".join(bibtex.write(cited[paper_id] for paper_id in sorted(cited)))


def as_json_text(turns: Sequence[Turn]) -> str:
    """All that is known of each exchange."""
    exchanges = [
        {
            "kind": turn.kind,
            "question": turn.question,
            "standalone": turn.standalone,
            "text": turn.text,
            "claims": [as_json.of_claim(claim) for claim in turn.claims],
            "references": [as_json.of_paper(paper) for paper in turn.references],
            "origin": dataclasses.asdict(turn.origin),
            "filters": dataclasses.asdict(turn.filters),
            "asked_on": turn.asked_on,
        }
        for turn in turns
    ]
    return as_json.dumps({"exchanges": exchanges}) + "\n"


_WRITERS: Mapping[str, Callable[[Sequence[Turn]], str]] = {
    ".md": as_markdown,
    ".tex": as_latex,
    ".bib": as_bibtex,
    ".json": as_json_text,
}


def _made_by(turn: Turn) -> str:
    """Who answered when from which papers, and the ledger: what a reader has to know of a text."""
    did = "Declined" if turn.kind == "declined" else "Answered"
    filters = f", from the papers with {as_typed(turn.filters)}" if turn.filters else ""
    ledger = "" if turn.kind == "declined" else f" {ledger_line(turn.claims, turn.origin)}."
    return one_line(f"{did} by {turn.origin.answerer} on {turn.asked_on}{filters}.{ledger}")


def _said(turn: Turn, papers: Mapping[str, Paper], form: Format) -> list[str]:
    """The paragraphs of a turn, and a last one where it ends before its author did."""
    if turn.standalone != turn.question:
        searched = escape(f"Searched for: {one_line(turn.standalone)}", form)
        lead = [f"*{searched}*" if form == "markdown" else f"\\emph{{{searched}}}"]
    else:
        lead = []
    if turn.kind == "declined":
        return [*lead, escape(one_line(turn.text), form)]
    paragraphs = groupby(turn.claims, key=lambda claim: claim.paragraph)
    said = [_paragraph(list(claims), papers, form) for _, claims in paragraphs]
    if turn.origin.answerer != "extractive":
        said = [_bold(text, form) for text in said]
    if turn.shape != "prose":
        said = [_listed(said, form, numbered=turn.shape == "list")]
    if turn.origin.interrupted or turn.origin.failure:
        said.append("The text ends here: it was not completed.")
    return [*lead, *said]


def _paragraph(claims: Sequence[Claim], papers: Mapping[str, Paper], form: Format) -> str:
    return " ".join(format_claim(claim, papers, form) for claim in claims)


def _bold(text: str, form: Format) -> str:
    """What a model made bold, bold again: its asterisks are escaped by now."""
    if form == "markdown":
        return _ESCAPED_BOLD.sub(r"**\1**", text)
    return _BOLD.sub(r"\\textbf{\1}", text)


def _listed(said: Sequence[str], form: Format, *, numbered: bool) -> str:
    if form == "markdown":
        signs = (f"{number}." if numbered else "-" for number in range(1, len(said) + 1))
        return "\n".join(f"{sign} {text}" for sign, text in zip(signs, said, strict=True))
    kind = "enumerate" if numbered else "itemize"
    lines = "\n".join(f"\\item {text}" for text in said)
    return f"\\begin{{{kind}}}\n{lines}\n\\end{{{kind}}}"


def _markdown_entry(paper: Paper) -> str:
    address = address_of(paper)
    link = f" <{address}>" if address else ""
    return f"- `{paper.paper_id}`: {escape(render.describe(paper), 'markdown')}{link}"


def _latex_entry(paper: Paper) -> str:
    who = name_authors(paper) or paper.paper_id
    label = escape(f"{who}({paper.year or 'n.d.'})", "latex")
    address = address_of(paper)
    link = f" \\url{{{address}}}" if address and not set(address) & set("%#\\{}") else ""
    said = escape(render.describe(paper), "latex")
    return f"\\bibitem[{{{label}}}]{{{paper.paper_id}}}\n{said}{link}"
