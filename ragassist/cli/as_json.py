"""The shapes that `--json` prints, `"schema": 1` in each. A change that breaks readers raises it.

ask      {schema, question, standalone, answer: {text, claims: [claim]}, references: [paper],
         passages: [passage], origin, timings: {stage: seconds}}; in place of `answer`, when the
         library does not bear on the question, `declined: {reason, nearest: [paper_id]}`, and then
         `references` are the nearest. `standalone` is what was searched for.
         With --dry-run or --show-prompt `{schema, draft: {model, version, messages: [{role,
         content}], papers: {key: paper_id}, left_out, estimate: {prompt_tokens,
         most_answer_tokens, most_usd, counted_with}, doubt: {why, prompt_tokens} | null,
         at_most: {calls, prompt_tokens, answer_tokens, usd}}}`, null where no model would be
         asked. `doubt` says that another call comes first, `at_most` counts all there may be.
log      {schema, exchanges: [{number, conversation, asked_at, question, text, answered, answerer,
         verdicts: {verdict: count}, kept: {standalone, library, filters, origin, passages, claims,
         works: {paper_id: {title, authors, year, handles}}, timings}, marked: {paper_id:
         [mark]}}]};
         the passages of the log have a place and no text, `works` say what the ids named then,
         `marked` which of the cited papers are "retracted" or "title only" now.
related  {schema, topic, related: {text, themes: [{name, paper_ids}], claims: [claim]},
         references: [paper], left_out: [{paper_id, reason}], uncited: [paper_id], origin}; a
         claim's `paragraph` is the place of its theme. Declined as `ask` is.
eval     in `ragassist/cli/evaluate.py`.
search   {schema, question, passages: [passage with "title_only" and "retracted"]}
papers   {schema, papers: [paper]}
tags     {schema, tags: [{tag, papers, as_tag, as_keyword}]}
show     {schema, paper: paper with its abstract}, and with --provenance in it `fields: [{name,
         value, places: [{source, reader, line, key}]}]`
add      {schema, dry_run, papers_total, sources: [{source, reader, records, unchanged,
         new_papers, error, failures: [failure]}], renamed: [{old, paper_id, why}],
         keys_refused: [{source, key, paper_id, why}]}, and with --dry-run
         `papers: [paper with "new": true | false]`; `renamed` are papers that were there before,
         `keys_refused` keys of what came that are no paper's id as they stand
sync     {schema, dry_run, papers_total, sources: [{source, reader, records, unchanged: true |
         false, added: [paper_id], changed: [paper_id], left: [paper_id], removed: [paper_id],
         waiting: [paper_id], doubt, missing, suspects: [failure], failures: [failure], error}],
         renamed and keys_refused as in `add`}; `left`
         are papers that another source has still, `waiting` those whose removal is not confirmed,
         `doubt` says why their file may have been cut off,
         `missing` counts entries that may be among the `suspects`, and so were not removed
remove   {schema, dry_run, removed: [paper_id], left: [paper_id]}; `left` as in `sync`, empty
         without --source
duplicates {schema, duplicates: [{papers: [paper, paper], why}]}
merge    {schema, paper}
keep-both {schema, papers: [paper, paper]}
failures {schema, failures: [failure with its "source"]}
status   {schema, folder, papers, title_only, chunks, pending, embedder, generation,
         sources: [{source, reader, records, read_at, gone}], failures, catalog_bytes, index_bytes,
         languages: {name: papers}}; English is not among the languages, `read_at` is ISO 8601 in
         UTC, or null where it is not known, and a source is `gone` whose file is not there
doctor   {schema, ok, checks: [{name, state: "ok" | "warning" | "failed", says}]}, and with --model
         {schema, ok, model: {model, where, error, first_word_s, whole_s, pieces, streams, json:
         "schema" | "text" | "no", window, window_known, price: {input, output, cached_input} in
         dollars per million tokens, or null, price_source, usage}}; error is "" when it answered

paper    {paper_id, title, authors: [name], authors_truncated, affiliations, year, date, venue,
         doi, arxiv_id, pmid, url, categories, keywords, tags, kind, retracted, extra: {name:
         value}, title_only, aliases, provenance: [{source, reader, line, key}]}; what no source
         states is null or empty.
failure  {line, reason, excerpt, expected}; line 0 is the whole file.
claim    {text, citations: [paper_id], invented: [key], verdict, why, evidence: [{paper_id, quote,
         start, stop}], paragraph, first_written, row: [[heading, cell]]}; `row` is empty but in a
         table, `invented` are keys that name no paper,
         `first_written` the sentence before a repair.
origin   {answerer: "extractive" | "provider:model", prompts: {name: version}, usage: {calls,
         input_tokens, output_tokens, cached_replies, estimates: how often tokens are not counted
         but estimated, cost_usd: dollars, or null where the price is not known}, repairs,
         interrupted, failure, shortened, rounds: [{query, why, found: [paper_id]}]}; `shortened`
         where --words ended the text, `rounds` are the searches
passage  {paper_id, title, rank, score, bm25, similarity, start, stop, text}
Offsets are half-open, in characters (code points), into the paper's abstract.
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragassist.types import (
    AddReport,
    Answer,
    Claim,
    Declined,
    Failure,
    LoggedExchange,
    Paper,
    Passage,
    SourceReport,
    Status,
)

if TYPE_CHECKING:
    from ragassist.answering.prompting import Draft
    from ragassist.syncing import SyncReport

SCHEMA = 1
BEGINNING = f'{{\n  "schema": {SCHEMA}'
"""How everything that `dumps` makes begins."""


def dumps(shape: dict[str, Any]) -> str:
    """JSON text of a shape, with its schema number."""
    return json.dumps({"schema": SCHEMA, **shape}, ensure_ascii=False, indent=2)


def stream(name: str, shapes: Iterable[dict[str, Any]]) -> Iterator[str]:
    """JSON text of one long list under a name, piece by piece, flat in memory."""
    yield f'{{\n"schema": {SCHEMA},\n"{name}": ['
    separator = "\n"
    for shape in shapes:
        yield separator + json.dumps(shape, ensure_ascii=False)
        separator = ",\n"
    yield "\n]\n}\n"


def of_outcome(outcome: Answer | Declined) -> dict[str, Any]:
    """The shape of `ask`."""
    beside = {
        "passages": [of_passage(passage) for passage in outcome.passages],
        "origin": dataclasses.asdict(outcome.origin),
        "timings": {stage: round(seconds, 4) for stage, seconds in outcome.timings.items()},
    }
    if isinstance(outcome, Declined):
        nearest = [paper.paper_id for paper in outcome.nearest]
        return {
            "question": outcome.question,
            "standalone": outcome.standalone,
            "declined": {"reason": outcome.reason, "nearest": nearest},
            "references": [of_paper(paper) for paper in outcome.nearest],
            **beside,
        }
    return {
        "question": outcome.question,
        "standalone": outcome.standalone,
        "answer": {"text": outcome.text, "claims": [of_claim(c) for c in outcome.claims]},
        "references": [of_paper(paper) for paper in outcome.references],
        **beside,
    }


def of_claim(claim: Claim) -> dict[str, Any]:
    """The shape of a claim."""
    return {
        "text": claim.text,
        "citations": list(claim.citations),
        "invented": list(claim.invented),
        "verdict": claim.verdict,
        "why": claim.why,
        "evidence": [dataclasses.asdict(quote) for quote in claim.evidence],
        "paragraph": claim.paragraph,
        "first_written": claim.first_written,
        "row": [list(column) for column in claim.row],
    }


def of_draft(draft: "Draft") -> dict[str, Any]:
    """The shape of a call that is not made."""
    shape = dataclasses.asdict(draft)
    shape["messages"] = [{"role": role, "content": text} for role, text in draft.messages]
    return shape


def of_exchange(exchange: LoggedExchange) -> dict[str, Any]:
    """The shape of an entry of the log."""
    shape = dataclasses.asdict(exchange)
    return {**shape, "kept": json.loads(exchange.kept)}


def of_passage(passage: Passage) -> dict[str, Any]:
    """The shape of a passage."""
    names = (
        "paper_id", "title", "rank", "score", "bm25", "similarity", "start", "stop", "text",
    )  # fmt: skip
    return {name: getattr(passage, name) for name in names}


def of_paper(paper: Paper) -> dict[str, Any]:
    """The shape of a paper, without its abstract."""
    shape = dataclasses.asdict(paper)
    abstract = shape.pop("abstract")
    shape["extra"] = dict(paper.extra)
    last = {name: shape.pop(name) for name in ("aliases", "provenance")}
    return {"paper_id": shape.pop("paper_id"), **shape, "title_only": not abstract, **last}


def of_report(report: AddReport, *, dry_run: bool) -> dict[str, Any]:
    """The shape of `add`."""
    shape: dict[str, Any] = {
        "dry_run": dry_run,
        "papers_total": report.papers,
        "sources": [_of_source(source) for source in report.sources],
    }
    if dry_run:
        shape["papers"] = [{**of_paper(paper), "new": new} for paper, new in report.brought]
    return shape


def of_status(status: Status) -> dict[str, Any]:
    """The shape of `status`."""
    shape = dataclasses.asdict(status)
    read_at = shape.pop("read_at")
    shape["sources"] = [
        {
            "source": path,
            "reader": reader,
            "records": records,
            "read_at": read_at.get(path),
            "gone": is_gone(path),
        }
        for path, reader, records in status.sources
    ]
    return shape


def is_gone(source: str) -> bool:
    """Whether a source was a file and is there no more."""
    return not source.startswith("<") and not Path(source).exists()


def _of_source(source: SourceReport) -> dict[str, Any]:
    shape = dataclasses.asdict(source)
    shape.pop("failures")
    return {**shape, "failures": [_of_failure(failure) for failure in source.failures]}


def of_sync(report: "SyncReport", *, dry_run: bool) -> dict[str, Any]:
    """The shape of `sync`."""
    sources = []
    for source in report.sources:
        shape = dataclasses.asdict(source)
        shape.pop("import_id")
        for name, failures in (("suspects", source.suspects), ("failures", source.failures)):
            shape[name] = [_of_failure(failure) for failure in failures]
        sources.append(shape)
    return {"dry_run": dry_run, "papers_total": report.papers, "sources": sources}


def of_failure(failure: Failure) -> dict[str, Any]:
    """The shape of a failure in `failures`."""
    return {"source": failure.source, **_of_failure(failure)}


def _of_failure(failure: Failure) -> dict[str, Any]:
    return {
        "line": failure.line,
        "reason": failure.reason,
        "excerpt": failure.excerpt,
        "expected": failure.expected,
    }
