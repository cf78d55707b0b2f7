r"""A related-work text as Markdown for Pandoc, as LaTeX, and as plain text.

Headings come from the themes, in Markdown `## Name`, in LaTeX `\paragraph{Name.}`; a lone theme
needs none. A claim that did not pass its check carries a flag that no reader can miss.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ragassist.answering.layout import lay_out
from ragassist.answering.prose import flag, is_flagged
from ragassist.bibliographies import latex
from ragassist.bibliographies.people import introduce, is_citable_by_author, name_authors, name_work
from ragassist.grounding.citations import write_claim
from ragassist.related_work.outcome import RelatedWork
from ragassist.text import one_line, strip_controls
from ragassist.types import Claim, Mark, Paper

Format = Literal["markdown", "latex", "plain"]
_BOLD = {"markdown": "**{}**", "latex": "\\textbf{{{}}}"}
_Papers = Mapping[str, Paper]

_NEEDS_PACKAGES = "% Needs \\usepackage{natbib} and \\usepackage{url}."
_NEEDS_UNICODE = (
    "% Has letters or signs that pdfLaTeX cannot set: compile it with LuaLaTeX or XeLaTeX."
)
_MARKDOWN_SPECIAL = re.compile(r"[\\`*_\[\]{}<>@$^~|#]|&(?=#?\w+;)")
# At the beginning of a paragraph these would begin a list, a definition or a heading.
_MARKDOWN_OPENING = re.compile(r"[-+=:%]|\d+[.)]")
# Pandoc reads a key to its end only where marks in it stand alone and between letters.
_BARE_KEY = re.compile(r"[^\W_](?:[\w]|[.:+/-](?=[^\W_]))*")


def format_text(work: RelatedWork, form: Format) -> str:
    """The text, ending in a newline; nothing but newlines where it has no claim."""
    writers: dict[Format, Callable[[RelatedWork], str]] = {
        "markdown": _as_markdown,
        "latex": _as_latex,
        "plain": _as_plain,
    }
    return f"{writers[form](work)}{_incomplete(work, form)}\n"


def format_claim(claim: Claim, papers: Mapping[str, Paper], form: Format) -> str:
    """One sentence with its citations and its flag; headings and signs it begins with stay."""
    if form == "plain":
        return one_line(lay_out([claim]))
    write = _markdown_claim if form == "markdown" else _latex_claim
    return write(claim, papers)


def escape(text: str, form: Format) -> str:
    """Text that means nothing but itself in this format."""
    if form == "plain":
        return text
    return _escape_markdown(text) if form == "markdown" else latex.escape(text)


def _incomplete(work: RelatedWork, form: Format) -> str:
    """A last paragraph where the text ends before its author did."""
    if not (work.origin.failure or work.origin.interrupted):
        return ""
    said = "The text ends here: it was not completed."
    return f"\n\n{said if form == 'plain' else _BOLD[form].format(said)}"


def _as_plain(work: RelatedWork) -> str:
    parts = []
    for name, claims in _paragraphs(work):
        text = one_line(lay_out(claims))
        parts.append(f"{name}\n\n{text}" if name else text)
    entries = "\n".join(f"[{paper.paper_id}] {_reference(paper)}" for paper in work.references)
    return "\n\n".join([*parts, *([f"References\n\n{entries}"] if entries else [])])


def _as_markdown(work: RelatedWork) -> str:
    papers = {paper.paper_id: paper for paper in work.references}
    parts = []
    for name, claims in _paragraphs(work):
        text = _guard_opening(" ".join(_markdown_claim(claim, papers) for claim in claims))
        parts.append(f"## {_escape_markdown(name)}\n\n{text}" if name else text)
    return "\n\n".join(parts)


def _as_latex(work: RelatedWork) -> str:
    papers = {paper.paper_id: paper for paper in work.references}
    parts = []
    for name, claims in _paragraphs(work):
        heading = [f"\\paragraph{{{latex.escape(_ended(name))}}}"] if name else []
        parts.append("\n".join([*heading, *(_latex_claim(claim, papers) for claim in claims)]))
    text = "\n\n".join(parts)
    notes = [_NEEDS_PACKAGES, *([_NEEDS_UNICODE] if latex.needs_unicode(text) else [])]
    notes.extend(f"% retracted: {paper.paper_id}" for paper in work.references if paper.retracted)
    return "\n".join([*notes, text])


def _paragraphs(work: RelatedWork) -> list[tuple[str, list[Claim]]]:
    """The name of each theme that has claims, and these; a lone theme goes without a name."""
    lone = len(work.themes) == 1
    placed = [
        ("" if lone else one_line(theme.name), [c for c in work.claims if c.paragraph == place])
        for place, theme in enumerate(work.themes)
    ]
    return [(name, claims) for name, claims in placed if claims]


def _markdown_claim(claim: Claim, papers: _Papers) -> str:
    sentence = _written(claim, papers, _MARKDOWN)
    if retracted := _retracted(claim, papers):
        sentence += f" **{_escape_markdown(f'(retracted: {retracted})')}**"
    return f"{sentence} **{_escape_markdown(flag(claim))}**" if is_flagged(claim) else sentence


def _latex_claim(claim: Claim, papers: _Papers) -> str:
    sentence = _written(claim, papers, _LATEX)
    if retracted := _retracted(claim, papers):
        sentence += f" \\textbf{{[retracted: {latex.escape(retracted)}]}}"
    if not is_flagged(claim):
        return sentence
    why = one_line(f"{claim.verdict}: {claim.why}" if claim.why else claim.verdict)
    return f"% {why}\n{sentence} \\textbf{{[{claim.verdict}?]}}"


def _retracted(claim: Claim, papers: _Papers) -> str:
    """The papers it cites that a source marks as retracted: no reader must miss that."""
    return ", ".join(key for key in claim.citations if key in papers and papers[key].retracted)


def _written(claim: Claim, papers: _Papers, markup: "_Markup") -> str:
    """A sentence with its citations; what it begins with, where it introduces a paper, as such."""
    first, *others = claim.marks or (None,)
    paper = papers.get(first.paper_id or "") if first else None
    alone = first is not None and all(other and other.at != first.at for other in others)
    if first is None or paper is None or not alone or claim.text[: first.at] != introduce(paper):
        return write_claim(claim, markup.cite, markup.escape, inside=True)
    rest = dataclasses.replace(
        claim,
        text=claim.text[first.at :],
        marks=tuple(dataclasses.replace(m, at=m.at - first.at) for m in claim.marks[1:]),
    )
    written = write_claim(rest, markup.cite, markup.escape, inside=True)
    return _introduced(paper, first, markup) + written


def _introduced(paper: Paper, mark: Mark, markup: "_Markup") -> str:
    """Who is cited: by the style itself where it can, else in words; a title set apart."""
    if is_citable_by_author(paper):
        return markup.cite_by_name(paper.paper_id)
    said = introduce(paper)
    title = "" if paper.authors else name_work(paper)
    emphasised = markup.emphasise(markup.escape(title)) if title else ""
    return f"{emphasised}{markup.escape(said[len(title) :])} {markup.cite([mark])}"


def _citep(marks: Sequence[Mark]) -> str:
    keys, invented = _sorted_out(marks)
    cited = [f"\\citep{{{','.join(keys)}}}"] if keys else []
    return " ".join([*cited, *(f"\\textbf{{[{latex.escape(key)}?]}}" for key in invented)])


def _pandoc(marks: Sequence[Mark]) -> str:
    keys, invented = _sorted_out(marks)
    cited = [f"[{'; '.join(map(_pandoc_author, keys))}]"] if keys else []
    return " ".join([*cited, *(_escape_markdown(f"[{key}?]") for key in invented)])


def _pandoc_author(paper_id: str) -> str:
    return f"@{paper_id}" if _BARE_KEY.fullmatch(paper_id) else f"@{{{paper_id}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Markup:
    """How a format writes what stands in a sentence.

    Attributes:
        cite: the marks of one place.
        cite_by_name: a paper_id, so that the style writes authors and year into the sentence.
    """

    cite: Callable[[Sequence[Mark]], str]
    cite_by_name: Callable[[str], str]
    escape: Callable[[str], str]
    emphasise: Callable[[str], str]


def _sorted_out(marks: Sequence[Mark]) -> tuple[list[str], list[str]]:
    """The papers cited at one place, and the keys there that name none; each once."""
    keys = dict.fromkeys(mark.paper_id for mark in marks if mark.paper_id is not None)
    invented = dict.fromkeys(one_line(mark.key) for mark in marks if mark.paper_id is None)
    return list(keys), list(invented)


def _escape_markdown(text: str) -> str:
    spaced = re.sub(r"\s+", " ", strip_controls(text))
    return _MARKDOWN_SPECIAL.sub(lambda found: f"\\{found.group()}", spaced)


def _guard_opening(text: str) -> str:
    opening = _MARKDOWN_OPENING.match(text)
    if opening is None:
        return text
    last = opening.end() - 1
    return f"{text[:last]}\\{text[last:]}"


def _reference(paper: Paper) -> str:
    who = name_authors(paper)
    when = "" if paper.year is None else f"({paper.year})"
    lead = " ".join(part for part in (who, when) if part)
    title = one_line(paper.title) or name_work(paper)
    parts = [lead, title, one_line(paper.venue or "")]
    entry = " ".join(_ended(part) for part in parts if part)
    return " ".join([entry, *(f"({mark})" for mark in paper.marks)])


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


_LATEX = _Markup(
    cite=_citep,
    cite_by_name=lambda paper_id: f"\\citet{{{paper_id}}}",
    escape=latex.escape,
    emphasise=lambda text: f"\\emph{{{text}}}",
)
_MARKDOWN = _Markup(
    cite=_pandoc,
    cite_by_name=_pandoc_author,
    escape=_escape_markdown,
    emphasise=lambda text: f"*{text}*",
)
