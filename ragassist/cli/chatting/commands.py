"""The /commands of the chat: what each is called, what it needs, what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import get_args

from ragassist.cli import render
from ragassist.cli.chatting.conditions import as_typed, changed, replaced
from ragassist.cli.chatting.conversation import Conversation
from ragassist.cli.chatting.cost import cost_lines
from ragassist.cli.chatting.exporting import export
from ragassist.cli.look import DIM, Piece, say, tell, width
from ragassist.errors import UsageError
from ragassist.types import Filters, Shape

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
    render.show_references(last.references, numbered=True)


def _last(conversation: Conversation, _: str) -> None:
    if conversation.last is None:
        raise UsageError("nothing was asked yet")
    conversation.show_last()


def _show(conversation: Conversation, which: str) -> None:
    listed = conversation.last.references if conversation.last else ()
    which = which.strip("[]")
    if which.isdecimal() and 1 <= int(which) <= len(listed):
        which = listed[int(which) - 1].paper_id
    render.show_paper(conversation.library.paper(which))


def _why(conversation: Conversation, which: str) -> None:
    claims = render.numbered(conversation.last.claims) if conversation.last else ()
    if not claims:
        raise UsageError("there is no answer to look into yet")
    if not which:
        for number, claim in enumerate(claims, start=1):
            render.show_verdict(number, claim)
        say(Piece(text="/why N shows what the papers say to sentence N", style=DIM))
        return
    number = int(which) if which.isdecimal() else 0
    if not 1 <= number <= len(claims):
        raise UsageError(
            f"no sentence {which}: the last answer has 1 to {len(claims)}, /why alone lists them"
        )
    render.show_claim(number, claims[number - 1])


def _filter(conversation: Conversation, typed: str) -> None:
    before = conversation.filters
    if typed:
        _narrow(conversation, changed(before, typed))
    after = conversation.filters
    count = render.count(conversation.library.count(after), "paper")
    was = replaced(before, after)
    render.show_text(f"{as_typed(after) or 'no filter'}{f' (was {was})' if was else ''}: {count}")
    if undated := _undated(conversation, after):
        state = "states" if undated == 1 else "state"
        left_out = f"{render.count(undated, 'paper')} that {state} no year left out"
        render.show_text(left_out, style=DIM)


def _narrow(conversation: Conversation, wanted: Filters) -> None:
    """Take the filters, unless nothing passes them; what no paper has is said."""
    library = conversation.library
    unknown = library.unknown_in(wanted)
    if wanted and not library.count(wanted):
        why = "; ".join(unknown) or f"no paper passes {as_typed(wanted)}"
        raise UsageError(f"{why}; the filter is left as it was")
    for notice in unknown:
        tell(notice, style=DIM)
    conversation.narrow(wanted)


def _undated(conversation: Conversation, filters: Filters) -> int:
    """How many papers a filter of years leaves out because they state none."""
    if filters.year_from is None and filters.year_to is None:
        return 0
    count = conversation.library.count
    of_any_year = replace(filters, year_from=None, year_to=None)
    return count(of_any_year) - count(replace(of_any_year, year_from=0))


def _as(conversation: Conversation, shape: str) -> None:
    known: dict[str, Shape] = {one: one for one in get_args(Shape)}
    if shape and shape.lower() not in known:
        raise UsageError(f"/as {shape!r} is no form of an answer: {', '.join(known)}")
    if shape:
        conversation.style = replace(conversation.style, shape=known[shape.lower()])
    say(Piece(text=f"answers as {conversation.style.shape}", style=DIM))


def _words(conversation: Conversation, most: str) -> None:
    if most and most.lower() != "off" and not (most.isdecimal() and int(most)):
        raise UsageError(f"/words {most!r} is no number of words, and not off")
    if most:
        words = int(most) if most.isdecimal() else None
        conversation.style = replace(conversation.style, words=words)
    words = conversation.style.words
    said = "answers as long as it takes" if words is None else f"at most {words} words an answer"
    say(Piece(text=said, style=DIM))


def _refs(conversation: Conversation, wish: str) -> None:
    if wish.lower() not in {"on", "off", ""}:
        raise UsageError(f"/refs {wish!r} is neither on nor off")
    if wish:
        conversation.shows_references = wish.lower() == "on"
    said = "behind each answer" if conversation.shows_references else "off: /sources lists them"
    say(Piece(text=f"references {said}", style=DIM))


def _papers(conversation: Conversation, most: str) -> None:
    if most and not most.isdecimal():
        raise UsageError(f"/papers {most!r} is no number of papers")
    shown = min(int(most or _SHOWN_PAPERS), _MOST_PAPERS)
    total = conversation.library.count(conversation.filters)
    passes = f" with {as_typed(conversation.filters)}" if conversation.filters else ""
    more = f", the first {shown}" if total > shown else ""
    render.show_text(f"{render.count(total, 'paper')}{passes}{more}:", style=DIM)
    for paper in islice(conversation.library.papers(conversation.filters), shown):
        render.show_paper_line(paper)


def _related(conversation: Conversation, topic: str) -> None:
    last = conversation.last_question
    if not topic and last is None:
        raise UsageError("/related needs a topic, or a question before it")
    conversation.write_related(topic or (last.standalone if last else ""))


def _export(conversation: Conversation, file: str) -> None:
    bare = file.removesuffix(" --force").removeprefix("--force ")
    _write(conversation, bare, force=bare != file)


def _export_over(conversation: Conversation, file: str) -> None:
    _write(conversation, file, force=True)


def _write(conversation: Conversation, file: str, *, force: bool) -> None:
    export(conversation.turns, Path(file.strip("\"' ")).expanduser(), force=force)


def _retry(conversation: Conversation, _: str) -> None:
    if not conversation.retry():
        raise UsageError("nothing was asked yet")


def _new(conversation: Conversation, _: str) -> None:
    conversation.begin_anew()
    say(Piece(text="a new conversation", style=DIM))


def _cost(conversation: Conversation, _: str) -> None:
    for line in cost_lines(conversation.spent_last, conversation.library.spent):
        render.show_text(line)


COMMANDS: Mapping[str, Command] = {
    "/sources": Command(takes="", says="the papers of the last answer", does=_sources),
    "/last": Command(takes="", says="the last answer again", does=_last),
    "/show": Command(
        takes="ID",
        says="all that is known of a paper, or of reference N",
        does=_show,
    ),
    "/why": Command(
        takes="[N]",
        says="the evidence for sentence N of the last answer; alone it lists them",
        does=_why,
    ),
    "/filter": Command(
        takes="[CONDITION]",
        says="which papers are asked: year:2022.. author:Qin category:CL tag:read source:refs.bib; "
        "a condition takes the place of an old one of its name, and is added to the others; "
        "-author takes it away, off all; alone it shows what holds",
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
    "/export!": Command(takes="FILE", says="the same over a file that is there", does=_export_over),
    "/as": Command(
        takes="[FORM]", says="answers as prose, bullets, list or table from now on", does=_as
    ),
    "/words": Command(takes="[N]", says="at most N words an answer; off for any", does=_words),
    "/refs": Command(takes="[on|off]", says="references behind each answer, or not", does=_refs),
    "/retry": Command(takes="", says="ask the last question again", does=_retry),
    "/new": Command(takes="", says="begin a new conversation", does=_new),
    "/cost": Command(takes="", says="what the model was asked for, and what it cost", does=_cost),
    "/help": Command(takes="", says="this", does=_help),
    "/quit": Command(takes="", says="leave (or Ctrl-D)", does=_help),
}
"""By name, in the order of the help; `obey` itself knows `/quit`."""
