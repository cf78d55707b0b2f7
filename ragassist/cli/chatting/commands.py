"""The /commands of the chat: what each is called, what it needs, what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from ragassist.cli import render
from ragassist.cli.chatting.conditions import as_typed, changed
from ragassist.cli.chatting.conversation import Conversation
from ragassist.cli.chatting.cost import cost_lines
from ragassist.cli.chatting.exporting import export
from ragassist.cli.look import DIM, Piece, say, width
from ragassist.errors import UsageError

_SHOWN_PAPERS = 20
_MOST_PAPERS = 500
_NAME_WIDTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What one of them does.

    Attributes:
        takes: as the help shows it; in brackets where it may be left out.
        does: with what is typed behind the name.
    """

    takes: str
    says: str
    does: Callable[[Conversation, str], None]

    @property
    def needs(self) -> bool:
        """Whether something has to follow the name."""
        return bool(self.takes) and not self.takes.startswith("[")


def obey(conversation: Conversation, line: str) -> bool:
    """Do what a line that begins with a slash says; False where it ends the chat.

    Raises:
        RagassistError: it cannot be done.
    """
    name, _, rest = line.partition(" ")
    if name in {"/quit", "/exit", "/q"}:
        return False
    command = COMMANDS.get(name.lower())
    if command is None:
        raise UsageError(f"{name} is not known: {_hint(name.lower())}")
    if command.needs and not rest.strip():
        raise UsageError(f"{name} needs {command.takes}: {command.says}")
    command.does(conversation, rest.strip())
    return True


def _hint(name: str) -> str:
    begun = [one for one in COMMANDS if one.startswith(name)] if len(name) > 1 else []
    bare = [one.removeprefix("/") for one in COMMANDS]
    near = begun or [f"/{one}" for one in get_close_matches(name.strip("/"), bare, n=1)]
    return f"did you mean {' or '.join(near)}?" if near else "/help lists what is"


def _help(_: Conversation, __: str) -> None:
    render.show_text("Ask in your own words; a follow-up may lean on what was said before.")
    for name, command in COMMANDS.items():
        lead = f"  {name} {command.takes}".rstrip()
        if len(lead) >= _NAME_WIDTH + 2:
            say(lead)
            lead = ""
        render.show_hanging(f"{lead:{_NAME_WIDTH + 2}}", command.says)
    keys = "Enter asks, Alt-Enter begins a line, Tab completes, Ctrl-C stops an answer"
    if width() is not None:
        render.show_text(keys, style=DIM)


def _sources(conversation: Conversation, _: str) -> None:
    last = conversation.last
    if last is None:
        raise UsageError("nothing was asked yet")
    if not last.references:
        say("No paper is cited.")
    render.show_references(last.references)


def _show(conversation: Conversation, paper_id: str) -> None:
    render.show_paper(conversation.library.paper(paper_id.strip("[]")))


def _why(conversation: Conversation, which: str) -> None:
    claims = conversation.last.claims if conversation.last else ()
    if not claims:
        raise UsageError("there is no answer to look into yet")
    number = int(which) if which.isdecimal() else 0
    if not 1 <= number <= len(claims):
        raise UsageError(f"no sentence {which}: the last answer has 1 to {len(claims)}")
    render.show_claim(number, claims[number - 1])


def _filter(conversation: Conversation, typed: str) -> None:
    if typed:
        conversation.filters = changed(conversation.filters, typed)
    count = render.count(conversation.library.count(conversation.filters), "paper")
    stated = as_typed(conversation.filters)
    say(f"{stated}: {count}" if stated else f"no filter: {count}")


def _papers(conversation: Conversation, most: str) -> None:
    if most and not most.isdecimal():
        raise UsageError(f"/papers {most!r} is no number of papers")
    shown = min(int(most or _SHOWN_PAPERS), _MOST_PAPERS)
    total = conversation.library.count(conversation.filters)
    for paper in islice(conversation.library.papers(conversation.filters), shown):
        render.show_paper_line(paper)
    passes = (" passes" if total == 1 else " pass") if conversation.filters else ""
    more = f", the first {shown} are shown" if total > shown else ""
    say(Piece(text=f"{render.count(total, 'paper')}{passes}{more}", style=DIM))


def _related(conversation: Conversation, topic: str) -> None:
    last = conversation.last_question
    if not topic and last is None:
        raise UsageError("/related needs a topic, or a question before it")
    conversation.write_related(topic or (last.standalone if last else ""))


def _export(conversation: Conversation, file: str) -> None:
    export(conversation.turns, Path(file.strip("\"'")).expanduser())


def _retry(conversation: Conversation, _: str) -> None:
    if not conversation.retry():
        raise UsageError("nothing was asked yet")


def _new(conversation: Conversation, _: str) -> None:
    conversation.begin_anew()
    say(Piece(text="a new conversation", style=DIM))


def _cost(conversation: Conversation, _: str) -> None:
    for line in cost_lines(conversation.spent):
        render.show_text(line)


COMMANDS: Mapping[str, Command] = {
    "/sources": Command(takes="", says="the papers of the last answer", does=_sources),
    "/show": Command(takes="ID", says="all that is known of a paper", does=_show),
    "/why": Command(takes="N", says="the evidence for sentence N of the last answer", does=_why),
    "/filter": Command(
        takes="[CONDITION]",
        says="which papers are asked: year:2022.. author:Qin category:CL tag:read source:refs.bib; "
        "off for all; alone it shows what holds",
        does=_filter,
    ),
    "/papers": Command(takes="[N]", says="the first N papers that pass the filters", does=_papers),
    "/related": Command(
        takes="[TOPIC]", says="related work on a topic, or on the last question", does=_related
    ),
    "/export": Command(
        takes="FILE",
        says="the conversation as FILE.md, .tex or .json, the papers it cites as FILE.bib",
        does=_export,
    ),
    "/retry": Command(takes="", says="ask the last question again", does=_retry),
    "/new": Command(takes="", says="begin a new conversation", does=_new),
    "/cost": Command(takes="", says="what the model was asked for, and what it cost", does=_cost),
    "/help": Command(takes="", says="this", does=_help),
    "/quit": Command(takes="", says="leave (or Ctrl-D)", does=_help),
}
"""By name, in the order of the help; `obey` itself knows `/quit`."""
