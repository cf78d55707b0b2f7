"""The values that move between the parts: frozen, without behaviour that touches the world.

Offsets are half-open, in characters (code points), and always into a paper's abstract.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["supported", "partial", "contradicted", "unsupported", "uncited", "unjudged"]
WRITING = "writing"
"""The stage of progress while a sentence of a model is not complete yet."""

Shape = Literal["prose", "bullets", "list", "table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What can be said of a work; what nobody states is None or empty, never guessed.

    Attributes:
        title: plain text on one line; empty only where the source has no title.
        abstract: plain text, markup leftovers removed; empty for a title-only paper.
        authors: names as written, in order; `et al.` is `authors_truncated`, not an author.
        affiliations: of the authors together, where the source does not tell whose they are.
        year: of publication, as stated.
        date: ISO 8601. `2024-07-01`, `2024-07`, or `--01-09` where the source omits the year.
        doi: lower case, without a resolver in front.
        arxiv_id: without `arXiv:` and without a version.
        tags: what the source files it under: collections, groups, tags; keywords are the authors'.
        kind: as CSL names types: `article-journal`, `paper-conference`, `book`, `chapter`,
            `thesis`, `report`, `dataset`, `webpage`, `article` for a preprint.
        retracted: a source says that it was.
        extra: what else a source states, as (name, value) by name, under BibLaTeX's names where
            it has one (`volume`, `number`, `pages`, `publisher`, `editor`, `isbn`, `langid`); kept
            to be given back.
    """

    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    authors_truncated: bool = False
    affiliations: tuple[str, ...] = ()
    year: int | None = None
    date: str | None = None
    venue: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    pmid: str | None = None
    url: str | None = None
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kind: str | None = None
    retracted: bool = False
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Work):
    """One paper as one place in one source states it, before anything is merged.

    Attributes:
        key: the source's own key for the paper (BibTeX key, CSL `id`, JSONL `_id`).
        line: 1-based line of the source where the record begins.
    """

    key: str | None = None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Something in a source that is not a paper, or could not be read as one.

    Attributes:
        line: 1-based line where it begins; 0 when the whole file is meant.
        reason: one clause, no trailing full stop.
        excerpt: the first characters of what was met, for the reader to recognise it.
        expected: True for what such a source always carries beside its papers (a page header,
            a counter): worth listing on request, not worth a warning.
    """

    source: str
    line: int
    reason: str
    excerpt: str = ""
    expected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a paper was read: the source's path, the reader that parsed it, the line."""

    source: str
    reader: str
    line: int
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(Work):
    r"""One work, merged from every record of it.

    Attributes:
        paper_id: what answers cite; safe inside `[...]` and `\cite{...}`.
        aliases: other ids that resolve to this paper: earlier ids and the sources' own keys.
        provenance: every place it was read from, ordered by source, line.
    """

    paper_id: str
    aliases: tuple[str, ...] = ()
    provenance: tuple[Provenance, ...] = ()

    @property
    def marks(self) -> tuple[str, ...]:
        """What a reader has to know wherever the paper is named: `retracted`, `title only`."""
        marks = ("retracted" if self.retracted else "", "" if self.abstract else "title only")
        return tuple(filter(None, marks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """What is indexed: `abstract[start:stop]` of one paper, its title carried beside it."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which papers may be retrieved. Every condition given must hold; none given lets all pass.

    Attributes:
        year_from: first year that passes; papers without a year never pass a year filter.
        year_to: last year that passes.
        categories: any of these, case ignored.
        authors: any of these occurs in an author's name, case and accents ignored.
        sources: any of these occurs in the path of a source the paper was read from.
        tags: any of these is a tag or a keyword, case ignored.
    """

    year_from: int | None = None
    year_to: int | None = None
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether any condition is set."""
        return self != Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A retrieved chunk.

    Attributes:
        rank: 1-based, best first.
        score: of the fused ranking, 0 to 1, higher is better; compare within one query only.
        bm25: the lexical score, higher is better; None when the lexical leg did not find it.
        similarity: cosine, -1 to 1; None when the dense leg did not find it.
    """

    paper_id: str
    title: str
    start: int
    stop: int
    text: str
    rank: int
    score: float
    bm25: float | None
    similarity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The exact quote, `abstract[start:stop]` of the cited paper, that bears on a claim."""

    paper_id: str
    quote: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place where a sentence cites one paper.

    Attributes:
        key: what is written there: the key of a passage (`P2`), or a paper_id.
        paper_id: the paper it names; None where it names none, and the citation is invented.
        at: where in the claim's text it stands, 0 to the length of the text.
        notes: what a reader has to know of the paper there and then, its `Paper.marks`.
    """

    key: str
    paper_id: str | None
    at: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One checkable sentence of an answer or a draft; the claims of one text are its ledger.

    Attributes:
        text: the sentence, its citation marks taken out.
        marks: where it cites, in order.
        paragraph: from 0, of the text it stands in.
        evidence: of each cited paper that has an abstract, the quote that bears on it most.
        verdict: `unjudged` until it is checked, and where it cannot be.
        why: the reason for the verdict in a few words; empty when supported.
        first_written: the sentence as it stood before a repair; empty where there was none.
        row: of a table, the heading and the text of each column; empty in running text.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    paragraph: int = 0
    evidence: tuple[Evidence, ...] = ()
    verdict: Verdict = "unjudged"
    why: str = ""
    first_written: str = ""
    row: tuple[tuple[str, str], ...] = ()

    @property
    def citations(self) -> tuple[str, ...]:
        """The papers it cites, each once, in order."""
        cited = (mark.paper_id for mark in self.marks if mark.paper_id is not None)
        return tuple(dict.fromkeys(cited))

    @property
    def invented(self) -> tuple[str, ...]:
        """The keys it cites that name no paper, each once, in order."""
        return tuple(dict.fromkeys(mark.key for mark in self.marks if mark.paper_id is None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The form an answer is wanted in.

    Attributes:
        shape: `bullets` are in no order, a `list` is numbered, a `table` has a row for each claim.
        words: at most so many, citations not counted; a first sentence that is longer by itself
            is shown all the same. None leaves the length to what is worth saying.
    """

    shape: Shape = "prose"
    words: int | None = None


PROSE = Style()
"""Running text of whatever length it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a model was asked for.

    Attributes:
        calls: to the model, repairs included; one that is tried again is one.
        input_tokens, output_tokens: as the provider counts them, estimated where it does not. A try
            that failed after its prompt was sent is among them: it may be billed.
        cached_replies: that were known from earlier calls; they are not among the calls.
        estimates: how often tokens had to be estimated; 0 where all were counted.
        cost_usd: of all these tokens; None where the price is not known.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_replies: int = 0
    estimates: int = 0
    cost_usd: float | None = 0.0

    def since(self, before: "Usage") -> "Usage":
        """What was added to an earlier usage to make this one."""
        calls = self.calls - before.calls
        cost: float | None = None
        if not calls:
            cost = 0.0
        elif self.cost_usd is not None and before.cost_usd is not None:
            cost = round(self.cost_usd - before.cost_usd, 10)
        return Usage(
            calls=calls,
            input_tokens=self.input_tokens - before.input_tokens,
            output_tokens=self.output_tokens - before.output_tokens,
            cached_replies=self.cached_replies - before.cached_replies,
            estimates=self.estimates - before.estimates,
            cost_usd=cost,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One search of those that an answer rests on.

    Attributes:
        query: what was searched for.
        why: what was missing from the rounds before, in a few words; empty for the first.
        found: the papers that it added, best first.
    """

    query: str
    why: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What made a text, so that it can be made again.

    Attributes:
        answerer: `extractive`, or the model as `provider:model`.
        prompts: the version of each prompt used, by name.
        repairs: sentences that were sent back to the model because their citations failed.
        interrupted: the user stopped the model, and the text ends there.
        failure: why the model stopped before its text was complete; empty where it did not.
        shortened: the text ends where the words that were asked for did; there was more to say.
        left_open: what the model says that the passages do not tell, beside what they do.
        rounds: the searches, in order.
    """

    answerer: str = "extractive"
    prompts: Mapping[str, str] = field(default_factory=dict)
    usage: Usage = Usage()
    repairs: int = 0
    interrupted: bool = False
    failure: str = ""
    shortened: bool = False
    left_open: str = ""
    rounds: tuple[Round, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What was asked and said before in a conversation.

    Attributes:
        question: standing alone, as it was searched for.
        said: the text that answered it; empty when it was declined.
    """

    question: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the library says to a question.

    Attributes:
        question: as it was asked.
        standalone: as it was searched for; differs in a conversation.
        text: the claims in the style that was asked for, each with its citations in brackets.
        claims: the ledger.
        references: the cited papers, in order of first citation.
        filters: which papers could be found.
        timings: seconds by stage.
    """

    question: str
    standalone: str
    text: str
    claims: tuple[Claim, ...]
    references: tuple[Paper, ...]
    passages: tuple[Passage, ...]
    filters: Filters = Filters()
    style: Style = PROSE
    origin: Origin = Origin()
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The library does not bear on the question.

    Attributes:
        question, standalone, filters: as in `Answer`.
        reason: one sentence for the reader.
        nearest: the papers that came closest, best first.
    """

    question: str
    standalone: str
    reason: str
    nearest: tuple[Paper, ...]
    passages: tuple[Passage, ...]
    filters: Filters = Filters()
    origin: Origin = Origin()
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedExchange:
    """One question and what came of it, as the library's log keeps it.

    Attributes:
        conversation: the number of the first exchange of the conversation.
        asked_at: ISO 8601, UTC.
        text: of the answer, or the reason for declining.
        answered: whether there was an answer.
        interrupted: the text ends before its author did.
        verdicts: how many claims have which.
        kept: as JSON text, what is needed to make the answer again: what was searched for, in which
            state of the library, with which filters, model and prompts; and the claims.
    """

    number: int
    conversation: int
    asked_at: str
    question: str
    text: str
    answered: bool
    answerer: str
    interrupted: bool
    verdicts: Mapping[str, int]
    kept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNote:
    """A key that may stand in somebody's manuscript, and that names its paper no longer, or never.

    Attributes:
        key: the id the paper had; or where there is a `source`, the key of an entry in it.
        paper_id: what the paper is called now.
        why: a clause, no trailing full stop.
    """

    key: str
    paper_id: str
    why: str
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What became of one file given to `add`.

    Attributes:
        reader: the format it was read as; None when it could not be read at all.
        records: papers read from it.
        unchanged: of these, how many the library knew word for word.
        new_papers: works the library did not have before; fewer than the records that were new
            when some of them are works it had.
        failures: what in it is no paper, in the order of lines.
        error: why the file, or the rest of it, could not be read; None when it could.
    """

    source: str
    reader: str | None = None
    records: int = 0
    unchanged: int = 0
    new_papers: int = 0
    failures: tuple[Failure, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """What `add` did, or would do: file by file, and how many papers there are now.

    Attributes:
        brought: what the files hold, merged, by paper_id, each with whether it is new; only a
            preview lists it.
        keys: papers that were there and are called otherwise now, and keys of what came that are
            no paper's id.
    """

    sources: tuple[SourceReport, ...]
    papers: int
    brought: tuple[tuple[Paper, bool], ...] = ()
    keys: tuple[KeyNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of a library.

    Attributes:
        pending: chunks the vector index has yet to learn or to forget.
        embedder: name and identity of what made the vectors in use; None before the first.
        generation: of the vector index in use; None before the first.
        sources: path, reader, and number of records of each.
        failures: records that could not be read, page furniture left out.
        catalog_bytes, index_bytes: on disk.
        read_at: by path when a source was last read, ISO 8601 in UTC; where that is known.
    """

    folder: str
    papers: int
    title_only: int
    chunks: int
    pending: int
    embedder: str | None
    generation: str | None
    sources: tuple[tuple[str, str, int], ...]
    failures: int
    catalog_bytes: int
    index_bytes: int
    read_at: Mapping[str, str] = field(default_factory=dict)
