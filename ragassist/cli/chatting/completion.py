"""What Tab completes: /commands, paper ids, conditions of filters, files."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, takewhile
from typing import TYPE_CHECKING, get_args

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from ragassist.cli.chatting.conditions import CONDITIONS
from ragassist.text import fold, one_line
from ragassist.types import Shape

if TYPE_CHECKING:
    from ragassist.library import Library
    from ragassist.storage.listing import Listed

_MOST = 50
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "/as": get_args(Shape),
    "/refs": ("on", "off"),
    "/words": ("off",),
}
_SHOWN_TITLE = 60
MORE = "… more: type on"
"""What stands last in a list that has no room for all."""
_LISTED: "Mapping[str, Listed]" = {
    "author": "authors",
    "category": "categories",
    "tag": "tags",
    "source": "sources",
}


class ChatCompleter(Completer):
    """Completes what stands before the cursor.

    Ids, names and tags are read from the library when they are first asked for, and kept: the ids
    of 40,000 papers take 0.3 s once, their authors 0.8 s, and both 10 ms from then on.

    Args:
        commands: what each does, by its name, with a blank behind it where something follows.
    """

    def __init__(self, library: "Library", commands: Mapping[str, str]) -> None:
        self._library = library
        self._commands = commands
        self._papers: _Names | None = None
        self._values: dict[str, _Names] = {}
        self._files = PathCompleter(expanduser=True)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        """What could stand there, what begins so first."""
        line = document.text_before_cursor
        name, space, rest = line.partition(" ")
        if line.startswith("/") and not space:
            yield from self._names_of_commands(line)
        elif name == "/show":
            yield from self._ids(rest.lstrip().removeprefix("["))
        elif name == "/filter":
            yield from self._conditions(rest, complete_event)
        elif name in _CHOICES:
            yield from _chosen(_CHOICES[name], rest.lstrip())
        elif name in {"/export", "/export!"}:
            yield from self._files.get_completions(Document(rest.lstrip()), complete_event)
        elif (opened := line.rfind("[")) > line.rfind("]"):
            yield from self._ids(line[opened + 1 :].rpartition(",")[2].lstrip())

    def _names_of_commands(self, typed: str) -> Iterator[Completion]:
        for name, says in self._commands.items():
            if name.startswith(typed.lower()):
                yield Completion(
                    name, start_position=-len(typed), display=name.strip(), display_meta=says
                )

    def _ids(self, typed: str) -> Iterator[Completion]:
        if " " in typed:
            return
        if self._papers is None:
            self._papers = _Names(self._library.titles())
        yield from self._papers.like(typed, len(typed))

    def _conditions(self, typed: str, asked: CompleteEvent) -> Iterator[Completion]:
        name, value = _open_condition(typed)
        if name is None:
            for condition in CONDITIONS:
                if condition.startswith(value.lower()):
                    yield Completion(f"{condition}:", start_position=-len(value))
        elif name in _LISTED:
            if name not in self._values:
                if not asked.completion_requested:
                    return  # A second's work in a large library is not begun by a letter.
                listed = self._library.values(_LISTED[name])
                pairs = [(one_line(one), "") for one in listed]
                self._values[name] = _Names(pairs, of_people=name == "author")
            yield from self._values[name].like(value, len(value))


class _Names:
    """Names to choose from, found by how they begin, and by what stands in them or their notes.

    Args:
        of_people: those come first whose last name, or last but a few, begins as is typed.
    """

    def __init__(self, names: Sequence[tuple[str, str]], *, of_people: bool = False) -> None:
        self._names = names
        folded = [fold(name) for name, _ in names]
        families = [_family(name) for name in folded] if of_people else []
        self._sorted = [
            sorted((key, place) for place, key in enumerate(keys)) for keys in (families, folded)
        ]
        self._texts = [fold(f"{name} {note}") for name, note in names]

    def like(self, typed: str, taken: int) -> Iterator[Completion]:
        """The first completions of what is typed, which takes the place of so many characters.

        Where there are more, a last one says so, and changes nothing.
        """
        wanted = fold(typed)
        places = dict.fromkeys(chain.from_iterable(self._beginning(wanted)))
        if len(places) <= _MOST and wanted:
            for place, text in enumerate(self._texts):
                if wanted in text:
                    places[place] = None
                    if len(places) > _MOST:
                        break
        for place in islice(places, _MOST):
            name, note = self._names[place]
            meta = one_line(note)[:_SHOWN_TITLE]
            yield Completion(name, start_position=-taken, display_meta=meta)
        if len(places) > _MOST:
            yield Completion("", display=MORE)

    def _beginning(self, wanted: str) -> Iterator[Iterator[int]]:
        for keys in self._sorted:
            first = bisect_left(keys, (wanted, -1))
            begun = takewhile(lambda key: key[0].startswith(wanted), islice(keys, first, None))
            yield (place for _, place in islice(begun, _MOST + 1))


def _family(name: str) -> str:
    """What a name is sorted by: what stands before a comma, else its last word."""
    before, comma, _ = name.partition(",")
    return before if comma else name.rpartition(" ")[2]


def _chosen(choices: Sequence[str], typed: str) -> Iterator[Completion]:
    for choice in choices:
        if choice.startswith(typed.lower()):
            yield Completion(choice, start_position=-len(typed))


def _open_condition(typed: str) -> tuple[str | None, str]:
    """The condition whose value is being typed, and the value; else None and the word."""
    last = ""
    name: str | None = None
    for word in typed.split(" "):
        before, colon, value = word.partition(":")
        if colon and before.lower() in CONDITIONS:
            name, last = before.lower(), value
        elif name is not None:
            last = f"{last} {word}"
        else:
            last = word
    return name, last
