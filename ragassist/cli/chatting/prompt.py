"""The prompt of the chat: a line that is edited, remembered and completed."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ragassist.cli.chatting.completion import ChatCompleter

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.styles import Style

    from ragassist.library import Library

PROMPT = "> "
_MENU_LINES = 6


class Prompt:
    """Where a person types.

    Args:
        history: the file of what was typed before; None remembers this chat alone.
        commands: what each does, by what Tab makes of its name.
        toolbar: the line under the prompt, made anew for every key.
        on_ready: called once the prompt is on the screen.
    """

    def __init__(
        self,
        library: "Library",
        history: Path | None,
        commands: Mapping[str, str],
        toolbar: Callable[[], str],
        on_ready: Callable[[], None],
    ) -> None:
        self._on_ready = on_ready
        self._session = _session(history, ChatCompleter(library, commands), toolbar)

    def lines(self) -> Iterator[str]:
        """What is typed, until Ctrl-D; Ctrl-C forgets the line."""
        self._session.app.after_render.add_handler(self._rendered)
        while True:
            try:
                typed = self._session.prompt(PROMPT)
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            yield typed

    def _rendered(self, _: object) -> None:
        self._session.app.after_render.remove_handler(self._rendered)
        self._on_ready()


def _session(
    history: Path | None, completer: ChatCompleter, toolbar: Callable[[], str]
) -> "PromptSession[str]":
    from prompt_toolkit import PromptSession
    from prompt_toolkit.application import get_app
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    from prompt_toolkit.output import create_output

    kept: History = InMemoryHistory()
    if history is not None and _private(history):
        kept = FileHistory(str(history))

    def is_command() -> bool:
        return get_app().current_buffer.text.startswith("/")

    return PromptSession(
        history=kept,
        completer=completer,
        # A menu that opens by itself is for commands: a question is typed without one.
        complete_while_typing=Condition(is_command),
        reserve_space_for_menu=_MENU_LINES,
        multiline=True,
        prompt_continuation="  ",
        key_bindings=_keys(),
        bottom_toolbar=toolbar,
        style=_style(),
        # Answers may go to a pipe: what is typed is shown on the terminal all the same. Left to
        # itself, the prompt knows a dumb terminal.
        output=None if sys.stdout.isatty() else create_output(always_prefer_tty=True),
    )


def _keys() -> "KeyBindings":
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    keys = KeyBindings()

    # Several lines can be pasted and written; still it is Enter that asks.
    @keys.add("enter")
    def _ask(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    # The usual key hands the work to a task, which forgets it where another one is under way.
    @keys.add("tab")
    def _complete(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None:
            buffer.complete_next()
            return
        asked = CompleteEvent(completion_requested=True)
        found = list(buffer.completer.get_completions(buffer.document, asked))
        if len(found) == 1:
            buffer.apply_completion(found[0])
        elif found:
            buffer.insert_text(_in_common(buffer.document, found))
            buffer.start_completion()

    return keys


def _in_common(document: "Document", found: "Sequence[Completion]") -> str:
    """What the first completions go on with, where several begin as is typed.

    Those behind them, or all, are only like it.
    """
    endings = []
    for one in found:
        typed = document.text[document.cursor_position + one.start_position :]
        if not one.text or not one.text.lower().startswith(typed.lower()):
            break
        endings.append(one.text[len(typed) :])
    if len(endings) < 2:
        return ""
    same = 0
    for letters in zip(*endings, strict=False):
        if len(set(letters)) > 1:
            break
        same += 1
    return endings[0][:same]


def _style() -> "Style":
    from prompt_toolkit.styles import Style

    return Style.from_dict(
        {"bottom-toolbar": "noreverse dim", "bottom-toolbar.text": "noreverse dim"}
    )


def _private(path: Path) -> bool:
    """Make the file readable by its user alone; False where it cannot be written."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError:
        return False
    return True
