"""Whether rows are those of a page that lists papers, and not of some other text."""

import re
from collections.abc import Iterable
from itertools import pairwise

from ragassist.sources.paper_list.names import lists_names
from ragassist.sources.paper_list.rows import Row
from ragassist.sources.paper_list.shapes import Kind, word_count

_MOST_HEADER_LINES = 8
_MANY_PAIRS = 6
_RESEARCH = re.compile(
    r"\bwe (?:\w+ly |also |further |then )?(?:propose|present|introduce|show|study|investigate|"
    r"find|"
    r"develop|demonstrate|report|explore|describe|examine|analy[sz]e|evaluate|prove|argue|measure|"
    r"compare|provide|address|design|train|release|ask|survey|review|test|use|observe)|"
    r"\b(?:this|our) (?:paper|work|study|survey|article|review|method|approach|model|results?|"
    r"framework|experiments?|benchmark|thesis)|state[- ]of[- ]the[- ]art|\boutperform|\bbenchmark|"
    r"\bpatients\b|\bfindings\b|\bp ?[<=] ?0?\.\d|\bexperiment|"
    r"\bdatasets?\b|\bbaselines?\b|[本该]文|我们|論文|论文|实验|本研究|"
    r"\bмы\b|\bработ[еы]\b|стать[еи]|μελέτη|εργασία|προτείν|μοντέλ",
    re.IGNORECASE,
)
_SCHOLARLY = re.compile(
    rf"{_RESEARCH.pattern}|\b(?:models?|methods?|learning|algorithms?|networks?|performance|"
    r"approach(?:es)?|analysis|estimat\w+|tasks?|framework|theor\w+|results?)\b",
    re.IGNORECASE,
)
_NOT_A_TITLE = re.compile(
    r"^(?:#|>|\||//|/\*|[A-Z][A-Z\d]{1,3} {0,3}- |\d+(?:\.\d+)*\.? [A-Z]|"
    r"(?:title|abstract|authors?|year|doi|journal|keywords|def|class|import|from|return|const|"
    r"let|var|function)\b ?[:=(]?)"
    r"|[{};=]|\)\s*->|:$",
)


def has_stamped_paper(rows: Iterable[Row]) -> bool:
    """Whether a category and a date stand over something like a title."""
    content = [row for row in rows if row.kind is not Kind.FURNITURE]
    return any(
        one.kind is Kind.STAMP and (two.kind is not Kind.PROSE or lists_names(two.text))
        for one, two in pairwise(content)
        if two.kind is not Kind.STAMP
    )


def has_pairs(rows: list[Row]) -> bool:
    """Whether titles and abstracts alternate.

    One pair is enough under a page's header, two are needed without one. Half of the abstracts
    have to speak as abstracts do (in a long list, as scholars do) and half of the titles to have
    four words, so that an essay under headings, code, or a list of tagged fields is none.
    """
    content = [row for row in rows if row.kind is not Kind.FURNITURE]
    pairs = [
        (one.text, two.text)
        for one, two in pairwise(content)
        if one.kind in (Kind.TITLE, Kind.COUNTER) and two.kind is Kind.PROSE
    ]
    if len(pairs) < 2 and not _is_under_header(rows, pairs):
        return False
    prose = sum(row.kind is Kind.PROSE for row in content)
    others = len(content) - prose - len(pairs)
    # The longer the list, the surer its regularity alone.
    speaks = _RESEARCH if len(pairs) < _MANY_PAIRS else _SCHOLARLY
    titles, abstracts = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return (
        prose <= 1.5 * len(pairs) + 1
        and others <= max(_MOST_HEADER_LINES, len(pairs) // 2)
        and 2 * sum(word_count(title) >= 4 for title in titles) >= len(pairs)
        and 2 * sum(bool(speaks.search(text)) for text in abstracts) >= len(pairs)
        and sum(bool(_NOT_A_TITLE.search(title)) for title in titles) <= len(pairs) // 10
    )


def _is_under_header(rows: list[Row], pairs: list[tuple[str, str]]) -> bool:
    """Whether the only pair, sure to be an abstract, comes after furniture as pages have it."""
    texts = [row.text for row in rows]
    if not pairs or len(_RESEARCH.findall(pairs[0][1])) < 2:
        return False
    return any(row.kind is Kind.FURNITURE for row in rows[: texts.index(pairs[0][0])])
