"""Question sets: one question a line, with the papers that answer it."""

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ragassist.errors import UnknownPaper, UsageError
from ragassist.evaluation.lines import read_rows
from ragassist.library import Library

Split = Literal["dev", "test"]
_Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question.

    Attributes:
        answerable: whether the library holds an answer; where not, declining is right.
        gold: the papers that answer it, each once; may be empty for an answerable question, which
            then counts for answering alone.
    """

    id: str
    question: str
    answerable: bool
    gold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """Questions, and where they come from.

    Attributes:
        name: of the file.
        sha256: of the whole file, in hex.
        questions: those to be asked, in its order; at least one.
    """

    name: str
    sha256: str
    questions: tuple[Question, ...]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: _Said
    question: _Said
    answerable: bool
    gold: list[_Said] = Field(default_factory=list)
    split: Split | None = None
    note: str = ""

    @model_validator(mode="after")
    def _check_gold(self) -> Self:
        if self.gold and not self.answerable:
            raise ValueError("`gold` names papers that answer it, and `answerable` is false")
        return self


def read_questions(
    path: Path, *, split: Split | None = None, limit: int | None = None
) -> QuestionSet:
    """The questions of a JSON-lines file, `{id, question, answerable, gold, split?, note?}` each.

    Args:
        split: only those of this split.
        limit: only the first so many of these.

    Raises:
        UsageError: a line is no question, an id stands twice, or no question is left.
    """
    digest = sha256()
    first_seen: dict[str, int] = {}
    questions = []
    for number, row in read_rows(path, _Row, digest):
        before = first_seen.setdefault(row.id, number)
        if before != number:
            raise UsageError(f"{path}:{number}: the id {row.id!r} stands on line {before} already")
        if split in (None, row.split):
            questions.append(
                Question(
                    id=row.id,
                    question=row.question,
                    answerable=row.answerable,
                    gold=tuple(dict.fromkeys(row.gold)),
                )
            )
    if not questions:
        of_split = f" of split {split!r}" if split and first_seen else ""
        raise UsageError(f"{str(path)!r} holds no question{of_split}")
    return QuestionSet(
        name=path.name, sha256=digest.hexdigest(), questions=tuple(questions[:limit])
    )


def resolve_gold(
    library: Library, questions: tuple[Question, ...]
) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """The questions with the library's present ids as gold, and the gold ids it does not know.

    Those stay with their questions, and count as not found.

    Raises:
        UsageError: it knows none of them, so the questions are about another library.
    """
    named = dict.fromkeys(key for question in questions for key in question.gold)
    known = {key: paper_id for key in named if (paper_id := _resolve(library, key)) is not None}
    unknown = tuple(key for key in named if key not in known)
    if named and not known:
        shown = ", ".join(unknown[:_NAMED])
        raise UsageError(
            f"the library has none of the {len(unknown)} gold papers ({shown}, ...): the questions "
            "are about another library"
        )
    return tuple(
        replace(question, gold=tuple(dict.fromkeys(known.get(key, key) for key in question.gold)))
        for question in questions
    ), unknown


def _resolve(library: Library, key: str) -> str | None:
    try:
        return library.paper(key).paper_id
    except UnknownPaper:
        return None
