"""Speed, as ratios against a named baseline in the same run: machines differ, ratios less so.

    python -m eval.bench.speed [--papers N] [--corpus FILE] [--json]

Baselines and runs alternate, and medians are compared. Without --corpus (JSON lines, .xz or not)
the papers are made up from the sample library's words.
"""

import json
import lzma
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

_ROUNDS = 7
_ADD_ROUNDS = 3
_QUESTION = "How can citations in generated answers be checked?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One comparison: `ours` and `baseline` in the unit, and what their ratio has to be."""

    name: str
    baseline_name: str
    ours: float
    baseline: float
    unit: str
    bar: str
    met: bool

    @property
    def ratio(self) -> float:
        """Ours by the baseline's."""
        return self.ours / self.baseline


def main(
    papers: Annotated[int, typer.Option(help="How many papers to add.")] = 10_000,
    corpus: Annotated[Path | None, typer.Option(help="JSON lines to take the papers from.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Run every comparison and print it."""
    with tempfile.TemporaryDirectory(prefix="ragassist-bench-") as place:
        results = list(_all(Path(place), papers, corpus))
    if as_json:
        typer.echo(json.dumps([{**asdict(r), "ratio": r.ratio} for r in results], indent=2))
        return
    for r in results:
        typer.echo(
            f"{r.name}: {r.ours:.2f} {r.unit} against {r.baseline:.2f} ({r.baseline_name}): "
            f"{r.ratio:.2f}, bar {r.bar}: {'met' if r.met else 'MISSED'}"
        )


def _all(place: Path, papers: int, corpus: Path | None) -> Iterator[Ratio]:
    sample = resources.files("ragassist") / "resources" / "sample_library.jsonl"
    library = place / "sample"
    _run([*_ragassist(library), "add", str(sample)])
    yield _paired(
        "ragassist --help", [sys.executable, "-m", "ragassist", "--help"],
        "import typer", [sys.executable, "-c", "import typer"], 3.0,
    )  # fmt: skip
    yield _paired(
        "cold ask", [*_ragassist(library), "ask", _QUESTION],
        "import chromadb", [sys.executable, "-c", "import chromadb"], 1.4,
    )  # fmt: skip
    some, many = place / "some.jsonl", place / "many.jsonl"
    _write(some, islice(_papers(corpus), papers))
    _write(many, islice(_papers(corpus), 4 * papers))
    yield _add_rate(place, some, papers)
    yield _memory(place, some, many)


def _paired(
    name: str, ours: Sequence[str], baseline_name: str, baseline: Sequence[str], limit: float
) -> Ratio:
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        for command, measured in zip((ours, baseline), seconds, strict=True):
            measured.append(_seconds(command))
    mine, theirs = (statistics.median(measured) for measured in seconds)
    return Ratio(
        name=name, baseline_name=baseline_name, ours=mine, baseline=theirs, unit="s",
        bar=f"below {limit}", met=mine / theirs < limit,
    )  # fmt: skip


def _add_rate(place: Path, source: Path, papers: int) -> Ratio:
    mine, theirs = [], []
    adding = [sys.executable, "-m", "eval.bench.adding"]
    for number in range(_ADD_ROUNDS):
        library = str(place / f"added-{number}")
        mine.append(float(_run([*adding, "ours", library, str(source)])))
        theirs.append(float(_run([*adding, "bare", library])))
    ours, bare = papers / statistics.median(mine), papers / statistics.median(theirs)
    return Ratio(
        name=f"add, {papers} papers", baseline_name="bare Chroma add of the same vectors",
        ours=ours, baseline=bare, unit="papers/s", bar="at least 0.5", met=ours >= bare / 2,
    )  # fmt: skip


def _memory(place: Path, some: Path, many: Path) -> Ratio:
    """What still grows is Chroma's graph, which it holds in memory."""
    small, large = (
        _peak_mb([*_ragassist(place / f"memory-{file.stem}"), "add", str(file)])
        for file in (some, many)
    )
    return Ratio(
        name="peak memory of adding four times the papers", baseline_name="a quarter of them",
        ours=large, baseline=small, unit="MB", bar="below 1.5", met=large / small < 1.5,
    )  # fmt: skip


def _ragassist(library: Path) -> list[str]:
    return [sys.executable, "-m", "ragassist", "--library", str(library)]


def _run(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _seconds(command: Sequence[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


def _peak_mb(command: Sequence[str]) -> float:
    child = os.fork()
    if not child:
        subprocess.run(command, check=True, capture_output=True)
        peak_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        os._exit(min(peak_kb // 4096, 255))
    return float(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) * 4)


def _papers(corpus: Path | None) -> Iterator[dict[str, str]]:
    if corpus is not None:
        with lzma.open(corpus, "rt") if corpus.suffix == ".xz" else corpus.open() as lines:
            yield from map(json.loads, lines)
        return
    sample = resources.files("ragassist") / "resources" / "sample_library.jsonl"
    words = re.findall(r"[a-z]{2,}", sample.read_text("utf-8").lower())
    chance = random.Random(0)
    for number in range(1_000_000):
        title = " ".join(chance.choices(words, k=9)) + f" {number}"
        text = ". ".join(" ".join(chance.choices(words, k=22)) for _ in range(8))
        yield {"_id": f"made{number}", "title": title, "text": text + "."}


def _write(path: Path, papers: Iterator[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(paper) + "\n" for paper in papers)


if __name__ == "__main__":
    typer.run(main)
