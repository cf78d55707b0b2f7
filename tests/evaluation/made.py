"""Outcomes as a run would have them, made by hand."""

from ragassist.evaluation.outcomes import Outcome
from ragassist.evaluation.questions import Question
from ragassist.types import Claim, Evidence, Mark, Origin, Paper, Usage, Verdict

OWLS = Paper(
    paper_id="owls",
    title="How 7 owls find mice",
    abstract="Owls hear mice through 30 cm of snow. They attacked three of 1,200 speakers.",
)
BATS = Paper(paper_id="bats", title="Bats", abstract="Bats hear moths. No bat hears an owl.")
HELD = {paper.paper_id: paper for paper in (OWLS, BATS)}


def quote(paper: Paper, text: str) -> Evidence:
    """Where the text stands in the paper's abstract."""
    start = paper.abstract.index(text)
    return Evidence(paper_id=paper.paper_id, quote=text, start=start, stop=start + len(text))


def claim(
    text: str,
    *cited: str,
    invented: tuple[str, ...] = (),
    evidence: tuple[Evidence, ...] = (),
    verdict: Verdict = "supported",
) -> Claim:
    """A claim that cites these papers, and keys that name none."""
    marks = [Mark(key=key, paper_id=key, at=len(text)) for key in cited]
    marks += [Mark(key=key, paper_id=None, at=len(text)) for key in invented]
    return Claim(text=text, marks=tuple(marks), evidence=evidence, verdict=verdict)


def answered(
    *claims: Claim,
    name: str = "q1",
    answerable: bool = True,
    gold: tuple[str, ...] = ("owls",),
    retrieved: tuple[str, ...] = ("owls", "bats"),
) -> Outcome:
    """A question that was answered with these claims; the library holds owls and bats."""
    cited = {key for one in claims for key in one.citations}
    quoted = {evidence.paper_id for one in claims for evidence in one.evidence}
    return Outcome(
        question=asked(name, answerable=answerable, gold=gold),
        kind="answered",
        text=" ".join(one.text for one in claims),
        retrieved=retrieved,
        claims=claims,
        papers={key: HELD[key] for key in sorted(cited | quoted) if key in HELD},
        origin=Origin(usage=Usage(calls=1)),
    )


def declined(
    *,
    name: str = "q1",
    answerable: bool = True,
    gold: tuple[str, ...] = ("owls",),
    retrieved: tuple[str, ...] = ("bats",),
) -> Outcome:
    """A question that was declined."""
    return Outcome(
        question=asked(name, answerable=answerable, gold=gold),
        kind="declined",
        text="No abstract in the library answers this.",
        retrieved=retrieved,
        origin=Origin(),
    )


def failed(
    *, name: str = "q1", answerable: bool = True, gold: tuple[str, ...] = ("owls",)
) -> Outcome:
    """A question that raised an error."""
    return Outcome(
        question=asked(name, answerable=answerable, gold=gold),
        kind="error",
        text="the disk is full",
    )


def asked(name: str, *, answerable: bool = True, gold: tuple[str, ...] = ("owls",)) -> Question:
    """The question; an unanswerable one has no gold."""
    return Question(
        id=name,
        question="Do owls hear mice?",
        answerable=answerable,
        gold=gold if answerable else (),
    )
