"""A chat model: asked through LangChain, its errors in our words, its calls counted and bounded."""

import math
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from ragassist.errors import ModelUnavailable, PromptTooLong, RagassistError, ReplyInvalid
from ragassist.models.account import Account, Estimate, Tokens
from ragassist.models.calling import Call
from ragassist.models.choice import ModelChoice, check_choice
from ragassist.models.failures import (
    EmptyReply,
    is_clean,
    is_refusal_of_the_request,
    is_worth_another_try,
    may_be_billed,
    translate,
)
from ragassist.models.pricing import check_window, terms_of
from ragassist.models.providers import beside_openais, make_model, most_tokens, parameters
from ragassist.models.reply_cache import ReplyCache, key_of
from ragassist.models.retrying import MOST_TRIES, persist
from ragassist.models.structured import AGAIN, Unfit, as_response_format, read_reply
from ragassist.models.watching import Watch
from ragassist.prompts import Prompt, load_prompt
from ragassist.types import Usage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from pydantic import BaseModel

# As OpenAI (in both of its protocols), Anthropic and Google name them.
_CUT = frozenset({"length", "max_tokens", "incomplete"})
_WITHHELD = frozenset({"content_filter", "refusal", "safety"})
_COMPLETE = frozenset({"stop", "end_turn", "stop_sequence", "completed"})
# What wraps a message in OpenAI's format.
_TOKENS_OF_A_MESSAGE = 4
_JUST_NOW_S = 30.0
_FROM_THE_CACHE = "answered from the cache of replies; --no-cache asks anew"
_THOUGHTS_SHOWN = (
    "some of what was shown was thought and no answer: the model marks only where its thoughts end"
)

T = TypeVar("T")


class ChatModel:
    """A chat model. Made at no cost; LangChain (3 s) is loaded by the first call.

    Args:
        choice: which one.
        cache: of replies to identical calls; None asks the model each time.
        notify: told before a call is tried again.
        wrote: see the attribute.

    Attributes:
        wrote: whoever reads a stream tells it how many tokens of an unfinished sentence have come,
            and 0 when the sentence is complete.
        terms: what is known of its price and its window.

    Raises:
        ModelMisconfigured: the choice cannot work, as far as it can be told without loading.
    """

    def __init__(
        self,
        choice: ModelChoice,
        *,
        cache: ReplyCache | None = None,
        notify: Callable[[str], None] = lambda _: None,
        wrote: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.wrote = wrote
        check_choice(choice)
        self.choice = choice
        self.terms = terms_of(choice)
        check_window(self.terms.window)
        self._most = most_tokens(choice, self.terms.window)
        self._account = Account(choice, self.terms.price)
        self._cache = cache
        self._asks_anew = False
        self._notify = notify
        self._watch = Watch()
        self._thinks_untagged = False
        self._cut_short = False
        self._in_vain_at = -math.inf
        self._takes_schemas = choice.provider == "openai"
        # OpenAI's protocol always says why a reply ends; others may not.
        self._unfinished = _CUT | {""} if choice.provider == "openai" else _CUT

    @property
    def name(self) -> str:
        """`provider:model`."""
        return self.choice.name

    @property
    def usage(self) -> Usage:
        """All calls so far, also those that failed."""
        return self._account.usage

    @property
    def cut_short(self) -> bool:
        """Whether the last reply ends before the model did: at a limit, or without a sign-off."""
        return self._cut_short

    @property
    def takes_schemas(self) -> bool:
        """Whether the server is told the form of a structured reply; False once it refused."""
        return self._takes_schemas

    def prepare(self) -> None:
        """Load what the model needs (3 s), without a call.

        Raises:
            ModelMisconfigured: a package is missing, or the provider refuses the settings.
        """
        _ = self._model

    @contextmanager
    def asking_anew(self) -> Iterator[None]:
        """Inside it no reply is taken from the cache; those that come take the place of the old."""
        self._asks_anew = True
        try:
            yield
        finally:
            self._asks_anew = False

    def estimate(self, prompt: Prompt, slots: Mapping[str, str]) -> Estimate:
        """What a call would take; it is not made.

        Raises:
            PromptInvalid: the slots are not the prompt's.
        """
        counter, count = self._counter
        messages = prompt.messages(slots)
        read = sum(count(text) + _TOKENS_OF_A_MESSAGE for _, text in messages)
        price = self.terms.price
        return Estimate(
            prompt_tokens=read,
            most_answer_tokens=self._most,
            most_usd=None if price is None else price.of(read=read, written=self._most),
            counted_with=counter,
        )

    def stream(self, prompt: Prompt, slots: Mapping[str, str]) -> Generator[str, None, None]:
        """The reply as it is written, in pieces of any length; at temperature 0.

        Closing the iterator closes the connection. A KeyboardInterrupt passes through. What fails
        before the first piece is tried again where that may help, and `notify` is told; nothing is
        behind it.

        Raises:
            ModelMisconfigured: the key, the model's name or the address is wrong.
            CostLimitReached: the call might pass the limit, and was not made.
            PromptTooLong: the model cannot read that much.
            ModelUnavailable: no reply, or none that can be read; also behind the first pieces.
            PromptInvalid: the slots are not the prompt's.
        """
        return self._plain(Call(prompt=prompt, slots=slots))

    def stream_anew(
        self, prompt: Prompt, slots: Mapping[str, str], shown: Callable[[], bool]
    ) -> Generator[Iterator[str], None, None]:
        """The reply as `stream` gives it, and once more from its start where it has to begin anew.

        Each is to be read to its end, and only the last is the reply: what came before is void. A
        reply begins anew when the connection broke off in its middle (once; `notify` is told), or
        when what came turns out to be thoughts. Neither happens once something is shown.

        Args:
            shown: whether the reader has made use of what came.

        Raises:
            RagassistError: as `stream` does.
        """
        call = Call(prompt=prompt, slots=slots, shown=shown)
        with closing(self._streamed(call)) as pieces:
            more = True

            def part() -> Iterator[str]:
                nonlocal more
                for piece in pieces:
                    if piece is None:
                        return
                    yield piece
                more = False

            while more:
                yield part()

    def complete(self, prompt: Prompt, slots: Mapping[str, str]) -> str:
        """The whole reply, not streamed: for the short ones, which are waited for in any case.

        Raises:
            RagassistError: as `stream` does.
        """
        call = Call(prompt=prompt, slots=slots)
        self._complete(call)
        self._keep(call)
        return call.reply

    def structured(
        self, prompt: Prompt, slots: Mapping[str, str], shape: type["BaseModel"]
    ) -> dict[str, Any]:
        """A reply that is JSON of a given shape, validated.

        A server that takes schemas (`response_format`) is told this one; others have the prompt
        alone to go by, which must name the fields. A reply of another form is sent back once, with
        what is wrong with it.

        Args:
            shape: what the reply must be; the fields of the dictionary are its.

        Cost: one call; two where the first reply does not fit, or the server refuses schemas.

        Raises:
            ReplyInvalid: neither reply fits.
            RagassistError: as `stream` does.
        """
        call = Call(prompt=prompt, slots=slots)
        try:
            return self._fitting(call, shape)
        except Unfit as unfit:
            problem = str(unfit)
        system, request = (text for _, text in prompt.messages(slots))
        said = {"system": system, "request": request, "reply": call.reply, "problem": problem}
        again = Call(prompt=load_prompt(AGAIN, self.choice.prompts), slots=said)
        try:
            return self._fitting(again, shape)
        except Unfit as unfit:
            problem = str(unfit)
        raise ReplyInvalid(f"{self.name} did not reply in the form asked for, twice: {problem}")

    def probe(self, prompt: Prompt, shape: type["BaseModel"]) -> Generator[str, None, None]:
        """A reply of a given shape as it is written: one call that shows what a server can do.

        A server that refuses schemas is asked once more without one. Of use to a model without a
        cache.

        Raises:
            RagassistError: as `stream` does.
        """
        if self._takes_schemas:
            call = Call(prompt=prompt, slots={}, body=self._body(shape))
            try:
                yield from self._plain(call)
                return
            except ModelUnavailable:
                if not call.refused or call.written:
                    raise
                self._takes_schemas = False
        yield from self._plain(Call(prompt=prompt, slots={}))

    def _fitting(self, call: Call, shape: type["BaseModel"]) -> dict[str, Any]:
        if self._takes_schemas:
            call.body = self._body(shape)
        try:
            self._complete(call)
        except ModelUnavailable:
            if not (call.body and call.refused):
                raise
            self._takes_schemas = False
            call.body = {}
            self._complete(call)
        reply = read_reply(call.reply, shape)
        self._keep(call)
        return reply

    def _body(self, shape: type["BaseModel"]) -> dict[str, Any]:
        return {
            **beside_openais(self.choice, self._most),
            "response_format": as_response_format(shape),
        }

    def _plain(self, call: Call) -> Generator[str, None, None]:
        with closing(self._streamed(call)) as pieces:
            yield from (piece for piece in pieces if piece is not None)

    def _streamed(self, call: Call) -> Generator[str | None, None, None]:
        """The pieces of a reply; None where it begins anew."""
        if self._begin(call):
            self._notify(_FROM_THE_CACHE)
            yield call.reply
            return
        met: Exception | None = None
        try:
            with closing(self._pieces(call)) as pieces:
                for piece in pieces:
                    if piece is None:
                        call.written.clear()
                    else:
                        call.written.append(piece)
                    yield piece
        except RagassistError:
            raise
        except Exception as error:  # noqa: BLE001 (translated and raised by `_check`)
            met = error
        finally:
            self._end(call, met)
        self._check(call, met)
        self._keep(call)

    def _complete(self, call: Call) -> None:
        if self._begin(call):
            return
        met: Exception | None = None
        try:
            model = self._model
            call.written = [self._persist(call, lambda: self._whole(call, model))]
        except RagassistError:
            raise
        except Exception as error:  # noqa: BLE001 (translated and raised by `_check`)
            met = error
        finally:
            self._end(call, met)
        self._check(call, met)

    def _whole(self, call: Call, model: "BaseChatModel") -> str:
        reply = call.whole(model)
        self._note_thoughts(call)
        if not reply.strip():
            self._ask_again_once(call)
        return reply

    def _pieces(self, call: Call) -> Generator[str | None, None, None]:
        model = self._model
        met: list[Exception] = []

        def open_it() -> tuple[str | None, Generator[str | None, None, None]]:
            if met:
                raise met.pop()
            pieces = call.pieces(model)
            if (first := next(pieces, None)) is None:
                self._ask_again_once(call)
            return first, pieces

        first, pieces = self._persist(call, open_it)
        try:
            yield from self._behind(first, pieces, call)
            return
        except Exception as error:
            if call.shown() or not is_worth_another_try(error, self.choice):
                raise
            self._settle(call, error)
            met.append(error)
        yield None
        # That it broke off counts as the first try, and is told as one.
        first, pieces = self._persist(call, open_it)
        yield from self._behind(first, pieces, call)

    def _behind(
        self, first: str | None, pieces: Generator[str | None, None, None], call: Call
    ) -> Generator[str | None, None, None]:
        with closing(pieces):
            if first is not None:
                yield first
            for piece in pieces:
                self._note_thoughts(call)
                if piece is None and call.shown():
                    self._notify(_THOUGHTS_SHOWN)
                else:
                    yield piece
        self._note_thoughts(call)

    def _note_thoughts(self, call: Call) -> None:
        """A model that omits the tag before its thoughts once will do so again."""
        self._thinks_untagged = self._thinks_untagged or call.thinks_untagged

    def _ask_again_once(self, call: Call) -> None:
        """See to it that a reply that is empty for no reason is asked for once more."""
        if not call.asked_again and call.told.reason not in _CUT | _WITHHELD:
            call.asked_again = True
            raise EmptyReply

    def _persist(self, call: Call, attempt: Callable[[], T]) -> T:
        # A question takes several calls: what was tried in vain for one is not for the others.
        just_now = time.monotonic() - self._in_vain_at < _JUST_NOW_S

        def tried() -> T:
            self._account.check_again(call.most_usd)
            try:
                return attempt()
            except Exception as error:
                self._settle(call, error)
                raise

        try:
            return persist(tried, self.choice, self._notify, tries=1 if just_now else MOST_TRIES)
        except Exception as error:
            if is_worth_another_try(error, self.choice):
                self._in_vain_at = time.monotonic()
            raise

    def _begin(self, call: Call) -> bool:
        """Whether the reply is known already; else the call is let through, and counted."""
        call.written.clear()
        call.refused = False
        # Prompts that cannot be filled fail here, before anything is counted.
        key = self._key(call)
        known = None if self._cache is None or self._asks_anew else self._cache.get(key)
        if known is not None:
            call.written.append(known)
            call.known = True
            self._cut_short = False
            self._account.book_cached()
            return True
        if self.choice.max_cost_usd is not None:
            call.most_usd = self.estimate(call.prompt, call.slots).most_usd or 0.0
        self._account.begin(call.most_usd)
        call.thinks_untagged = self._thinks_untagged
        return False

    def _end(self, call: Call, met: Exception | None) -> None:
        """Book what the call took, however it ended."""
        told = call.told
        if not told.reason and (told.whole or self._watch.signed_off):
            told.reason = "stop"
        self._cut_short = told.reason in self._unfinished
        self._account.end(call.most_usd)
        self._settle(call, met)

    def _settle(self, call: Call, met: Exception | None) -> None:
        """Book what the latest try took, if it may have to be paid for."""
        told = call.told
        if not told.owed:
            return
        told.owed = False
        if told.tokens is not None:
            self._account.book(told.tokens)
        elif told.heard or met is None or may_be_billed(met):
            _, count = self._counter
            read = self.estimate(call.prompt, call.slots).prompt_tokens
            self._account.book_estimated(Tokens(read=read, written=count("".join(told.heard))))

    def _check(self, call: Call, met: Exception | None) -> None:
        """Say what went wrong with a call that has ended."""
        if met is not None:
            told = translate(met, self.choice, self.terms.window)
            call.refused = is_refusal_of_the_request(met) and not isinstance(told, PromptTooLong)
            # Not from within `except`: what led to it may repeat the key, and would go with it.
            raise told from (met if is_clean(met, self.choice) else None)
        reason = call.told.reason
        if reason in _WITHHELD:
            raise ModelUnavailable(f"{self.name} withheld its answer: {reason}")
        if not call.reply.strip():
            if reason in _CUT:
                raise ModelUnavailable(
                    f"{self.name} answered nothing, having reached its limit of tokens: raise "
                    "RAGASSIST_MAX_ANSWER_TOKENS"
                )
            raise ModelUnavailable(f"{self.name} answered nothing: try again")

    def _keep(self, call: Call) -> None:
        """Keep a reply that is complete."""
        if self._cache is not None and not call.known and call.told.reason in _COMPLETE:
            self._cache.put(self._key(call), call.reply)

    def _key(self, call: Call) -> str:
        return key_of(
            self.choice.where,
            self.name,
            {**parameters(self.choice, self._most), **call.body},
            call.prompt.messages(call.slots),
        )

    @cached_property
    def _counter(self) -> tuple[str, Callable[[str], int]]:
        # It loads pydantic, which an answer without a model does without.
        from ragassist.tokens import token_counter

        return token_counter()

    @cached_property
    def _model(self) -> "BaseChatModel":
        return make_model(self.choice, self._most, self.terms.window, self._watch)
