"""`ragassist eval retrieval` and `ragassist eval grounding`.

What `--json` prints and `--out` writes, `"schema": 1` in each:

retrieval  {schema, ragassist: version, dataset, qrels, queries, left_out: {unjudged_queries,
           fruitless_queries, unknown_queries, unknown_documents}, documents, unreadable, papers,
           embedder: identity, depth, systems: {"bm25" | "dense" | "fused": {metric: figure}},
           gains: {metric: figure}}
           `gains` are fused less bm25, by query.
grounding  {schema, ragassist: version, partial, questions: {file, sha256, to_ask, asked,
           unknown_gold: [id]}, library: {papers, title_only, chunks, embedder}, origin: {answerers:
           ["extractive" | "provider:model"], prompts: {name: version}, usage: {calls,
           input_tokens, output_tokens}, repairs}, figures: {metric: figure and "questions"},
           gate: null | {met, bounds: [{metric, "at_most" | "at_least": limit, mean, met, failing:
           [id]}]}, outcomes: [{id, question, answerable, gold: [id], outcome: "answered" |
           "declined" | "error", text, cited: [paper_id], invented: [key], retrieved: [paper_id],
           claims, verdicts: {verdict: count}}]}
           `text` is the answer, why it was declined, or the error. A run that was interrupted is
           `partial`, and its `gate` null.
figure     {mean, low, high, n}: a mean over n observations and its 95 % interval; all null where n
           is 0, and no interval where one question alone tells of none. `questions` is how many
           questions the n belong to.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ragassist.cli import as_json
from ragassist.cli.exits import INTERRUPTED, NOT_MET
from ragassist.cli.files import check_target, write_text
from ragassist.cli.options import AsJson, EmbedderName, Extractive
from ragassist.cli.session import session_of
from ragassist.errors import RagassistError, UsageError
from ragassist.text import one_line

if TYPE_CHECKING:
    from ragassist.evaluation.figures import Figure
    from ragassist.evaluation.grounding import Grounding
    from ragassist.evaluation.outcomes import Outcome
    from ragassist.library import Library

_NAMED = 10

app = typer.Typer(
    help="Measure retrieval and answers, and hold a library to a gate.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Progress = Callable[[str, int, int], None]
OutFile = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write the whole run there as JSON.")
]

Force = Annotated[bool, typer.Option("--force", help="Overwrite a file that is no earlier run.")]


@app.command()
def retrieval(
    dataset: Annotated[
        Path,
        typer.Option(metavar="DIR", help="With corpus.jsonl, queries.jsonl and qrels/NAME.tsv."),
    ],
    qrels: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Judgements: qrels/NAME.tsv. Default: the one, or test."),
    ] = None,
    depth: Annotated[int, typer.Option(min=10, help="Papers ranked per query.")] = 100,
    embedder: Annotated[EmbedderName, typer.Option(help="What makes the vectors.")] = "builtin",
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only the first N judged queries.")
    ] = None,
    json: AsJson = False,
    out: OutFile = None,
    force: Force = False,
) -> None:
    """Measure how well words, vectors and both together find judged papers.

    Any collection in BEIR's shape will do. Its corpus is added to a library that is thrown away
    afterwards; yours is not touched. Metrics are those of trec_eval, with 95 % intervals over
    queries.

    \b
    Examples:
      ragassist eval retrieval --dataset scifact
      ragassist eval retrieval --dataset scifact --qrels train --embedder minilm --out run.json
    """
    from ragassist.cli.progress import ProgressBars
    from ragassist.evaluation.beir import read_collection
    from ragassist.evaluation.report import of_retrieval
    from ragassist.evaluation.retrieval import measure_retrieval

    _check_out(out, force=force)
    collection = read_collection(dataset, qrels_name=qrels, limit=limit)
    with ProgressBars() as bars:
        measured = measure_retrieval(
            collection, embedder=embedder, depth=depth, progress=bars.update
        )
    shape = of_retrieval(collection, measured, depth)
    _write(shape, out)
    if json:
        typer.echo(as_json.dumps(shape))
        return
    typer.echo(
        f"{collection.name}, {collection.qrels_name}: {len(collection.queries)} queries, "
        f"{measured.papers} papers of {collection.documents} documents, {measured.embedder}"
    )
    for system, figures in (*measured.systems.items(), ("fused - bm25", measured.gains)):
        _show_figures(system, figures)
    _show_left_out({**shape["left_out"], "unreadable_documents": measured.unreadable})


@app.command()
def grounding(
    context: typer.Context,
    questions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The question set, JSON lines as above."),
    ] = None,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="The sample library, its questions and its gate.")
    ] = False,
    split: Annotated[
        Literal["dev", "test"] | None, typer.Option(help="Only questions of this split.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only the first N questions.")
    ] = None,
    gate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Bounds to keep to, JSON as above.")
    ] = None,
    extractive: Extractive = False,
    show: Annotated[bool, typer.Option("--show", help="Show every answer.")] = False,
    json: AsJson = False,
    out: OutFile = None,
    force: Force = False,
) -> None:
    """Ask a set of questions, and measure whether the answers are grounded.

    Counted by rule, without a model to judge: citations of no paper, citations of papers that were
    not found, sentences without any, quotes and numbers that are not in the abstract, verdicts,
    refusals and answers in the wrong place, gold papers found and cited.

    A question is a line {"id": "q1", "question": "...", "answerable": true, "gold": ["paper_id"]},
    with "split" and "note" where wanted. A gate is {"false_answer_rate": {"at_most": 0.05},
    "citation_coverage": {"at_least": 1}}; what could not be measured does not meet its bound.

    --smoke needs no network and no key, and leaves nothing behind; a model is not asked even where
    one is configured. Exit code 3 when the gate is not met, 130 when interrupted; what was
    measured by then is shown.

    \b
    Examples:
      ragassist eval grounding --smoke
      ragassist eval grounding --questions mine.jsonl --gate gate.json --out run.json
      ragassist eval grounding --questions mine.jsonl --extractive --json | jq .figures
    """
    from ragassist.evaluation.gate import read_gate
    from ragassist.evaluation.grounding import measure_grounding
    from ragassist.evaluation.questions import read_questions
    from ragassist.evaluation.report import of_grounding
    from ragassist.evaluation.sample import sample_gate, sample_questions

    if questions is None and not smoke:
        raise UsageError("which questions? --questions FILE, or --smoke for those that ship")
    if questions is not None and smoke:
        raise UsageError("--smoke asks its own questions of its own library: leave one of both out")
    _check_out(out, force=force)
    question_set = read_questions(questions or sample_questions(), split=split, limit=limit)
    gate = gate or (sample_gate() if smoke else None)
    bounds = () if gate is None else read_gate(gate)
    with _opened(context, smoke=smoke, extractive=extractive) as (library, progress):
        done = measure_grounding(library, question_set, bounds, progress)
    if done.unknown_gold:
        typer.echo(_unknown_gold(done), err=True)
    shape = of_grounding(done)
    _write(shape, out)
    if json:
        typer.echo(as_json.dumps(shape))
    else:
        _show_run(done, show=show)
    for line in _verdict_of_gate(done):
        typer.echo(line, err=json)
    _end_with(done)


@contextmanager
def _opened(
    context: typer.Context, *, smoke: bool, extractive: bool
) -> Iterator[tuple["Library", Progress]]:
    from ragassist.cli.progress import ProgressBars
    from ragassist.evaluation.sample import sample_library

    with ProgressBars() as bars:
        if smoke:
            with sample_library(bars.update) as library:
                yield library, bars.update
        else:
            session = session_of(context)
            with session.open(writes=True, extractive=extractive) as library:
                yield library, bars.update


def _show_run(done: "Grounding", *, show: bool) -> None:
    from ragassist.evaluation.report import origin_of

    for outcome in done.outcomes:
        asked = f"{outcome.question.id} {one_line(outcome.question.question)}"
        if show:
            typer.echo(f"{asked}\n{outcome.kind}: {one_line(outcome.text)}\n")
        elif wrong := _wrong(outcome):
            typer.echo(f"{wrong}: {asked}")
    origin = origin_of(done.outcomes)
    typer.echo(
        f"\n{len(done.outcomes)} of {len(done.question_set.questions)} questions, "
        f"{done.library.papers} papers, {', '.join(origin['answerers']) or 'nothing answered'}"
    )
    if origin["usage"]["calls"]:
        used = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in origin["usage"].items())
        typer.echo(f"{used}, repairs {origin['repairs']}")
    _show_figures("", done.figures)


def _wrong(outcome: "Outcome") -> str | None:
    if outcome.kind == "error":
        return f"failed ({one_line(outcome.text)})"
    if (outcome.kind == "answered") == outcome.question.answerable:
        return None
    return "refused wrongly" if outcome.question.answerable else "answered wrongly"


def _show_figures(heading: str, figures: Mapping[str, "Figure"]) -> None:
    typer.echo(f"\n{heading:28}   mean   95 % interval       n")
    for name, figure in figures.items():
        if figure.mean is None:
            typer.echo(f"  {name:26}      -   not measured       0")
            continue
        interval = "none"
        if figure.low is not None and figure.high is not None:
            interval = f"{_plain(figure.low)} to {_plain(figure.high)}"
        of = "" if figure.n == figure.questions else f", of {figure.questions} questions"
        typer.echo(f"  {name:26} {_plain(figure.mean):>6}   {interval:16} {figure.n:5}{of}")


def _plain(value: float) -> str:
    # Adding zero makes -0.0 plain.
    return f"{round(value, 3) + 0.0:.3f}"


def _verdict_of_gate(done: "Grounding") -> Iterator[str]:
    if done.rulings is None:
        return
    missed = [ruling for ruling in done.rulings if not ruling.met]
    if not missed:
        yield f"\ngate met: {len(done.rulings)} of {len(done.rulings)} bounds"
    for ruling in missed:
        bound = f"{ruling.bound.side.replace('_', ' ')} {ruling.bound.limit:g}"
        if ruling.mean is None:
            yield f"gate not met: {ruling.bound.metric} was not measured, and has to be {bound}"
            continue
        yield (
            f"gate not met: {ruling.bound.metric} is {ruling.mean:.4f}, and has to be {bound}; "
            f"see {_some(ruling.failing)}"
        )


def _end_with(done: "Grounding") -> None:
    if done.partial:
        typer.echo("interrupted: these figures are of a part of the questions", err=True)
        raise typer.Exit(INTERRUPTED)
    if all(outcome.kind == "error" for outcome in done.outcomes):
        raise RagassistError(f"every question failed, the first with: {done.outcomes[0].text}")
    if not done.met:
        raise typer.Exit(NOT_MET)


def _show_left_out(counts: Mapping[str, int]) -> None:
    told = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    if told:
        typer.echo(f"\nleft out or not to be found: {', '.join(told)}")


def _unknown_gold(done: "Grounding") -> str:
    unknown = done.unknown_gold
    papers = "gold papers are" if len(unknown) > 1 else "gold paper is"
    return f"{len(unknown)} {papers} not in the library, and not to be found: {_some(unknown)}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(one_line, names[:_NAMED])) + more


def _check_out(out: Path | None, *, force: bool) -> None:
    """A run may take long: better told now than when it is done."""
    if out is not None:
        check_target(out, force=force, ours=as_json.BEGINNING)


def _write(shape: dict[str, Any], out: Path | None) -> None:
    if out is not None:
        write_text(out, f"{as_json.dumps(shape)}\n")
