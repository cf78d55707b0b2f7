"""What a group of papers is called: the words that it says and the other groups do not."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ragassist.bibliographies.people import name_work
from ragassist.grounding.containment import Weigh
from ragassist.index.lexical import QUESTION_WORDS
from ragassist.text import one_line
from ragassist.types import Paper

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")

# What abstracts say of any subject.
_SAID_OF_ALL = frozenset(
    "ability able achieve achieves achieved addition address addresses aim aims among "
    "apply applied available based benefit best better beyond broad call "
    "called challenge challenges challenging common compare compared comprehensive conduct "
    "consider consistently consists contrast crucial current currently demonstrate demonstrates "
    "designed despite develop developed different diverse due easily effective effectively "
    "effectiveness efficient efficiently employ enable enables enabling enhance enhances ensure "
    "especially evaluate evaluated even existing experiment experiments explore extensive "
    "facilitate field finally find findings first five focus following four full fully "
    "furthermore general generally good great greatly help helps high higher highly hold huge "
    "identify impact important improve improved improvement improvements improves improving "
    "include includes including increase increasing increasingly inspired instead introduce "
    "introduces investigate issue issues key known lack large larger lead leads less level "
    "leverage leverages leveraging limit limitation limitations limited low lower mainly major "
    "make making many meanwhile moreover multiple namely need needs new "
    "next notably novel number numerous obtain offer open outperform outperforms overall "
    "particular particularly perform performs potential potentially poor present "
    "presents previous prior promising promote propose proposed proposes provide "
    "provides providing real recent recently reduce related release remain remains require "
    "required requires research result results second self-contained set several show showing "
    "shown shows significant significantly simple simply simultaneously single six specific "
    "specifically state-of-the-art strong studies study substantial success successful "
    "successfully superior three today together "
    "toward towards two typically unique unlike use useful usually utilize utilizing "
    "various well wide widely work works yield yields "
    "advancing analyzing boosting building comparing enhancing evaluating exploring investigating "
    "measuring rethinking revisiting studying teaching understanding".split()
)
_STOP = QUESTION_WORDS | _SAID_OF_ALL
# These name something behind another word alone: "language models".
_HEADS = frozenset(
    "analysis approach approaches code design framework frameworks method methods model models "
    "performance problem problems system systems task tasks technique techniques type types".split()
)
# A word that ends so seldom names anything without another behind it.
_DESCRIBES = re.compile(r".{3,}(?:ific|ous|ive|ful|less|able|ible|ly|ed)")
_TITLE_CASE = re.compile(r"[A-Z][a-z]+(?:-[A-Z][a-z]+)*")
_LONGEST_PHRASE = 3
_SHORTEST_WORD = 3
_WEIGHED_PHRASES = 40
# A word more says more; a title says what a paper is about.
_A_WORD_MORE = 0.5
_IN_A_TITLE = 1.5
# A second phrase joins the first where it counts for nearly as much.
_NEARLY = 0.75
# The topic's own words seldom tell its themes apart.
_OF_THE_TOPIC = 0.4
_SHORT_TITLE = 4

_Stems = tuple[str, ...]


@dataclass(slots=True)
class _Phrase:
    """A phrase as one group of papers says it.

    Attributes:
        papers: indices of the papers that say it.
        forms: how it is written in running text, with how often.
        titles: how it is written in titles, which have capitals of their own.
    """

    papers: set[int] = field(default_factory=set)
    forms: Counter[str] = field(default_factory=Counter)
    titles: Counter[str] = field(default_factory=Counter)

    @property
    def form(self) -> str:
        """How it is written most; ties by the alphabet."""
        forms = self.forms or Counter(map(_without_capitals, self.titles.elements()))
        return min(forms, key=lambda form: (-forms[form], form))


def name_groups(groups: Sequence[Sequence[Paper]], topic: str, rarity: Weigh) -> list[str]:
    """One name a group: one or two phrases of one to three words, no two names the same.

    A phrase counts by the share of the group's papers that say it less the share of the others
    that do, by how rare it is in the library, by its length, and more in a title; a single word
    must stand in one, and the topic's own words count little. A lone group is called by the topic;
    one with no phrase of its own, by its first papers.
    """
    if len(groups) == 1:
        return [_capitalised(one_line(topic))]
    topical = {_stem(word) for word in _WORD.findall(topic)}
    said = [_phrases_of(group) for group in groups]
    names: list[str] = []
    for index, group in enumerate(groups):
        others = [phrases for other, phrases in enumerate(said) if other != index]
        outside = sum(len(papers) for other, papers in enumerate(groups) if other != index)
        scores = _score(said[index], others, (len(group), outside))
        for stems in scores:
            scores[stems] *= _OF_THE_TOPIC if topical.issuperset(stems) else 1.0
        chosen = _choose(_weighed(scores, said[index], rarity))
        name = " and ".join(said[index][stems].form for stems in chosen)
        name = _capitalised(name or _by_papers(group))
        names.append(name if name not in names else f"{name} ({group[0].paper_id})")
    return names


def _phrases_of(group: Sequence[Paper]) -> dict[_Stems, _Phrase]:
    phrases: dict[_Stems, _Phrase] = {}
    # What stands alone before a colon is what the authors call their work.
    own_names = {_stem(paper.title.split(":")[0].strip()) for paper in group if ":" in paper.title}
    for index, paper in enumerate(group):
        for in_title, text in ((True, paper.title), (False, paper.abstract)):
            for stems, form in _phrases(text):
                if own_names.isdisjoint(stems):
                    phrase = phrases.setdefault(stems, _Phrase())
                    phrase.papers.add(index)
                    (phrase.titles if in_title else phrase.forms)[form] += 1
    return phrases


def _phrases(text: str) -> Iterator[tuple[_Stems, str]]:
    """Every run of one to three words that names something, with nothing but space between."""
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        if run and not text[run[-1].end() : word.start()].isspace():
            run = []
        if word.group().lower() in _STOP or len(word.group()) < _SHORTEST_WORD:
            run = []
            continue
        run.append(word)
        for length in range(1, min(len(run), _LONGEST_PHRASE) + 1):
            words = run[-length:]
            if _names_something([match.group().lower() for match in words]):
                form = one_line(text[words[0].start() : words[-1].end()])
                yield tuple(_stem(match.group()) for match in words), form


def _names_something(words: Sequence[str]) -> bool:
    return (
        not _DESCRIBES.fullmatch(words[-1])
        and _HEADS.isdisjoint(words[:-1])
        and (len(words) > 1 or words[0] not in _HEADS)
        and not all(word.isdigit() for word in words)
    )


def _stem(word: str) -> str:
    lowered = word.lower()
    plural = len(lowered) > 3 and lowered.endswith("s") and not lowered.endswith(("ss", "us", "is"))
    return lowered[:-1] if plural else lowered


def _score(
    own: Mapping[_Stems, _Phrase],
    others: Sequence[Mapping[_Stems, _Phrase]],
    sizes: tuple[int, int],
) -> dict[_Stems, float]:
    """How much each phrase that several papers share sets a group apart; above 0.

    Args:
        sizes: how many papers the group has, and how many the others have together.
    """
    inside, outside = sizes
    scores = {}
    for stems, phrase in own.items():
        elsewhere = sum(len(other[stems].papers) for other in others if stems in other)
        apart = len(phrase.papers) / inside - elsewhere / max(outside, 1)
        named = len(stems) > 1 or phrase.titles
        if apart > 0 and named and (len(phrase.papers) > 1 or inside == 1):
            longer = 1 + _A_WORD_MORE * (len(stems) - 1)
            scores[stems] = apart * longer * (_IN_A_TITLE if phrase.titles else 1.0)
    return scores


def _weighed(
    scores: Mapping[_Stems, float], own: Mapping[_Stems, _Phrase], rarity: Weigh
) -> list[tuple[_Stems, float]]:
    """The best phrases times how rare they are, best first, ties by the alphabet."""
    best = sorted(scores, key=lambda stems: (-scores[stems], stems))[:_WEIGHED_PHRASES]
    forms = {stems: own[stems].form.lower() for stems in best}
    rare = rarity(list(forms.values()))
    weighed = [(stems, scores[stems] * rare[forms[stems]]) for stems in best]
    return sorted(weighed, key=lambda pair: (-pair[1], pair[0]))


def _choose(weighed: Sequence[tuple[_Stems, float]]) -> list[_Stems]:
    """The best phrase, and another of several words that counts for nearly as much."""
    if not weighed:
        return []
    first, best = weighed[0]
    second = [
        stems
        for stems, score in weighed[1:]
        if score >= _NEARLY * best and len(stems) > 1 and set(stems).isdisjoint(first)
    ]
    return [first, *second[:1]]


def _by_papers(group: Sequence[Paper]) -> str:
    names = [name_work(paper) for paper in group[:2]]
    short = all(len(name.split()) <= _SHORT_TITLE for name in names)
    return " and ".join(names) if short else names[0]


def _without_capitals(title: str) -> str:
    words = title.split()
    return " ".join(word.lower() if _TITLE_CASE.fullmatch(word) else word for word in words)


def _capitalised(text: str) -> str:
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return text[0].upper() + text[1:] if first.islower() else text
