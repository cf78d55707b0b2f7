"""Loading what the first question will need, while it is being typed."""

import importlib
import sys
import threading
from collections.abc import Sequence

_ANSWERING = ("ragassist.answering.asking", "ragassist.index.retriever")
_MODEL = ("langchain_openai", "langchain.chat_models")
_VECTORS = ("chromadb",)
# The thread that loads hands the interpreter over as often, so that keys are heard at once.
_TURN_S = 0.001


def needed(*, model: bool, vectors: bool) -> tuple[str, ...]:
    """The modules that a question loads.

    Args:
        model: a model answers.
        vectors: the library is so large that Chroma is asked.
    """
    return _ANSWERING + (_MODEL if model else ()) + (_VECTORS if vectors else ())


class Warmth:
    """Modules that are being loaded in another thread.

    A module that cannot be loaded is left for the question to say so. The thread ends with the
    process, which does not wait for it.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = tuple(modules)
        self._thread: threading.Thread | None = None
        self._cancelled = False

    def start(self) -> None:
        """Begin; a second time does nothing."""
        if self._thread is None and self._modules:
            self._thread = threading.Thread(target=self._load, name="warming", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until all is loaded.

        Two threads that load packages which import each other in a circle could each see the
        other's half: nobody else may load them before this returns.
        """
        if self._thread is not None:
            self._thread.join()

    def cancel(self) -> None:
        """Load no further module than the one that is being loaded."""
        self._cancelled = True

    def _load(self) -> None:
        before = sys.getswitchinterval()
        sys.setswitchinterval(_TURN_S)
        try:
            for module in self._modules:
                if self._cancelled:
                    return
                importlib.import_module(module)
        except ImportError:
            return
        finally:
            sys.setswitchinterval(before)
