"""What a server sends that the openai client does not hand on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2

_SIGN_OFF = b"[DONE]"
_EVENTS = "text/event-stream"


class WebPage(Exception):
    """The server shows a page for people."""


@dataclass(slots=True)
class Watch:
    """What is seen of the responses to one model.

    Attributes:
        signed_off: the latest stream has said that it is complete (`[DONE]`), which some servers do
            without giving a reason why the model stopped.
    """

    signed_off: bool = False

    def client(self, *, proxy: str | None = None) -> "httpx2.Client":
        """The HTTP client that the openai client makes for itself, watched.

        Args:
            proxy: its address; None for what the system says.
        """
        from openai import DefaultHttpxClient

        return DefaultHttpxClient(event_hooks={"response": [self._look]}, proxy=proxy)

    def _look(self, response: "httpx2.Response") -> None:
        kind = response.headers.get("content-type", "").lower()
        if kind.startswith("text/html") and response.is_success:
            raise WebPage(kind)
        if kind.startswith(_EVENTS):
            self.signed_off = False
            response.stream = _watched(response.stream, self)


def _watched(stream: object, watch: Watch) -> "httpx2.SyncByteStream":
    import httpx2

    class Watched(httpx2.SyncByteStream):
        def __init__(self, inner: httpx2.SyncByteStream) -> None:
            self._inner = inner

        def __iter__(self) -> Iterator[bytes]:
            end = b""
            for chunk in self._inner:
                end = end[-len(_SIGN_OFF) :] + chunk
                watch.signed_off = watch.signed_off or _SIGN_OFF in end
                yield chunk

        def close(self) -> None:
            self._inner.close()

    if not isinstance(stream, httpx2.SyncByteStream):
        raise TypeError(f"not a stream of bytes: {type(stream).__name__}")
    return Watched(stream)
