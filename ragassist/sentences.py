"""Where sentences begin and end in running scholarly text."""

import re

# A run of sentence-ending marks, closing quotes, brackets or emphasis after it, then space or the
# end. Ideographic full stops need no space after them. Possessive, and entered only where a run
# begins: a run of n marks costs n steps, not n squared.
_END = re.compile(
    r"(?:(?<![.!?])[.!?]++[\"'”’»›)\]}*_`]*+(?=\s|$)"
    r"|[。！？]++[”’」』）]*+(?:[*_`]++(?=\s|$))?)"
)
_LAST_WORD = re.compile(r"[^\s(\[{\"'“‘«‹*_`]+$")
# Emphasis begins a sentence as the word in it would.
_EMPHASIS = "*_`"
_NEXT = re.compile(r"\s*(\S{1,40})")
_INITIAL = re.compile(r"^(?:[^\W\d_]\.)*[^\W\d_]$")
_ENUMERATOR = re.compile(r"^\(?(?:\d{1,2}|[ivx]{1,4}|[a-z])\)?$")
_ABBREVIATIONS = frozenset(
    "a.k.a al approx assoc ca cf co corp def dept dr ed eds e.g esp est etc i.e i.i.d incl inc jr "
    "lett ltd max min mr mrs prof resp sp spp ssp sr st s.t subsp theor univ v.s var vs viz "
    "w.r.t".split()
)
# After these a capital letter begins a new sentence more often than not.
_MAY_END = frozenset("al approx co corp ed est etc i.i.d inc jr ltd max min sp sr".split())
# These abbreviate only where a number follows.
_NUMBERED = frozenset(
    "ch chap eq eqs equ fig figs no nos p pp ref refs sec secs tab vol vols".split()
)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as half-open character spans, in order, without outer white space.

    Every character that is not white space lies in exactly one span. Abbreviations ("et al.",
    "Fig. 2", "e.g."), decimals, initials and URLs do not end a sentence; a line break alone does
    not either, an empty line does. Linear in the length of the text.
    """
    spans = []
    start = 0
    for begin, stop in _paragraphs(text):
        start = begin
        for match in _END.finditer(text, begin, stop):
            if _ends_sentence(text, start, match.start(), match.end(), stop):
                spans.append((start, match.end()))
                start = match.end()
        spans.append((start, stop))
    trimmed = (_trim(text, *span) for span in spans)
    return [span for span in trimmed if span[0] < span[1]]


def _paragraphs(text: str) -> list[tuple[int, int]]:
    bounds = []
    start = 0
    for gap in re.finditer(r"\n[ \t\r]*\n", text):
        bounds.append((start, gap.start()))
        start = gap.end()
    bounds.append((start, len(text)))
    return bounds


def _ends_sentence(text: str, start: int, mark: int, stop: int, limit: int) -> bool:
    following = _NEXT.match(text, stop, limit)
    if following is None:
        return True
    after = following.group(1).lstrip(_EMPHASIS) or following.group(1)
    if text[mark] in "。！？":
        return True
    if after[0] in ".,;:)]}%" or (after[0].islower() and not _names_a_thing(after)):
        return False
    # `*et al.*` is the abbreviation still.
    if text[mark] in "!?" or len(text[mark:stop].rstrip(_EMPHASIS)) > 1:
        return not text.startswith("...", mark) or after[0].isupper()
    window = text[max(start, mark - 40) : mark]
    found = _LAST_WORD.search(window)
    word = found.group() if found else ""
    return not _is_abbreviation(word, after, sentence_so_far=window[: len(window) - len(word)])


def _names_a_thing(word: str) -> bool:
    """Whether a word may begin a sentence in lower case, as `mRNA`, `p62` or `cGAS` do."""
    return any(char.isupper() or char.isdigit() for char in word)


def _is_abbreviation(word: str, after: str, *, sentence_so_far: str) -> bool:
    lowered = word.lower()
    if lowered in _ABBREVIATIONS:
        return not (lowered in _MAY_END and after[0].isupper())
    if lowered in _NUMBERED:
        return any(char.isdigit() for char in after)
    if not sentence_so_far.strip() and _ENUMERATOR.match(lowered):
        return True
    # `J. Smith`, `E. coli`; but `vitamin C. We`, where the initial follows a lower-case word.
    if _INITIAL.match(word) and word[0].isupper():
        previous = sentence_so_far.split()
        return "." in word or not (previous and previous[-1].isalpha() and previous[-1].islower())
    return False


def _trim(text: str, start: int, stop: int) -> tuple[int, int]:
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    return start, stop
