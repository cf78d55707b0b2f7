"""What is measured of answers: by rule, without a model to judge.

Each function says what one question adds to a rate, as `Share`: the numerators of all questions by
their denominators make the rate, 0 to 1. A question to which a rate does not apply adds nothing,
so that a refusal neither raises nor lowers a rate of claims.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ragassist.evaluation.figures import Figure, Share, rate
from ragassist.evaluation.outcomes import Outcome
from ragassist.grounding.numbers import numbers_claimed, unstated
from ragassist.grounding.quotes import quotations, says
from ragassist.types import Claim, Evidence, Paper, Verdict

RECALL_AT = 5
_NOTHING: Share = (0, 0)
_T = TypeVar("_T")

Metric = Callable[[Outcome], Share]


def measure(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Every metric over the outcomes of a run."""
    return {
        name: rate([metric(outcome) for outcome in outcomes]) for name, metric in METRICS.items()
    }


def fabricated_citation_rate(outcome: Outcome) -> Share:
    """Cited keys that name no paper of the library / cited keys, each once a claim.

    ALCE's citation precision leaves such keys out of both counts, so that inventing costs nothing
    there (Gao et al. 2023, doi:10.18653/v1/2023.emnlp-main.398, and its eval.py); here it does.
    """
    return _share(_cited_keys(outcome), lambda key: key not in outcome.papers)


def unretrieved_citation_rate(outcome: Outcome) -> Share:
    """Cited papers that the library holds and no passage of the answer is from / cited keys.

    Whatever such a citation rests on, it is not what was found. With `fabricated_citation_rate` it
    counts each wrong key once.
    """
    return _share(
        _cited_keys(outcome),
        lambda key: key in outcome.papers and not _was_retrieved(outcome, key),
    )


def citation_coverage(outcome: Outcome) -> Share:
    """Claims with a citation of a paper that the library holds / claims.

    A claim inherits nothing from the one before it. As Liu et al. 2023
    (doi:10.18653/v1/2023.findings-emnlp.467) count sentences for citation recall, but for having
    a citation, not for being supported by it.
    """
    return _share(outcome.claims, lambda claim: any(_held(outcome, claim)))


def quote_match(outcome: Outcome) -> Share:
    """Quotations in claims that a cited title or abstract holds / quotations in claims.

    What stands in double quotes, of two words or more; case, accents, punctuation and what an
    ellipsis leaves out do not count (`ragassist.grounding.quotes`). An answer that puts nothing
    in quotes has none.
    """
    quoted = [(claim, words) for claim in outcome.claims for words in quotations(claim.text)]
    return _share(quoted, lambda pair: _is_said(outcome, *pair))


def evidence_exact(outcome: Outcome) -> Share:
    """Quotes of the ledger that are `abstract[start:stop]` of a cited paper / its quotes.

    Held against the library's abstracts; an empty quote matches nothing.
    """
    quotes = [(claim, evidence) for claim in outcome.claims for evidence in claim.evidence]
    return _share(quotes, lambda pair: _is_exact(outcome, *pair))


def number_match(outcome: Outcome) -> Share:
    """Claims whose every number is in a cited title, abstract, year or date / claims with a number.

    Numbers are read as the ledger reads them (`ragassist.grounding.numbers`), but in the papers as
    the library has them, and whatever its verdict was.
    """
    with_number = [claim for claim in outcome.claims if numbers_claimed(claim.text)]
    return _share(with_number, lambda claim: not unstated(claim.text, list(_held(outcome, claim))))


def supported_rate(outcome: Outcome) -> Share:
    """Claims that the ledger finds supported / claims it could judge."""
    return _verdict_share(outcome, "supported")


def partial_rate(outcome: Outcome) -> Share:
    """Claims that it finds supported in part / claims it could judge."""
    return _verdict_share(outcome, "partial")


def unsupported_rate(outcome: Outcome) -> Share:
    """Claims that it finds unsupported / claims it could judge."""
    return _verdict_share(outcome, "unsupported")


def uncited_rate(outcome: Outcome) -> Share:
    """Claims that it finds without a citation / claims it could judge."""
    return _verdict_share(outcome, "uncited")


def unjudged_rate(outcome: Outcome) -> Share:
    """Claims that it could not judge / claims; they are in no other verdict's rate."""
    return _share(outcome.claims, lambda claim: claim.verdict == "unjudged")


def answer_rate(outcome: Outcome) -> Share:
    """Questions answered / questions asked without error."""
    return _when(outcome.kind != "error", outcome.kind == "answered")


def false_answer_rate(outcome: Outcome) -> Share:
    """Unanswerable questions answered / unanswerable questions asked without error.

    The error that the unanswerable questions of SQuAD 2.0 are there to show (Rajpurkar et al.
    2018, doi:10.18653/v1/P18-2124).
    """
    applies = outcome.kind != "error" and not outcome.question.answerable
    return _when(applies, outcome.kind == "answered")


def false_refusal_rate(outcome: Outcome) -> Share:
    """Answerable questions declined / answerable questions asked without error."""
    applies = outcome.kind != "error" and outcome.question.answerable
    return _when(applies, outcome.kind == "declined")


def error_rate(outcome: Outcome) -> Share:
    """Questions that failed / questions."""
    return _when(True, outcome.kind == "error")


def gold_recall(outcome: Outcome) -> Share:
    """Gold papers among the first five retrieved / gold papers, at most five; mean over questions.

    Over questions with gold papers that were asked without error, declined ones too: what was
    found there is known. trec_eval's recall, but that five of seven gold papers found are all
    that five places can hold.
    """
    gold = set(outcome.question.gold)
    found = gold.intersection(outcome.retrieved[:RECALL_AT])
    return _part(outcome.kind != "error", len(found), min(len(gold), RECALL_AT))


def gold_cited(outcome: Outcome) -> Share:
    """Gold papers that the answer cites / gold papers; mean over answered questions with gold."""
    gold = set(outcome.question.gold)
    return _part(outcome.kind == "answered", len(gold.intersection(outcome.cited)), len(gold))


def any_gold(outcome: Outcome) -> Share:
    """Questions whose answer cites a gold paper / questions with gold asked without error."""
    gold = outcome.question.gold
    applies = outcome.kind != "error" and bool(gold)
    return _when(applies, not set(gold).isdisjoint(outcome.cited))


def gold_claims(outcome: Outcome) -> Share:
    """Claims that cite a gold paper / claims of answers to questions with gold."""
    gold = set(outcome.question.gold)
    return _share(
        outcome.claims if gold else (), lambda claim: not gold.isdisjoint(claim.citations)
    )


METRICS: dict[str, Metric] = {
    "fabricated_citation_rate": fabricated_citation_rate,
    "unretrieved_citation_rate": unretrieved_citation_rate,
    "citation_coverage": citation_coverage,
    "quote_match": quote_match,
    "evidence_exact": evidence_exact,
    "number_match": number_match,
    "supported_rate": supported_rate,
    "partial_rate": partial_rate,
    "unsupported_rate": unsupported_rate,
    "uncited_rate": uncited_rate,
    "unjudged_rate": unjudged_rate,
    "answer_rate": answer_rate,
    "false_answer_rate": false_answer_rate,
    "false_refusal_rate": false_refusal_rate,
    "error_rate": error_rate,
    f"gold_recall@{RECALL_AT}": gold_recall,
    "gold_cited": gold_cited,
    "any_gold": any_gold,
    "gold_claims": gold_claims,
}


def _cited_keys(outcome: Outcome) -> list[str]:
    return [key for claim in outcome.claims for key in (*claim.citations, *claim.invented)]


def _was_retrieved(outcome: Outcome, key: str) -> bool:
    return not {key, outcome.papers[key].paper_id}.isdisjoint(outcome.retrieved)


def _held(outcome: Outcome, claim: Claim) -> Iterator[Paper]:
    """The papers a claim cites, as far as the library holds them."""
    return (outcome.papers[key] for key in claim.citations if key in outcome.papers)


def _is_said(outcome: Outcome, claim: Claim, quoted: str) -> bool:
    return any(says(f"{paper.title}\n{paper.abstract}", quoted) for paper in _held(outcome, claim))


def _is_exact(outcome: Outcome, claim: Claim, evidence: Evidence) -> bool:
    paper = outcome.papers.get(evidence.paper_id)
    if paper is None or evidence.paper_id not in claim.citations or evidence.start < 0:
        return False
    stands = paper.abstract[evidence.start : evidence.stop]
    return bool(stands) and evidence.quote == stands


def _verdict_share(outcome: Outcome, verdict: Verdict) -> Share:
    judged = [claim for claim in outcome.claims if claim.verdict != "unjudged"]
    return _share(judged, lambda claim: claim.verdict == verdict)


def _share(things: Sequence[_T], holds: Callable[[_T], bool]) -> Share:
    return sum(map(holds, things)), len(things)


def _when(applies: bool, holds: bool) -> Share:
    return (float(holds), 1) if applies else _NOTHING


def _part(applies: bool, found: int, of: int) -> Share:
    return (found / of, 1) if applies and of else _NOTHING
