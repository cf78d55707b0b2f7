"""What a claim quotes, and where a text says it word for word."""

import re

from ragassist.text import title_key

_QUOTED = re.compile(r"[“„‟«]([^“”„‟«»\"]+)[”“»]|(?<!\w)\"([^\"]+)\"(?!\w)")
_LEFT_OUT = re.compile(r"\[[^\]]*\]|\.\.\.|…")
_FEWEST_WORDS = 2
_LIST_SIGN = re.compile(r"(?:[-*+•]|[0-9]{1,2}[.)]|#{1,6})\s+")
_STOPS = ".!?。！？"


def quotations(text: str) -> list[str]:
    """What stands in double quotes, of two words or more."""
    found = (one or other for one, other in _QUOTED.findall(text))
    return [quoted for quoted in found if len(title_key(quoted).split()) >= _FEWEST_WORDS]


def says(text: str, quoted: str) -> bool:
    """Whether a text holds the words of a quotation; case, accents and punctuation aside.

    What `...` or square brackets leave out of the quotation may be anything.
    """
    words = f" {title_key(text)} "
    position = 0
    for piece in _LEFT_OUT.split(quoted):
        key = title_key(piece)
        if key:
            found = words.find(f" {key} ", position)
            if found < 0:
                return False
            position = found + len(key) + 1
    return True


def find_verbatim(text: str, claim: str) -> tuple[int, int] | None:
    """Where a text says a claim word for word, the case of its first letter aside."""
    said = claim[match.end() :] if (match := _LIST_SIGN.match(claim)) else claim
    for wording in (said, said.rstrip(_STOPS)):
        if len(wording) < len(said) and not wording:
            return None
        first, *others = wording.split() or [""]
        if not first:
            return None
        either = f"(?:{re.escape(first)}|{re.escape(first[0].swapcase() + first[1:])})"
        pattern = r"\s+".join([either, *map(re.escape, others)])
        found = re.search(rf"(?<!\w){pattern}(?!\w)", text)
        if found:
            return found.span()
    return None
