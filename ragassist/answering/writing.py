"""Having a model write from passages, and letting no sentence out unchecked."""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from ragassist.answering.forms import Form, form_of, in_place_of
from ragassist.answering.keyed import Keyed
from ragassist.answering.prose import in_brackets
from ragassist.answering.refusing import NO_SUPPORT, behind, taken_apart, without_refusals
from ragassist.errors import ModelMisconfigured, ModelUnavailable
from ragassist.grounding.citations import LONGEST_BRACKET, write_claim
from ragassist.grounding.claims import split_claims
from ragassist.grounding.framing import heads_references
from ragassist.grounding.ledger import Ledger
from ragassist.prompts import load_prompt
from ragassist.text import title_key
from ragassist.types import PROSE, Claim, Mark, Origin, Style, Verdict

if TYPE_CHECKING:
    from ragassist.models.chat import ChatModel

MOST_REPAIRS = 5
# A model that has fallen into repeating itself writes until its own limit.
_MOST_CLAIMS = 100
_FAILS: frozenset[Verdict] = frozenset({"uncited", "unsupported"})
# What could not be judged is no better than what was found wrong.
_PASSES: frozenset[Verdict] = frozenset({"supported", "partial"})
# Fewer words may well be said again.
_FEWEST_REPEATED = 4
_OFTEN_ENOUGH = 2
# A sentence that a full stop ends, its citations before or behind it, no number cut at its point;
# or a row of a table.
_WHOLE = re.compile(
    r"(?:(?<!\d)[.!?。！？][\"'”’)*_]*(?:\s*[\[【［〔][^\[\]【】［］〔〕]*[\]】］〕])*|^\|.*\|)\s*$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a model wrote.

    Attributes:
        claims: in order, each checked.
        declined: what the model says is missing, where it says that the passages do not answer;
            None where it says no such thing. Beside claims it is what these leave open.
    """

    claims: tuple[Claim, ...]
    origin: Origin
    declined: str | None = None


def write_checked(
    model: "ChatModel",
    name: str,
    slots: Mapping[str, str],
    keyed: Keyed,
    ledger: Ledger,
    style: Style = PROSE,
) -> Generator[Claim, None, Written]:
    """Have a model write by the prompt `name`, each sentence yielded once it is checked.

    A sentence that cites nothing, or what does not bear it out, is sent back to the model once, at
    most five sentences of a text; where that does not help it stays as it was, with its verdict.
    Nothing is dropped but a last sentence that the model did not finish, what it wrote beyond the
    words of the style (`origin.shortened`), what it says around a refusal without citing, and a
    sentence that it has said already. A model that says one for the third time is stopped.

    A KeyboardInterrupt ends the text, whether it comes while the model writes or is thrown into
    the generator (`throw`) while the caller shows a claim: what is finished is returned. So is it
    when the model fails behind its first sentence; `origin.failure` says why.

    Args:
        slots: what the prompt is filled with beside `passages` and `keys`.
        style: what the text is read as, and held to; it is the prompt that asks for it.

    Cost: one call of the model, and one for each repair.

    Raises:
        PromptInvalid: a prompt, `repair` among them, has other slots than are filled.
        ModelMisconfigured, ModelUnavailable: the model failed before its first sentence was
            complete, or wrote none.
    """
    text = _Text(model, name, slots, keyed, ledger, style)
    try:
        yield from text.write()
    except KeyboardInterrupt:
        model.wrote(0)
        text.interrupted = True
    return text.written()


class _Text:
    """One text in the making."""

    def __init__(
        self,
        model: "ChatModel",
        name: str,
        slots: Mapping[str, str],
        keyed: Keyed,
        ledger: Ledger,
        style: Style,
    ) -> None:
        self.interrupted = False
        self._style = style
        self._model = model
        self._keyed = keyed
        self._ledger = ledger
        self._before = model.usage
        self._prompt = load_prompt(name, model.choice.prompts)
        self._repair = load_prompt("repair", model.choice.prompts)
        self._slots = self._filled(**slots)
        # A template that cannot be filled fails here, not in the middle of a text.
        self._prompt.messages(self._slots)
        self._repair.messages(self._filled(sentence="", problem=""))
        self._claims: list[Claim] = []
        self._declined: str | None = None
        self._failure = ""
        self._repairs = 0
        self._gone = False
        self._end = ""
        self._over = False
        self._before_any: list[Claim] = []
        self._said: list[str] = []
        self._lists_references = False
        self._room = Room(style.words)

    def write(self) -> Iterator[Claim]:
        """Write, check and mend; `written` has the outcome then."""
        stream = form_of(self._style.shape, self._keyed.papers)
        error = ModelUnavailable(f"{self._model.name} wrote no sentence: try again")
        try:
            replies = self._model.stream_anew(
                self._prompt, self._slots, shown=lambda: bool(self._claims)
            )
            with closing(replies):
                for pieces in replies:
                    stream = form_of(self._style.shape, self._keyed.papers)
                    self._declined, self._end, self._before_any = None, "", []
                    self._said, self._lists_references = [], False
                    yield from self._read_on(stream, pieces)
                    if self._is_over:
                        break
        except ModelUnavailable as met:
            error, self._failure, self._gone = met, str(met), True
        self._model.wrote(0)
        if self._is_over:
            return
        if self._model.cut_short and not self._failure and self._declined is None:
            self._failure = f"{self._model.name} stopped in the middle of its text"
        yield from self._settle(self._rest(stream))
        if self._declined is None and not self._failure:
            yield from self._shown(())
        if not self._claims and self._declined is None:
            raise error

    @property
    def _is_over(self) -> bool:
        return self._room.used_up or self._over

    def _read_on(self, stream: Form, pieces: Iterator[str]) -> Iterator[Claim]:
        held = 0
        for piece in self._body(pieces):
            claims = tuple(stream.feed(piece))
            held = 0 if claims else held + 1
            self._model.wrote(held)
            yield from self._settle(claims)
            if self._is_over:
                break

    def written(self) -> Written:
        """What there is by now."""
        prompts = [self._prompt, *([self._repair] if self._repairs else [])]
        origin = Origin(
            answerer=self._model.name,
            prompts={prompt.name: prompt.version for prompt in prompts},
            usage=self._model.usage.since(self._before),
            repairs=self._repairs,
            interrupted=self.interrupted,
            failure=self._failure,
            shortened=self._room.used_up,
            left_open=(self._declined or "") if self._claims else "",
        )
        return Written(claims=tuple(self._claims), origin=origin, declined=self._declined)

    def _body(self, pieces: Iterator[str]) -> Iterator[str]:
        """The text as it comes, without what says that there is no answer."""
        return self._noting_the_end(without_refusals(pieces, self._refuse))

    def _refuse(self, missing: str) -> None:
        """Note what is missing: words, not the keys beside them."""
        claims = split_claims(missing, self._keyed.papers)
        words = " ".join(claim.text for claim in claims if _says_something(claim))
        self._declined = self._declined or words

    def _noting_the_end(self, pieces: Iterable[str]) -> Iterator[str]:
        for piece in pieces:
            self._end = (self._end + piece)[-LONGEST_BRACKET - 10 :]
            yield piece

    def _rest(self, stream: Form) -> list[Claim]:
        """The claims that the end completes, but one that the model did not get to finish."""
        rest = list(stream.close())
        cut = self._failure and rest and not _WHOLE.search(self._end)
        if cut and taken_apart(rest[-1])[0] is None:
            rest.pop()
        return rest

    def _settle(self, claims: Iterable[Claim]) -> Iterator[Claim]:
        for claim in self._new(claims):
            if len(self._claims) >= _MOST_CLAIMS:
                raise ModelUnavailable(
                    f"{self._model.name} wrote on after {_MOST_CLAIMS} sentences"
                )
            listed = self._lists_references = self._lists_references or heads_references(claim.text)
            checked = self._ledger.check(claim, listed=listed)
            framing = not claim.marks and checked.verdict == "unjudged"
            if self._declined is not None and self._is_beside(checked, framing=framing):
                continue
            if not self._room.takes(claim):
                return
            if framing and not self._claims:
                # It is shown with what it leads in, and not where that is a refusal.
                self._before_any.append(checked)
            else:
                yield from self._shown(self._mended(checked))
            if self.interrupted:
                raise KeyboardInterrupt

    def _new(self, claims: Iterable[Claim]) -> Iterator[Claim]:
        """What is claimed for the first time, refusals noted; it ends where one claim goes on."""
        for claim in claims:
            missing, left = taken_apart(claim)
            if missing is not None:
                self._refuse(missing)
            if left is None or not _says_something(left):
                continue  # Or it is a ruled line, a key by itself.
            times = self._times_said(left)
            if times >= _OFTEN_ENOUGH:
                self._failure, self._over = f"{self._model.name} repeats itself", True
                return
            if not times:
                yield left

    def _shown(self, claims: Iterable[Claim]) -> Iterator[Claim]:
        leading, self._before_any = self._before_any, []
        for claim in chain(leading, claims):
            self._claims.append(claim)
            yield claim

    def _times_said(self, claim: Claim) -> int:
        """How often it was said before; a few words count as new each time."""
        if len(claim.text.split()) < _FEWEST_REPEATED:
            return 0
        key = title_key(write_claim(claim, _in_keys))
        times = self._said.count(key)
        self._said.append(key)
        return times

    def _is_beside(self, claim: Claim, *, framing: bool) -> bool:
        """Whether a sentence only goes with what says that there is no answer."""
        return framing if self._claims else not _passes(claim)

    def _mended(self, claim: Claim) -> tuple[Claim, ...]:
        """What takes the place of a claim: the claim itself, unless it fails and a repair helps."""
        if not _fails(claim) or self._repairs == MOST_REPAIRS or self._gone:
            return (claim,)
        self._repairs += 1
        try:
            reply = self._model.complete(self._repair, self._fault(claim))
        except (ModelMisconfigured, ModelUnavailable):
            return (claim,)
        except KeyboardInterrupt:
            # The sentence is checked, so it is shown; then the text ends.
            self.interrupted = True
            return (claim,)
        if self._model.cut_short or behind(NO_SUPPORT, reply) is not None:
            return (claim,)
        before = write_claim(claim, in_brackets)
        new = (one for one in self._read(reply, claim) if _says_something(one))
        mended = tuple(
            replace(self._ledger.check(one), paragraph=claim.paragraph, first_written=before)
            for one in new
        )
        helps = bool(mended) and all(map(_passes, mended))
        return mended if helps and self._room.swaps(claim, mended) else (claim,)

    def _read(self, reply: str, claim: Claim) -> Iterator[Claim]:
        """What a repair says, in the form of the claim it takes the place of."""
        return iter(in_place_of(claim, reply, self._keyed.papers))

    def _fault(self, claim: Claim) -> dict[str, str]:
        return self._filled(
            sentence=_row_of(claim) if claim.row else write_claim(claim, _in_keys),
            problem=f"{claim.verdict}: {claim.why}" if claim.why else claim.verdict,
        )

    def _filled(self, **slots: str) -> dict[str, str]:
        return {**slots, "passages": self._keyed.text, "keys": ", ".join(self._keyed.keys)}


class Room:
    """How many words are left of those that were asked for.

    Attributes:
        used_up: a claim did not fit, so the text is at its end.
    """

    def __init__(self, words: int | None) -> None:
        self._left = words
        self._fresh = True
        self.used_up = False

    def takes(self, claim: Claim) -> bool:
        """Take the claim's words off; False where they are not left. The first always fits."""
        words = len(claim.text.split())
        if self._left is not None and self._left < words and not self._fresh:
            self.used_up = True
        elif self._left is not None:
            self._left -= words
        self._fresh = False
        return not self.used_up

    def swaps(self, old: Claim, new: Sequence[Claim]) -> bool:
        """Give back a claim's words and take those of others; False where they are not left."""
        if self._left is None:
            return True
        gave = len(old.text.split())
        left = self._left + gave - sum(len(claim.text.split()) for claim in new)
        if left < min(0, self._left):
            return False
        self._left = left
        return True


def _says_something(claim: Claim) -> bool:
    return any(map(str.isalnum, claim.text))


def _fails(claim: Claim) -> bool:
    return claim.verdict in _FAILS or bool(claim.invented)


def _passes(claim: Claim) -> bool:
    return claim.verdict in _PASSES and not claim.invented


def _row_of(claim: Claim) -> str:
    """A row as a model writes one, so that it is mended as one."""
    cells = [*(said for _, said in claim.row), _in_keys(claim.marks) if claim.marks else ""]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _in_keys(marks: Sequence[Mark]) -> str:
    return f"[{', '.join(dict.fromkeys(mark.key for mark in marks))}]"
