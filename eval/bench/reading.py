"""How fast bibliographies are parsed, on one core, against the parsers that others would use.

    python -m eval.bench.reading [--entries N] [--json]

Entries are made of the sample library's words: 13 fields, an abstract of 150 words; in a fifth of
the fields a tenth of the words are LaTeX (accents, commands, math). JSON lines have a title of 12
words and an abstract of 150. What is timed begins with lines in memory and ends with records.
The baselines do less: bibtexparser finds the fields and leaves their LaTeX, `json.loads` gives
dictionaries.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Annotated

import typer

from ragassist.sources import bibtex, jsonl
from ragassist.sources.lines import Line
from ragassist.types import Record

_ROUNDS = 5
_LATEX = (
    "Universit{\\'e}", 'M{\\"u}ller', "Erd{\\H o}s", "\\v{C}apek", "Stra{\\ss}e", "{\\O}ie",
    'na\\"\\i ve', "caf\\'e", "\\emph{in vivo}", "H$_2$O", "5\\,\\%", "``quoted''",
)  # fmt: skip
_SHARE = 0.2
_ABSTRACT, _TITLE = 150, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Records a second of processor time, ours and the baseline's, medians of five rounds."""

    name: str
    baseline_name: str
    ours: float
    baseline: float
    bar: float


def main(
    entries: Annotated[int, typer.Option(help="How many entries.")] = 3000,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure both formats."""
    rates = list(measure(entries))
    if as_json:
        typer.echo(json.dumps([asdict(rate) for rate in rates], indent=2))
        return
    for rate in rates:
        verdict = "met" if rate.ours >= rate.bar else "MISSED"
        sys.stdout.write(
            f"{rate.name:24} {rate.ours:8,.0f}/s   {rate.baseline_name} {rate.baseline:,.0f}/s   "
            f"ratio {rate.ours / rate.baseline:.2f}   bar {rate.bar:,.0f}/s {verdict}\n"
        )


def measure(entries: int) -> Iterator[Rate]:
    """BibTeX against bibtexparser, JSON lines against `json.loads`."""
    from bibtexparser.entrypoint import parse_string

    chance = random.Random(7)
    words = _words()
    bib = "\n".join(_entry(number, words, chance) for number in range(entries))
    bib_lines = [Line(number, text) for number, text in enumerate(bib.split("\n"), start=1)]
    yield Rate(
        name=f"BibTeX, {entries:,} entries",
        baseline_name="bibtexparser",
        ours=_rate(lambda: _count(bibtex.read(bib_lines, "bench.bib")), entries),
        baseline=_rate(lambda: len(parse_string(bib).entries), entries),
        bar=2000,
    )
    rows = [_row(number, words, chance) for number in range(entries)]
    row_lines = [Line(number, text) for number, text in enumerate(rows, start=1)]
    yield Rate(
        name=f"JSON lines, {entries:,} records",
        baseline_name="json.loads",
        ours=_rate(lambda: _count(jsonl.read(row_lines, "bench.jsonl")), entries),
        baseline=_rate(lambda: len([json.loads(row) for row in rows]), entries),
        bar=20_000,
    )


def _count(found: Iterator[object]) -> int:
    return sum(isinstance(one, Record) for one in found)


def _rate(parse: Callable[[], int], entries: int) -> float:
    seconds = []
    for _ in range(_ROUNDS):
        begin = time.process_time()
        parsed = parse()
        seconds.append(time.process_time() - begin)
        if parsed != entries:
            raise SystemExit(f"{parsed} of {entries} entries were parsed: this measures nothing")
    return entries / statistics.median(seconds)


def _words() -> list[str]:
    sample = resources.files("ragassist") / "resources" / "sample_library.jsonl"
    text = " ".join(json.loads(line)["abstract"] for line in sample.read_text("utf-8").splitlines())
    return [word for word in dict.fromkeys(text.split()) if word.isalpha()]


def _entry(number: int, words: list[str], chance: random.Random) -> str:
    def some(count: int) -> str:
        chosen = chance.choices(words, k=count)
        if chance.random() < _SHARE:
            for _ in range(max(1, count // 10)):
                chosen[chance.randrange(count)] = chance.choice(_LATEX)
        return " ".join(chosen)

    people = " and ".join(f"{some(1).title()}, {some(1).title()}" for _ in range(4))
    fields = {
        "author": people, "title": some(_TITLE), "journal": some(4), "month": "mar",
        "year": str(chance.randrange(1990, 2025)), "volume": str(chance.randrange(99)),
        "number": str(chance.randrange(12)), "pages": f"{number}--{number + 9}",
        "publisher": some(3), "doi": f"10.1000/x.{number}", "keywords": f"{some(2)}, {some(2)}",
        "url": f"https://doi.org/10.1000/x.{number}", "abstract": some(_ABSTRACT),
    }  # fmt: skip
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@article{{key{number},\n{lines}}}\n"


def _row(number: int, words: list[str], chance: random.Random) -> str:
    title = " ".join(chance.choices(words, k=_TITLE))
    abstract = " ".join(chance.choices(words, k=_ABSTRACT))
    return json.dumps({"id": f"p{number}", "title": title, "abstract": abstract})


if __name__ == "__main__":
    typer.run(main)
