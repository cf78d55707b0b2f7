"""How long a model's sentence takes from its last token to being checked and handed over.

    python -m eval.bench.streaming [--token-ms 20]

A server on this machine streams an answer token by token, as a model does, to the real client. A
sentence is held until the word behind it has come, since until then it may yet be cited: the time
of one token is the floor for all but the last. What shares the time of another sentence's last
token (a repair, none here) is not in it.
"""

import statistics
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from ragassist import Library
from ragassist.models.choice import ModelChoice
from tests.chat_server import (
    MODEL,
    ChatServer,
    Message,
    Reply,
    first_sentence,
    passages_in,
)

_BAR_MS = 60
_ROUNDS = 5
_QUESTION = "How is retrieval used to ground what language models generate?"


def main(token_ms: Annotated[float, typer.Option(help="Time of a token.")] = 20.0) -> None:
    """Print the median and the tail over five answers, beside the bar."""
    with tempfile.TemporaryDirectory() as folder:
        library_folder = Path(folder) / "library"
        sample = resources.files("ragassist") / "resources" / "sample_library.jsonl"
        with Library.open(library_folder) as library, resources.as_file(sample) as file:
            library.add(file)
        answers = [_answer(library_folder, token_ms) for _ in range(_ROUNDS + 1)]
    # The first answer loads the client.
    waits = sorted(wait for answer in answers[1:] for wait in answer)
    worst = waits[int(len(waits) * 0.95)]
    median = statistics.median(waits)
    typer.echo(f"last token of a sentence to its hand-over, {len(waits)} sentences, warm:")
    typer.echo(f"  median {median:.0f} ms, 95 % within {worst:.0f} ms, worst {waits[-1]:.0f} ms")
    said = "met" if median <= _BAR_MS else "missed"
    typer.echo(f"  bar {_BAR_MS} ms: {said}; a token takes {token_ms:.0f} ms")


def _reply(messages: list[Message], token_ms: float) -> Reply:
    sentences = [f"{first_sentence(text)} [{key}]. " for key, text in passages_in(messages).items()]
    tokens = [f"{word} " for sentence in sentences for word in sentence.split()]
    return Reply(chunks=tuple(tokens), delay_s=token_ms / 1000)


def _answer(folder: Path, token_ms: float) -> list[float]:
    """Milliseconds for each sentence of one answer."""
    shown: list[tuple[str, float]] = []
    with (
        ChatServer(lambda messages: _reply(messages, token_ms)) as server,
        Library.open(
            folder,
            model=ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url, remember=False),
        ) as library,
    ):
        for claim in library.stream(_QUESTION):
            shown.append((claim.text, time.perf_counter()))
    ends = _ends(server)
    return [(at - ends[number]) * 1000 for number, (_, at) in enumerate(shown)]


def _ends(server: ChatServer) -> list[float]:
    """When the last token of each sentence was sent: the one that ends in a key's bracket."""
    return [at for piece, at in server.sent if piece.rstrip().endswith("].")]


if __name__ == "__main__":
    typer.run(main)
