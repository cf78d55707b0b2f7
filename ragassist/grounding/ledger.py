"""The ledger: each claim held against the abstracts it cites, without a model.

What can be decided is decided: a citation of nothing, a quotation or a number that no cited
abstract has. Beyond that, the share of a claim's words that its abstracts have in a sentence or two
each, rare words counting most, tells the claims that are about something else.

It does not tell what contradicts an abstract from what it states: the words are the same. Measured
by eval/bench/ledger.py, as AUROC of that share for claims that people judged supported:

| set (supported) | no evidence | refuted or partial | nearest other abstract |
|---|---|---|---|
| SciFact train (370) | .873 (n 355) | .519 (n 194) | .862 (n 331) |
| CitInt dev (191) | .785 (n 24) | .644 (n 101) | .505 (n 188) |
| HealthVer dev (533) | .647 (n 993) | .503 (n 391) | .231 (n 116) |
| ExpertQA val (534) | .562 (n 160) | .528 (n 47) | .698 (n 534) |
| WiCE dev (115) | .891 (n 43) | .717 (n 191) | .954 (n 115) |

The threshold is the highest multiple of .05 that flags at most a tenth of the supported claims of
SciFact, the set that is most like answers: single statements against whole abstracts. It flags .086
of them, .549 of those without evidence and .067 of the refuted; with numbers and quotations .108,
.603 and .082, and .997 of the supported claims when given any other abstract of the set.
HealthVer and CitInt judge claims against passages that often share few words with what they
support: there most supported claims would be flagged.

Of several cited papers, one is called idle beside a supporting one in .781 of the cases where it
is any other of SciFact, .076 where it is the nearest other; of two that both support, in 1 of 37.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from ragassist.grounding.citations import is_passage_key
from ragassist.grounding.containment import (
    Source,
    Weigh,
    Window,
    Worded,
    best_window,
    read_source,
    share_of,
    stems,
    word_claim,
)
from ragassist.grounding.framing import framing, is_entry
from ragassist.grounding.numbers import unstated
from ragassist.grounding.quotes import find_verbatim, quotations, says
from ragassist.index.lexical import document_frequencies
from ragassist.papers.language import language_of
from ragassist.storage.catalog import Catalog
from ragassist.text import title_key
from ragassist.types import Claim, Evidence, Mark, Paper, Verdict

# See the module's docstring for the rule and the figures.
ENOUGH = 0.35
# Of several cited papers, one that says less than this of the claim by itself, and adds less than
# that to what the others say, is cited for nothing.
OF_ITS_OWN = 0.2
ADDS = 0.05
_FEWEST_WORDS = 2
# From so many words on, what stands in an abstract word for word is said there; fewer are a phrase
# that may be about anything.
_FEWEST_VERBATIM = 3
# From so many words on, a language that cannot be told is English.
_ENOUGH_TO_TELL = 6
_LIST_HEADS = frozenset("bibliography cited papers references sources".split())
_CITES_OTHERWISE = re.compile(
    r"\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]"
    r"|\([A-Z][\w’'-]+(?: et al\.?| (?:and|&) [A-Z][\w’'-]+)?,? \d{4}[a-z]?\)"
)
_UNSPACED = frozenset({"CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"})


class Ledger:
    """Checks claims against the abstracts they cite.

    Args:
        papers: those whose passages were given, by paper_id.
        weigh: the rarity of words, as `rarity_in` a library.
        lookup: the paper_id of a key that names a paper of the library all the same; None for one
            that names none.
    """

    def __init__(
        self,
        papers: Mapping[str, Paper],
        weigh: Weigh,
        lookup: Callable[[str], str | None] = lambda _: None,
        question: str = "",
    ) -> None:
        self._papers = papers
        self._weigh = weigh
        self._lookup = lookup
        self._question = question
        self._sources: dict[str, Source] = {}
        self._spoken: frozenset[str] | None = None
        self._titled: frozenset[str] | None = None

    def check(self, claim: Claim, *, listed: bool = False) -> Claim:
        """The claim with evidence, verdict and why.

        Args:
            listed: it stands in a list of references, where an entry claims nothing.
        """
        if claim.invented:
            claim = replace(claim, marks=tuple(map(self._resolved, claim.marks)))
        claim = replace(claim, marks=tuple(map(self._noted, claim.marks)))
        entry = listed and not claim.row and is_entry(claim.text, self._name)
        verdict, why, evidence = self._judge(claim, entry=entry)
        return replace(claim, verdict=verdict, why=why, evidence=evidence)

    def _judge(self, claim: Claim, *, entry: bool) -> tuple[Verdict, str, tuple[Evidence, ...]]:
        cited = [self._papers[paper] for paper in claim.citations if paper in self._papers]
        readable = [paper for paper in cited if paper.abstract.strip()]
        worded = word_claim(claim.text, self._weigh)
        held = [self._hold(claim, worded, paper) for paper in readable]
        evidence = tuple(one.evidence for one in held)
        for verdict, why in (
            self._of_citations(claim, readable, entry=entry),
            _of_wording(claim, cited, held),
            _of_containment(claim, worded, cited, held),
        ):
            if verdict is not None:
                return verdict, why, evidence
        return "supported", "", evidence

    def _resolved(self, mark: Mark) -> Mark:
        if mark.paper_id is not None or is_passage_key(mark.key):
            return mark
        return replace(mark, paper_id=self._lookup(mark.key))

    def _noted(self, mark: Mark) -> Mark:
        paper = self._papers.get(mark.paper_id or "")
        return mark if paper is None else replace(mark, notes=paper.marks)

    def _hold(self, claim: Claim, worded: Worded, paper: Paper) -> "_Held":
        if paper.paper_id not in self._sources:
            self._sources[paper.paper_id] = read_source(paper)
        source = self._sources[paper.paper_id]
        window = best_window(worded, source)
        start, stop = window.start, window.stop
        verbatim = find_verbatim(paper.abstract, claim.text)
        whole = verbatim is not None and _is_sentence(paper.abstract, source, verbatim)
        if verbatim is not None and (whole or len(worded.shares) >= _FEWEST_WORDS):
            start, stop = verbatim
        quote = paper.abstract[start:stop]
        return _Held(
            paper=paper,
            window=window,
            verbatim=verbatim is not None and (whole or len(worded.shares) >= _FEWEST_VERBATIM),
            evidence=Evidence(paper_id=paper.paper_id, quote=quote, start=start, stop=stop),
        )

    def _of_citations(self, claim: Claim, readable: Sequence[Paper], *, entry: bool) -> "_Finding":
        if entry and not claim.marks:
            return "unjudged", "an entry of a list of references"
        if not claim.marks:
            return self._of_no_citation(claim)
        if claim.invented:
            keys = ", ".join(f"[{key}]" for key in claim.invented)
            which = "is no paper" if len(claim.invented) == 1 else "are no papers"
            return "unsupported", f"cites {keys}, which {which} it was given"
        for paper_id in claim.citations:
            if paper_id not in self._papers:
                return "unsupported", f"cites {paper_id}, which was not among the passages"
        if not readable:
            return "unjudged", "title only"
        names = entry or _names_only(claim.text, readable)
        return ("unjudged", "names what it cites") if names else (None, "")

    def _of_no_citation(self, claim: Claim) -> "_Finding":
        """What frames a text claims nothing; other words that cite nothing do."""
        if not claim.row and (frame := framing(claim.text, self._speak_of)):
            return "unjudged", frame
        if _CITES_OTHERWISE.search(claim.text):
            return "uncited", "cites by number or name, and no paper by its key"
        return "uncited", "cites no paper"

    def _speak_of(self, words: list[str]) -> bool:
        """Whether the question or a paper that was given speaks of each of these words."""
        if self._spoken is None:
            texts = (f"{paper.title}\n{paper.abstract}" for paper in self._papers.values())
            self._spoken = frozenset().union(*stems([self._question, *texts]))
        return all(its <= self._spoken for its in stems(words))

    def _name(self, words: list[str]) -> bool:
        """Whether the titles and authors of the papers that were given have these words."""
        if self._titled is None:
            names = (f"{paper.title} {' '.join(paper.authors)}" for paper in self._papers.values())
            self._titled = frozenset().union(*stems(list(names)))
        return all(its <= self._titled for its in stems(words))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A claim held against one paper with an abstract.

    Attributes:
        verbatim: the abstract says it word for word, and it is enough to be said of something.
    """

    paper: Paper
    window: Window
    verbatim: bool
    evidence: Evidence


_Finding = tuple[Verdict | None, str]


def rarity_in(catalog: Catalog) -> Weigh:
    """The inverse document frequency of words in a library (Robertson & Sparck Jones 1976).

    Each word is counted once; a library that changes meanwhile is not looked at again.
    """
    known: dict[str, float] = {}

    def weigh(words: Sequence[str]) -> Mapping[str, float]:
        missing = [word for word in words if word not in known]
        if missing:
            counts, chunks = document_frequencies(catalog, missing)
            for word, count in counts.items():
                known[word] = math.log(1 + (chunks - count + 0.5) / (count + 0.5))
        return {word: known[word] for word in words}

    return weigh


def tally(claims: Iterable[Claim]) -> dict[Verdict, int]:
    """How many claims have each verdict; verdicts that do not occur are left out."""
    counts = Counter(claim.verdict for claim in claims)
    verdicts: tuple[Verdict, ...] = get_args(Verdict)
    return {verdict: counts[verdict] for verdict in verdicts if counts[verdict]}


def _names_only(text: str, cited: Sequence[Paper]) -> bool:
    """Whether a text is titles of what it cites, as in a list of references, and years."""
    said = whole = f" {title_key(text)} "
    for paper in cited:
        said = said.replace(f" {title_key(paper.title)} ", " ", 1)
    rest = [word for word in said.split() if not word.isdigit()]
    return said != whole and _LIST_HEADS.issuperset(rest)


def _of_wording(claim: Claim, cited: Sequence[Paper], held: Sequence[_Held]) -> _Finding:
    """What the very words decide: quotations and numbers."""
    stated = [f"{paper.title}\n{paper.abstract}" for paper in cited]
    for quoted in quotations(claim.text):
        if not any(says(text, quoted) for text in stated):
            return _lacking("quotes what no cited abstract says", cited, held)
    for written in unstated(claim.text, cited):
        return _lacking(f"no cited abstract has the number {written}", cited, held)
    return None, ""


def _lacking(why: str, cited: Sequence[Paper], held: Sequence[_Held]) -> _Finding:
    """The verdict on what no abstract says; it may stand in a paper that shows none."""
    if len(held) == len(cited):
        return "unsupported", why
    return "unjudged", f"{why}, and another paper it cites has a title only"


def _of_containment(
    claim: Claim, worded: Worded, cited: Sequence[Paper], held: Sequence[_Held]
) -> _Finding:
    """What the share of the claim decides that stands in the abstracts."""
    if any(one.verbatim for one in held):
        return None, ""
    script = _script(claim.text)
    if script not in {_script(one.paper.abstract) for one in held}:
        return "unjudged", "in another script than what it cites"
    if script in _UNSPACED:
        return "unjudged", "in a script without spaces between words"
    if len(worded.shares) < _FEWEST_WORDS:
        return "unjudged", "too few words to judge by"
    if share_of(worded, _together(held)) < ENOUGH:
        if _in_another_language(claim.text, held):
            return "unjudged", "in another language than what it cites"
        its = "its abstract says" if len(held) == 1 else "its abstracts say"
        return _lacking(f"{its} little of this", cited, held)
    idle = [one.paper.paper_id for one in held if _is_idle(worded, one, held)]
    return ("partial", f"{', '.join(idle)} adds nothing to it") if idle else (None, "")


def _in_another_language(text: str, held: Sequence[_Held]) -> bool:
    """Whether it is plain that no abstract is in the language of a claim."""
    theirs = {language_of("", one.paper.abstract) for one in held}
    its = language_of("", text)
    # None is English or too little to tell by.
    told = its is not None or len(text.split()) >= _ENOUGH_TO_TELL
    return told and its not in theirs


def _is_sentence(abstract: str, source: Source, span: tuple[int, int]) -> bool:
    """Whether a span is a sentence of two words or more: one word is a heading, `RESULTS:`."""
    start, stop = span
    quote = abstract[start:stop]
    return (len(quote.split()) > 1 or _script(quote) in _UNSPACED) and any(
        start == begin and not any(map(str.isalnum, abstract[stop:end]))
        for begin, end in source.spans
    )


def _is_idle(worded: Worded, one: _Held, held: Sequence[_Held]) -> bool:
    if len(held) == 1 or one.window.share >= OF_ITS_OWN:
        return False
    others = [other for other in held if other is not one]
    gain = share_of(worded, _together(held)) - share_of(worded, _together(others))
    return gain < ADDS


def _together(held: Sequence[_Held]) -> frozenset[str]:
    return frozenset().union(*(one.window.words for one in held))


def _script(text: str) -> str:
    """The script of most letters, as Unicode names it; empty without letters."""
    if text.isascii():
        return "LATIN"
    letters = Counter(
        unicodedata.name(char, "").partition(" ")[0] for char in text if char.isalpha()
    )
    return max(letters, key=lambda script: (letters[script], script), default="LATIN")
