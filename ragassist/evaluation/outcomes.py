"""Asking a set of questions, and what became of each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ragassist.errors import ModelMisconfigured, PromptInvalid, RagassistError, UnknownPaper
from ragassist.evaluation.questions import Question
from ragassist.grounding.citations import is_passage_key
from ragassist.library import Library
from ragassist.types import Answer, Claim, Declined, Origin, Paper

Kind = Literal["answered", "declined", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one question.

    Attributes:
        kind: `error` where asking failed, or the model did before it was done: neither a right
            answer nor a wrong one.
        text: the answer, the reason for declining it, or what failed.
        retrieved: the papers of the passages, best first, each once.
        claims: of the answer; empty where there is none.
        papers: by the key they are cited under, those of the papers cited or quoted that the
            library holds; of a key that names none of the passages, too.
        origin: None where asking failed before anything was written.
    """

    question: Question
    kind: Kind
    text: str = ""
    retrieved: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    papers: Mapping[str, Paper] = field(default_factory=dict)
    origin: Origin | None = None

    @property
    def cited(self) -> tuple[str, ...]:
        """The papers that the answer cites, each once, in order."""
        return tuple(dict.fromkeys(key for claim in self.claims for key in claim.citations))


def ask_all(library: Library, questions: Iterable[Question]) -> Iterator[Outcome]:
    """Ask every question once, in order; an error is the outcome of its question alone.

    Raises:
        ModelMisconfigured, PromptInvalid: every other question would fail of it, too.
        KeyboardInterrupt: as the user does; an answer that was cut short by it is no outcome.
    """
    for question in questions:
        try:
            said = library.ask(question.question)
            outcome = _outcome(library, question, said)
        except (ModelMisconfigured, PromptInvalid):
            raise
        except RagassistError as error:
            outcome = Outcome(question=question, kind="error", text=str(error))
        yield outcome


def _outcome(library: Library, question: Question, said: Answer | Declined) -> Outcome:
    if said.origin.interrupted:
        raise KeyboardInterrupt
    if said.origin.failure:
        return Outcome(
            question=question, kind="error", text=said.origin.failure, origin=said.origin
        )
    retrieved = tuple(dict.fromkeys(passage.paper_id for passage in said.passages))
    if isinstance(said, Declined):
        return Outcome(
            question=question,
            kind="declined",
            text=said.reason,
            retrieved=retrieved,
            origin=said.origin,
        )
    return Outcome(
        question=question,
        kind="answered",
        text=said.text,
        retrieved=retrieved,
        claims=said.claims,
        papers=_papers(library, said.claims),
        origin=said.origin,
    )


def _papers(library: Library, claims: Iterable[Claim]) -> dict[str, Paper]:
    # Asked of the library anew: what an answer says of its own references proves nothing.
    papers = {}
    for claim in claims:
        quoted = (evidence.paper_id for evidence in claim.evidence)
        # `P99` is the key of a passage, even where some paper has it as an alias.
        named = (key for key in claim.invented if not is_passage_key(key))
        for key in (*claim.citations, *named, *quoted):
            if key not in papers:
                try:
                    papers[key] = library.paper(key)
                except UnknownPaper:
                    continue
    return papers
