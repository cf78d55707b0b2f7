"""One call of a model through LangChain: its pieces as they come, and what is said beside them."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from ragassist.models.account import Tokens
from ragassist.models.thoughts import Spoken, last_part
from ragassist.prompts import Prompt
from ragassist.text import strip_controls

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable


@dataclass(slots=True)
class Told:
    """What one attempt and its reader tell each other beside the text.

    Attributes:
        reason: why the model stopped, as it says itself; empty where it does not.
        tokens: as the provider counts them; None where it does not.
        heard: all that was written, thoughts included.
        owed: a request has gone out that may have to be paid for, and is not booked.
        whole: the reply came in one, so that nothing can be missing.
        enough: the reader has left. A chain that is closed reads its model's reply to the end all
            the same (langchain-ai/langchain#22662); so the step that asks the model must know.
    """

    reason: str = ""
    tokens: Tokens | None = None
    heard: list[str] = field(default_factory=list)
    owed: bool = False
    whole: bool = False
    enough: bool = False

    def note(self, message: "AIMessage") -> "AIMessage":
        """Take down what a message, or a piece of one, says beside its text."""
        if used := message.usage_metadata:
            before = self.tokens or Tokens(read=0, written=0)
            cached = used.get("input_token_details", {}).get("cache_read", 0)
            self.tokens = Tokens(
                read=before.read + used["input_tokens"],
                cached=before.cached + cached,
                written=before.written + used["output_tokens"],
            )
        about = message.response_metadata
        for name in ("finish_reason", "stop_reason", "status"):
            if about.get(name):
                self.reason = str(about[name]).lower()
                break
        return message


@dataclass(slots=True, kw_only=True)
class Call:
    """One call: what is asked, and what came of its latest attempt.

    Attributes:
        body: what goes into the body of the request beside what LangChain puts there.
        shown: whether the reader has made use of what came, so that it cannot be taken back.
        most_usd: what is kept for it within the limit of cost.
        thinks_untagged: the model writes its thoughts without a tag before them.
        asked_again: an empty reply was one too many already.
        written: what came, thoughts left out.
        known: it came from the cache.
        refused: the server does not take a request of this form.
    """

    prompt: Prompt
    slots: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)
    shown: Callable[[], bool] = lambda: True
    most_usd: float = 0.0
    thinks_untagged: bool = False
    asked_again: bool = False
    told: Told = field(default_factory=Told)
    written: list[str] = field(default_factory=list)
    known: bool = False
    refused: bool = False

    @property
    def reply(self) -> str:
        """All that came."""
        return "".join(self.written)

    def whole(self, model: "BaseChatModel") -> str:
        """The reply, not streamed."""
        from langchain_core.output_parsers import StrOutputParser
        from langchain_core.runnables import RunnableLambda

        self.told = Told(owed=True, whole=True)
        ask = self._bound(model) | RunnableLambda(self.told.note)
        chain = RunnableLambda(self.prompt.messages) | ask | StrOutputParser()
        heard = str(chain.invoke(dict(self.slots)))
        self.told.heard.append(heard)
        return "".join(last_part(self._spoken([heard])))

    def pieces(self, model: "BaseChatModel") -> Generator[str | None, None, None]:
        """The reply as it comes; closing it closes the connection.

        None says that all before it was thought, and no part of the reply.
        """
        self.told = Told(owed=True)
        with closing(self._heard(model, self.told)) as heard:
            yield from self._spoken(heard)

    def _spoken(self, heard: Iterable[str]) -> Iterator[str | None]:
        spoken = Spoken(waits=self.thinks_untagged)
        for piece in heard:
            yield from spoken.feed(strip_controls(piece))
            self.thinks_untagged = self.thinks_untagged or spoken.untagged
        yield from spoken.close()
        self.thinks_untagged = self.thinks_untagged or spoken.untagged

    def _heard(self, model: "BaseChatModel", told: Told) -> Generator[str, None, None]:
        from langchain_core.output_parsers import StrOutputParser
        from langchain_core.runnables import RunnableGenerator, RunnableLambda

        bound = self._bound(model)

        def ask(filled: Iterator[list[tuple[str, str]]]) -> "Iterator[AIMessage]":
            for messages in filled:
                for chunk in bound.stream(messages):
                    yield told.note(chunk)
                    if told.enough:
                        return

        filling = RunnableLambda(self.prompt.messages)
        chain = filling | RunnableGenerator(ask) | StrOutputParser()
        # Declared an iterator, it is a generator.
        pieces = cast("Generator[str, None, None]", chain.stream(dict(self.slots)))
        with closing(pieces):
            try:
                for piece in pieces:
                    told.heard.append(piece)
                    yield piece
            finally:
                told.enough = True

    def _bound(self, model: "BaseChatModel") -> "Runnable[Any, AIMessage]":
        return model.bind(extra_body=dict(self.body)) if self.body else model
