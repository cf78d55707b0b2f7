"""Judged collections in BEIR's shape: `corpus.jsonl`, `queries.jsonl`, `qrels/*.tsv`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ragassist.errors import UsageError
from ragassist.evaluation.lines import read_lines, read_rows
from ragassist.text import one_line

_HEADER = ["query-id", "corpus-id", "score"]
_WHOLE = re.compile(r"-?\d{1,9}")
_DEFAULT = "test"

Qrels = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What of a collection takes no part in the measuring, counted.

    Attributes:
        unjudged_queries: queries without a judgement.
        fruitless_queries: queries all of whose judgements say not relevant; nothing is there to
            be found.
        unknown_queries: queries that were judged and are not in `queries.jsonl`.
        unknown_documents: documents judged relevant to a query that takes part, and not in
            `corpus.jsonl`; they stay in the judgements and cannot be found.
    """

    unjudged_queries: int
    fruitless_queries: int
    unknown_queries: int
    unknown_documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection, ready to be searched.

    Attributes:
        name: of its folder.
        qrels_name: the file under `qrels/` that was read.
        documents: lines of the corpus.
        queries: text by id, in the order of the file; each has a relevant document.
        qrels: of these queries, the judgement by document; above 0 is relevant.
    """

    name: str
    qrels_name: str
    corpus: Path
    documents: int
    queries: Mapping[str, str]
    qrels: Qrels
    left_out: LeftOut


class _Query(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field(alias="_id", min_length=1)
    text: str = Field(min_length=1)


class _Document(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field(alias="_id", min_length=1)


def read_collection(
    folder: Path, *, qrels_name: str | None = None, limit: int | None = None
) -> Collection:
    """Read the queries and judgements of a folder, and the ids of its corpus.

    Args:
        qrels_name: of the file under `qrels/`, with or without `.tsv`; None for the only one, or
            for `test.tsv` among several.
        limit: only the first so many queries that have a relevant document.

    Raises:
        UsageError: `FILE:LINE: ...` for the first line that is not understood; the folder is no
            such collection, or nothing in it can be measured.
    """
    qrels_file = _choose_qrels(folder, qrels_name)
    judged = _read_qrels(qrels_file)
    asked = {one_line(row.id): row.text for _, row in read_rows(folder / "queries.jsonl", _Query)}
    documents = [one_line(row.id) for _, row in read_rows(folder / "corpus.jsonl", _Document)]
    fruitful = [key for key in asked if any(score > 0 for score in judged.get(key, {}).values())]
    if not fruitful:
        raise UsageError(f"no query of {str(folder)!r} has a relevant document in {qrels_file}")
    taken = fruitful[:limit]
    relevant = {key for query in taken for key, score in judged[query].items() if score > 0}
    judged_queries = asked.keys() & judged.keys()
    return Collection(
        name=folder.resolve().name,
        qrels_name=qrels_file.name,
        corpus=folder / "corpus.jsonl",
        documents=len(documents),
        queries={query: asked[query] for query in taken},
        qrels={query: judged[query] for query in taken},
        left_out=LeftOut(
            unjudged_queries=len(asked) - len(judged_queries),
            fruitless_queries=len(judged_queries) - len(fruitful),
            unknown_queries=len(judged) - len(judged_queries),
            unknown_documents=len(relevant.difference(documents)),
        ),
    )


def _choose_qrels(folder: Path, name: str | None) -> Path:
    files = {file.stem: file for file in sorted((folder / "qrels").glob("*.tsv"))}
    if not files:
        raise UsageError(
            f"{str(folder)!r} has no qrels/*.tsv: a collection is a folder with corpus.jsonl, "
            "queries.jsonl and qrels/NAME.tsv"
        )
    there = ", ".join(files)
    if name is not None:
        wanted = name.removesuffix(".tsv")
        if wanted not in files:
            raise UsageError(f"{str(folder)!r} has no qrels/{wanted}.tsv; it has {there}")
        return files[wanted]
    if len(files) > 1 and _DEFAULT not in files:
        raise UsageError(f"{str(folder)!r} has several qrels ({there}): choose with --qrels NAME")
    return files[_DEFAULT] if len(files) > 1 else next(iter(files.values()))


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in read_lines(path):
        fields = line.rstrip("\r\n").split("\t")
        if number == 1:
            if fields != _HEADER:
                raise UsageError(f"{path}:1: not the header query-id, corpus-id, score, by tabs")
        elif line.strip():
            if len(fields) != len(_HEADER) or not _WHOLE.fullmatch(fields[2].strip()):
                raise UsageError(f"{path}:{number}: not a query, a document and a whole number")
            query, document = one_line(fields[0]), one_line(fields[1])
            qrels.setdefault(query, {})[document] = int(fields[2])
    return qrels
