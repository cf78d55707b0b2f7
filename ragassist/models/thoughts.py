"""What a model thinks beside what it says, left out while it streams."""

import re
from collections.abc import Iterator

# What a message of a conversation in channels begins with, the end of the one before it included.
_HEAD = (
    r"(?:<\|(?:end|return|call)\|>\s*)?"
    r"(?:<\|start\|>(?P<role>[^<>\n]{1,40})(?:<\|channel\|>(?P<channel>[^<>\n]{1,60}))?"
    r"|<\|channel\|>(?P<bare>[^<>\n]{1,60}))"
    r"(?:<\|constrain\|>[^<>\n]{0,20})?<\|message\|>"
)
_MAY_BE_A_HEAD = (
    r"(?:<\|(?:end|return|call)\|>\s*)?(?:<\|start\|>[^<>\n]{0,40})?"
    r"(?:<\|channel\|>[^<>\n]{0,60})?(?:<\|constrain\|>[^<>\n]{0,20})?(?:<[^\s<>]{0,24})?"
)
_TAG = re.compile(
    r"<(?P<close>/?)(?:think|thinking|thought|reasoning)>|\[(?P<shut>/?)THINK\]"
    rf"|(?P<head>{_HEAD})",
    re.IGNORECASE,
)
_STOP = (
    r"(?:<\|(?:im_end|endoftext|eot_id|eom_id|end|end_of_text|end_of_turn|return|call)\|>"
    r"|<end_of_turn>|</s>|<｜end▁of▁sentence｜>)"
)
_STOPS_AT_THE_END = re.compile(rf"(?:\s*{_STOP})+\s*$")
# What may yet become a tag or a stop token, or is a stop token and may be the end.
_PENDING = re.compile(
    rf"(?:(?:\s*{_STOP})+\s*)?(?:<[^\s<>]{{0,24}}|\[/?(?:T(?:H(?:I(?:NK?)?)?)?)?)?$"
    rf"|{_MAY_BE_A_HEAD}$",
    re.IGNORECASE,
)
# A block begins a reply, a line or a sentence; elsewhere a tag is what the text speaks of.
_BOUNDARY = re.compile(r"(?:^|[\n.!?。！？\]])[ \t*_]*$")
_LONGEST_TAG = 240
_TAIL = 20


class Spoken:
    """A reply without the thoughts in it, nor the tokens that end it.

    Thoughts stand between `<think>` and `</think>`, or tags of that kind; text is held back only
    where such a tag may be beginning. Where the opening tag is missing, as of templates that write
    it themselves, the closing one tells that all before it was thought. Of a reply in channels,
    `<|channel|>analysis<|message|>`, only what the final one has is said.

    Args:
        waits: hold all back until a closing tag has come: this model is known to omit the other.

    Attributes:
        untagged: a closing tag came without an opening one.
    """

    def __init__(self, *, waits: bool = False) -> None:
        self.untagged = False
        self._waits = waits
        self._held = ""
        self._tail = ""
        self._inside = False
        self._in_channel = False
        self._mentioned = False

    def feed(self, piece: str) -> Iterator[str | None]:
        """What is said by now; None where all that was handed out turns out to be thought."""
        self._held += piece
        if not self._waits:
            yield from self._sift(at_the_end=False)
        elif any(_closes(tag) and tag.end() < len(self._held) for tag in _TAG.finditer(self._held)):
            self._waits = False
            yield from last_part(self._sift(at_the_end=False))

    def close(self) -> Iterator[str | None]:
        """What is left at the end; a block that nothing closes is dropped."""
        self._held = _STOPS_AT_THE_END.sub("", self._held)
        sifted = self._sift(at_the_end=True)
        yield from last_part(sifted) if self._waits else sifted

    def _sift(self, *, at_the_end: bool) -> Iterator[str | None]:
        while (tag := _TAG.search(self._held)) is not None:
            if self._inside:
                self._go_on(tag)
                self._held = self._held[tag.end() :]
                continue
            yield from self._say(self._held[: tag.start()])
            self._held = self._held[tag.start() :]
            size = tag.end() - tag.start()
            if _closes(tag) and size == len(self._held) and not at_the_end:
                return  # What follows decides.
            if tag["head"]:
                yield from self._begin_message(_closes(tag))
            else:
                yield from self._pass(_closes(tag), self._held[:size], self._held[size:])
            self._held = self._held[size:]
        if self._inside:
            self._held = self._held[-_LONGEST_TAG:]
            return
        kept = None if at_the_end else _PENDING.search(self._held)
        cut = len(self._held) if kept is None else kept.start()
        yield from self._say(self._held[:cut])
        self._held = self._held[cut:]

    def _go_on(self, tag: re.Match[str]) -> None:
        """Deal with a tag in a block: only the beginning of a message ends one in a channel."""
        if tag["head"] or not self._in_channel:
            self._inside = not _closes(tag)
            self._in_channel = bool(tag["head"])

    def _begin_message(self, says: bool) -> Iterator[None]:
        """Deal with the beginning of a message; what no message began with was thought."""
        self._inside = not says
        if self._tail and not self._in_channel:
            self.untagged, self._tail = True, ""
            yield None
        self._in_channel = True

    def _pass(self, closes: bool, tag: str, behind: str) -> Iterator[str | None]:
        """Deal with a tag outside of a block."""
        begins = bool(_BOUNDARY.search(self._tail))
        if not closes and begins:
            self._inside = True
        elif closes and not self._mentioned and (begins or behind[:1] in {"", "\n", "\r"}):
            self.untagged = True
            if self._tail:
                self._tail = ""
                yield None
        else:
            self._mentioned = True
            yield from self._say(tag)

    def _say(self, text: str) -> Iterator[str]:
        spoken = text if self._tail else text.lstrip()
        if spoken:
            self._tail = (self._tail + spoken)[-_TAIL:]
            yield spoken


def last_part(pieces: Iterator[str | None]) -> Iterator[str]:
    """The pieces behind the last None; all are taken first."""
    kept: list[str] = []
    for piece in pieces:
        if piece is None:
            kept.clear()
        else:
            kept.append(piece)
    return iter(kept)


def _closes(tag: re.Match[str]) -> bool:
    """Whether what follows a tag is said."""
    if not tag["head"]:
        return bool(tag["close"] or tag["shut"])
    role = (tag["role"] or "assistant").split()
    channel = (tag["channel"] or tag["bare"] or "final").split()
    return role[:1] == ["assistant"] and channel[:1] == ["final"]
