"""The options that several commands share."""

import re
from typing import Annotated, Literal

import typer

from ragassist.errors import UsageError
from ragassist.types import Filters, Shape

EmbedderName = Literal["builtin", "minilm"]
Question = Annotated[
    list[str],
    typer.Argument(
        metavar="QUESTION", help="A question, or words; quotes around it are not needed."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Year = Annotated[
    str | None,
    typer.Option(metavar="YEARS", help="Only papers of 2023, 2022..2024, 2022.. or ..2020."),
]
Category = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Only papers of this category (repeat for any of several)."),
]
Author = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Only papers with this in an author's name (repeat for any of several).",
    ),
]
SourceName = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="TEXT",
        help="Only papers from files with this in their path (repeat for any of several).",
    ),
]
Tag = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Only papers with this tag, collection or keyword (repeat for any of several).",
    ),
]
As = Annotated[
    Shape,
    typer.Option(
        "--as", help="The form of the answer; a list is numbered. A model's table stays one."
    ),
]
Words = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="At most so many words, citations not counted, in whole sentences: a first one that "
        "is longer by itself is shown, and that is said.",
    ),
]
FormatName = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="NAME", help="Read the files as this format, whatever they look like."
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FIELD=COLUMN",
        help="Of a table: which column is the title, abstract, authors, year … (repeatable).",
    ),
]
Extractive = Annotated[
    bool,
    typer.Option(
        "--extractive", help="Only sentences of the abstracts, even if a model is configured."
    ),
]
WholeLedger = Annotated[
    bool, typer.Option("--ledger", help="Show every claim with its verdict and its evidence.")
]
NoLog = Annotated[bool, typer.Option("--no-log", help="Keep nothing of this in the library.")]
NoCache = Annotated[
    bool,
    typer.Option("--no-cache", help="Ask the model even what it was asked before, word for word."),
]

_YEARS = re.compile(r"(\d{4})?(\.\.)?(\d{4})?")


def filters_from(
    year: str | None,
    category: list[str] | None,
    author: list[str] | None,
    source: list[str] | None,
    tag: list[str] | None = None,
) -> Filters:
    """The filters that the options say.

    Raises:
        UsageError: the years are not understood, or end before they begin.
    """
    first, last = _years(year) if year is not None else (None, None)
    return Filters(
        year_from=first,
        year_to=last,
        categories=tuple(category or ()),
        authors=tuple(author or ()),
        sources=tuple(source or ()),
        tags=tuple(tag or ()),
    )


def columns_from(stated: list[str] | None) -> dict[str, str] | None:
    """The columns that `--columns title=Name` says, by field; several may share one, by commas.

    Raises:
        UsageError: there is no `=` in one.
    """
    columns = {}
    for pair in (part for one in stated or () for part in one.split(",")):
        field, equals, column = pair.partition("=")
        if not (equals and field.strip() and column.strip()):
            raise UsageError(f"--columns {pair!r} is not understood: title=Name, year=Published")
        columns[field.strip()] = column.strip()
    return columns or None


def _years(text: str) -> tuple[int | None, int | None]:
    match = _YEARS.fullmatch(text.strip())
    if match is None or not (match[1] or match[3]) or (match[1] and match[3] and not match[2]):
        raise UsageError(f"--year {text!r} is not understood: 2023, 2022..2024, 2022.. or ..2020")
    first = int(match[1]) if match[1] else None
    last = int(match[3]) if match[3] else None
    if not match[2]:
        last = first
    if first is not None and last is not None and last < first:
        raise UsageError(f"--year {text!r} ends before it begins")
    return first, last
