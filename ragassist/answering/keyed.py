"""Passages as a prompt shows them: under keys, so that they can be cited, and unable to steer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ragassist.grounding.citations import find_citations
from ragassist.sentences import split_sentences
from ragassist.text import one_line, strip_controls
from ragassist.tokens import token_counter
from ragassist.types import Passage

# Square brackets of every kind, as round ones: a model that copies them cites nothing. Marks that
# look like those of tags and templates, as these.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("[【［〔⟦〖﹝〘〚❲⁅⦋", "("),
        **dict.fromkeys("]】］〕⟧〗﹞〙〛❳⁆⦌", ")"),
        **{"＜": "<", "﹤": "<", "＞": ">", "﹥": ">", "｜": "|", "／": "/"},
    }
)
# Where a passage would open or close the block it stands in, or a turn of the conversation:
# `</passage>`, `<|im_start|>`, `<<SYS>>`, `</s>`.
_TAG = re.compile(
    r"<(?=\s*(?:/?\s*(?:passage|system|user|assistant|instructions?|tool|think|s>|s\s|bos|eos)|\||<|"
    r"(?:start|end)_of_))",
    re.IGNORECASE,
)
# `[INST]` has lost its brackets by then.
_TURN = re.compile(
    r"\((?=\s*/?\s*INST\s*\))|#(?=#+\s*(?:system|user|assistant|instruction)\b)", re.I
)
# A line that would pass for one of the prompt's own.
_LABEL = re.compile(
    r"^(\W*(?:valid keys?|question|passages?|system|assistant|user|human|sentence|reply|answer|"
    r"what is wrong with it|NO[ _]ANSWER|NO[ _]SUPPORT|ENOUGH)\b[^\n\w:：]*)[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_TOKEN = re.compile(r"\b(NO)_(?=ANSWER|SUPPORT)", re.IGNORECASE)
_BARE_KEY = re.compile(r"(?<![\w·.-])(P[ \t]?|p)(?=([0-9]+)(?![\w·]|\.[0-9]))")
_EMPTY_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """Passages as a prompt shows them.

    Attributes:
        text: the passages, each under its key, nothing in them that looks like a key.
        papers: the paper of each key that may be cited, and each paper's own id.
        keys: those of the passages, best first.
    """

    text: str
    papers: Mapping[str, str]
    keys: tuple[str, ...]


def key_passages(
    passages: Sequence[Passage], years: Mapping[str, int | None], *, max_tokens: int = 6000
) -> Keyed:
    """Put passages under the keys P1, P2, … by rank, so that they can be cited and not steer.

    Square brackets in them become round ones, what still reads as a citation is broken up
    (`P3` is shown as `P·3`), and nothing in them closes the block they stand in, opens a turn of
    the conversation, or passes for a line of the prompt.

    Args:
        years: of the papers, by paper_id; a paper without one is shown without.
        max_tokens: the passages that rank last are left out until the rest fits; none is cut but
            the first, behind as many whole sentences as fit, and at least one.
    """
    _, count_tokens = token_counter()
    ranked = sorted(passages, key=lambda passage: passage.rank)
    names = {f"P{number}": passage.paper_id for number, passage in enumerate(ranked, start=1)}
    papers = {paper_id: paper_id for paper_id in names.values()} | names
    blocks: list[str] = []
    left = max_tokens
    for (key, paper_id), passage in zip(names.items(), ranked, strict=True):
        block = _block(key, years.get(paper_id), passage, papers)
        if count_tokens(block) > left:
            if blocks:
                break
            short = _shortened(passage, left - count_tokens(passage.title), count_tokens)
            block = _block(key, years.get(paper_id), short, papers)
        left -= count_tokens(block)
        blocks.append(block)
    keys = tuple(names)[: len(blocks)]
    shown = {names[key]: names[key] for key in keys} | {key: names[key] for key in keys}
    return Keyed(text="\n\n".join(blocks), papers=shown, keys=keys)


def _shortened(passage: Passage, tokens: int, count_tokens: Callable[[str], int]) -> Passage:
    """The sentences that fit, from the first on; the first at any length."""
    stop = 0
    for _, end in split_sentences(passage.text):
        if stop and count_tokens(passage.text[:end]) > tokens:
            break
        stop = end
    return replace(passage, text=passage.text[:stop])


def _block(key: str, year: int | None, passage: Passage, papers: Mapping[str, str]) -> str:
    dated = "" if year is None else f' year="{year}"'
    text = _EMPTY_LINES.sub("\n", strip_controls(passage.text).strip())
    shown = _inert(f"{one_line(passage.title)}\n{text}", papers)
    return f'<passage key="{key}"{dated}>\n{shown}\n</passage>'


def _inert(text: str, papers: Mapping[str, str]) -> str:
    text = _TAG.sub("‹", text.translate(_PLAIN))
    text = _TURN.sub("·", text)
    text = _LABEL.sub(r"\1 ·", text)
    text = _TOKEN.sub(r"\1·", text)
    text = _BARE_KEY.sub(lambda found: _broken(found, papers), text)
    while found := find_citations(text, papers):
        for citing in reversed(found):
            broken = text[citing.start : citing.stop]
            for key, _ in citing.papers:
                broken = broken.replace(key, f"{key[0]}·{key[1:]}")
            text = text[: citing.start] + broken + text[citing.stop :]
    return text


def _broken(found: re.Match[str], papers: Mapping[str, str]) -> str:
    """What looks like the key of a passage that is shown is no key any more: `P·2`."""
    return f"{found.group(1)[0]}·" if f"P{found.group(2)}" in papers else found.group()
