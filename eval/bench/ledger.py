"""How well the ledger tells claims that an abstract supports, and where its threshold comes from.

    python -m eval.bench.ledger FOLDER/*.jsonl

Each line of a set is a human judgement: `claim`, `evidence` (an abstract or a passage), `label`
(`support`, `partial`, `refute`, `nei`); `doc_id` where several claims are judged against one
abstract. The rarity of words is that of a library holding the evidence of the set.
"""

import argparse
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from ragassist.grounding.containment import best_window, read_source, share_of, word_claim
from ragassist.grounding.ledger import ADDS, ENOUGH, OF_ITS_OWN, Ledger, rarity_in
from ragassist.index.lexical import search_lexical
from ragassist.sentences import split_sentences
from ragassist.storage.catalog import Catalog
from ragassist.storage.intake import absorb, open_source
from ragassist.types import Chunk, Claim, Mark, Paper, Record

# What the sets leave in their claims of the citations that stood there.
_CITED = re.compile(r"\s*\[(?:<\|[^\]]*\|>|[0-9, ]+)\]")
_NEAREST = 10
_LEVELS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
# A prime, to pick other abstracts far apart and always the same.
_STRIDE = 7919

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A claim, the paper it was judged against, and the judgement."""

    claim: str
    paper: Paper
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A judged claim: the share of it that its abstract says, and what the ledger says of it."""

    judged: Judged
    share: float
    verdict: str
    why: str


def read_set(path: Path) -> list[Judged]:
    """The judgements of a JSONL file; evidence of a `doc_id` begins with a title."""
    papers: dict[str, Paper] = {}
    judged = []
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        evidence = row["evidence"]
        if evidence not in papers:
            papers[evidence] = _paper(f"e{len(papers)}", evidence, titled="doc_id" in row)
        claim = _CITED.sub("", row["claim"]).strip()
        judged.append(Judged(claim=claim, paper=papers[evidence], label=row["label"]))
    return judged


def _paper(paper_id: str, evidence: str, *, titled: bool) -> Paper:
    spans = split_sentences(evidence)
    if not titled or len(spans) < 2:
        return Paper(paper_id=paper_id, title="", abstract=evidence)
    stop = spans[0][1]
    return Paper(paper_id=paper_id, title=evidence[:stop], abstract=evidence[stop:].strip())


def fill(catalog: Catalog, papers: Iterable[Paper]) -> None:
    """Put papers into a new catalog, one chunk each, in order: chunk n is the n-th of them."""
    records = [
        Record(key=paper.paper_id, title=paper.title or paper.paper_id,
               abstract=paper.abstract, line=line)
        for line, paper in enumerate(papers, 1)
    ]  # fmt: skip
    with catalog.transaction():
        source = open_source(catalog, "evidence.jsonl", "jsonl")
        absorb(catalog, source, 1, records, lambda _, text: (Chunk(start=0, stop=len(text)),))


def auroc(above: Sequence[float], below: Sequence[float]) -> float | None:
    """The chance that one of `above` exceeds one of `below`, ties counting half."""
    if not above or not below:
        return None
    wins = sum((one > other) + (one == other) / 2 for one in above for other in below)
    return wins / (len(above) * len(below))


def allowing(shares: Sequence[float], flagged: float) -> float:
    """The highest threshold below which at most this part of the shares lies."""
    return sorted(shares)[int(flagged * len(shares))]


class Bench:
    """One set in a library of its own."""

    def __init__(self, judged: Sequence[Judged], catalog: Catalog) -> None:
        self.judged = judged
        self.papers = {one.paper.paper_id: one.paper for one in judged}
        self._catalog = catalog
        fill(catalog, self.papers.values())
        self._weigh = rarity_in(catalog)
        self._ledger = Ledger(self.papers, self._weigh)
        self._sources = {key: read_source(paper) for key, paper in self.papers.items()}

    def share(self, claim: str, *paper_ids: str) -> float:
        """The share of a claim that the best windows of the papers say together."""
        worded = word_claim(claim, self._weigh)
        said = (best_window(worded, self._sources[key]).words for key in paper_ids)
        return share_of(worded, frozenset().union(*said))

    def score(self, judged: Judged) -> Scored:
        """One judgement beside what the ledger makes of it."""
        checked = self.check(judged.claim, judged.paper.paper_id)
        share = self.share(judged.claim, judged.paper.paper_id)
        return Scored(judged=judged, share=share, verdict=checked.verdict, why=checked.why)

    def check(self, claim: str, *paper_ids: str) -> Claim:
        """The ledger's word on a claim that cites these papers."""
        marks = tuple(Mark(key=key, paper_id=key, at=len(claim)) for key in paper_ids)
        return self._ledger.check(Claim(text=claim, marks=marks))

    def nearest(self, claim: str, judged_against: frozenset[str]) -> str | None:
        """The best other abstract for a claim by BM25."""
        for chunk_id, _ in search_lexical(self._catalog, claim, _NEAREST, None):
            key = str(
                self._catalog.value(
                    "SELECT paper_id FROM chunks JOIN papers USING (paper_row) WHERE chunk_id = ?",
                    (chunk_id,),
                )
            )
            if key in self.papers and key not in judged_against:
                return key
        return None


def report(name: str, bench: Bench, say: Say) -> None:
    """Measure one set and print what comes of it."""
    began = time.perf_counter()
    scored = [bench.score(judged) for judged in bench.judged]
    spent_ms = 1000 * (time.perf_counter() - began) / len(scored)
    shares = _by(scored, lambda one: one.judged.label)
    support = shares["support"]
    counts = ", ".join(f"{label} {len(its)}" for label, its in sorted(shares.items()))
    say(f"\n{name}: {counts}; {spent_ms:.1f} ms a claim")
    rest = [share for label, its in shares.items() if label != "support" for share in its]
    for label, its in [*sorted(shares.items()), ("rest", rest)]:
        if label != "support":
            say(f"  AUROC support / {label:24} {_auroc(support, its)}")
    limits = ", ".join(f"{part:.0%} {allowing(support, part):.3f}" for part in (0.05, 0.1, 0.2))
    say(f"  share of a claim below which lies, of support: {limits}")
    _report_flags(scored, say)
    _report_swaps(bench, support, say)


def _report_flags(scored: Sequence[Scored], say: Say) -> None:
    shares = _by(scored, lambda one: one.judged.label)
    say("  below      " + "  ".join(f"{level:5.2f}" for level in _LEVELS))
    for label, its in sorted(shares.items()):
        flagged = (fmean(share < level for share in its) for level in _LEVELS)
        say(f"    {label:8} " + "  ".join(f"{part:5.3f}" for part in flagged))
    for label in sorted(shares):
        verdicts = [one for one in scored if one.judged.label == label]
        said = _by(verdicts, lambda one: f"{one.verdict} {_kind(one.why)}".strip())
        counts = "; ".join(f"{verdict} {len(its)}" for verdict, its in sorted(said.items()))
        say(f"  {label:8} {counts}")


def _report_swaps(bench: Bench, support: Sequence[float], say: Say) -> None:
    """Claims given another abstract than their own, and one beside their own."""
    against: dict[str, set[str]] = defaultdict(set)
    backed: dict[str, set[str]] = defaultdict(set)
    for one in bench.judged:
        against[one.claim].add(one.paper.paper_id)
        if one.label == "support":
            backed[one.claim].add(one.paper.paper_id)
    keys = list(bench.papers)
    near = {claim: bench.nearest(claim, frozenset(against[claim])) for claim in backed}
    far = {claim: keys[_STRIDE * number % len(keys)] for number, claim in enumerate(backed, 1)}
    for name, other in (("nearest", near), ("any", far)):
        swapped = [
            (claim, key) for claim, key in other.items() if key and key not in against[claim]
        ]
        shares = [bench.share(claim, key) for claim, key in swapped]
        flagged = fmean(bench.check(*swap).verdict == "unsupported" for swap in swapped)
        idle = fmean(
            bench.check(claim, min(backed[claim]), key).verdict == "partial"
            for claim, key in swapped
        )
        say(f"  AUROC support / {name + ' other abstract':24} {_auroc(support, shares)}")
        say(f"    unsupported {flagged:.3f}; beside a supporting one, partial {idle:.3f}")
    pairs = [(claim, *pair) for claim, its in backed.items() for pair in pairwise(sorted(its))]
    idle_pairs = sum(bench.check(*pair).verdict == "partial" for pair in pairs)
    say(f"  two supporting ones, partial {idle_pairs} of {len(pairs)}")


def _kind(why: str) -> str:
    return "number" if "number" in why else "quote" if "quotes" in why else why


def _by(scored: Iterable[Scored], key: Callable[[Scored], str]) -> Mapping[str, list[float]]:
    grouped: dict[str, list[float]] = defaultdict(list)
    for one in scored:
        grouped[key(one)].append(one.share)
    return grouped


def _auroc(above: Sequence[float], below: Sequence[float]) -> str:
    value = auroc(above, below)
    return f"{'  –  ' if value is None else f'{value:.3f}'}  n {len(above)} + {len(below)}"


def main() -> None:
    """Measure each set and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sets", nargs="+", type=Path, help="JSONL files of judged claims")
    arguments = parser.parse_args()

    def say(line: str) -> object:
        return sys.stdout.write(f"{line}\n")

    say(f"threshold {ENOUGH}, idle below {OF_ITS_OWN} and adding below {ADDS}")
    for path in arguments.sets:
        with TemporaryDirectory() as folder:
            catalog = Catalog.create(Path(folder))
            try:
                report(path.stem, Bench(read_set(path), catalog), say)
            finally:
                catalog.close()


if __name__ == "__main__":
    main()
