from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.grounding.containment import Weigh
from ragassist.grounding.ledger import Ledger, rarity_in, tally
from ragassist.storage.catalog import Catalog
from ragassist.storage.intake import absorb, open_source
from ragassist.types import Chunk, Claim, Evidence, Mark, Paper, Record

LAMPS = (
    "We study lamps in libraries. Reading by a dim lamp at night tires the eyes of 24.8% of "
    "readers. Brighter lamps, however, disturb sleep. Four libraries took part."
)
PAPERS = {
    paper.paper_id: paper
    for paper in (
        Paper(paper_id="lamps", title="Lamps for readers", abstract=LAMPS, year=2019,
              authors=("Ada Wick",)),
        Paper(paper_id="ink", title="Ink for writers",
              abstract="Writers choose an ink by its colour. Blue ink fades within ten years."),
        Paper(paper_id="dim", title="Dim light", abstract="Dim light tires the eyes of readers."),
        Paper(paper_id="mills", title="Paper mills"),
        Paper(paper_id="wicks", title="Wicks", abstract="Results. It works. No effects of oil."),
        Paper(paper_id="deng", title="灯", abstract="昏暗的灯光使读者的眼睛疲劳。"),
    )
}  # fmt: skip


def evenly(words: Sequence[str]) -> Mapping[str, float]:
    return dict.fromkeys(words, 1.0)


def check(text: str, *cited: str, weigh: Weigh = evenly) -> Claim:
    marks = tuple(
        Mark(key=key, paper_id=None if key.startswith("P") else key, at=len(text)) for key in cited
    )
    ledger = Ledger(PAPERS, weigh, question="What do candles do to the eyes?")
    return ledger.check(Claim(text=text, marks=marks))


def judged(text: str, *cited: str) -> tuple[str, str]:
    claim = check(text, *cited)
    return claim.verdict, claim.why


@pytest.mark.parametrize(
    ("text", "cited", "verdict", "why"),
    [
        ("Dim lamps tire the eyes.", (), "uncited", "cites no paper"),
        ("Dim lamps tire the eyes [12, 14].", (), "uncited",
         "cites by number or name, and no paper by its key"),
        ("Dim lamps tire (Wick et al., 2019).", (), "uncited",
         "cites by number or name, and no paper by its key"),
        ("## Lamps", (), "unjudged", "a heading"),
        ("Of lamps we know **this:**", (), "unjudged", "leads in what follows"),
        ("## Ergebnisse", (), "unjudged", "a heading"),
        ("### 2. Causes of tired eyes", (), "unjudged", "a heading"),
        ("## How can lamps tire readers?", (), "unjudged", "a heading"),
        ("## GPT-5 cures cancer", (), "uncited", "cites no paper"),
        ("## Aspirin cures cancer", (), "uncited", "cites no paper"),
        ("## Lamps tire 90% of readers", (), "uncited", "cites no paper"),
        ("## Ink is dead", (), "uncited", "cites no paper"),
        ("## Newspapers and radio in postwar Europe", (), "uncited", "cites no paper"),
        ("GPT-4 beats all humans on 99% of tasks in 2031, as follows:", (), "uncited",
         "cites no paper"),
        ("Rivers power the mills of Europe:", (), "uncited", "cites no paper"),
        ("Dim lamps always tire the eyes:", (), "uncited", "cites no paper"),
        ("Brighter lamps improve sleep in two ways:", (), "uncited", "cites no paper"),
        ("Lamps disturb the sleep of readers in several ways:", (), "unjudged",
         "leads in what follows"),
        ("What candles do is as follows:", (), "unjudged", "leads in what follows"),
        ("Sure!", (), "unjudged", "says nothing of the subject"),
        ("Let me know if you need more details.", (), "unjudged", "says nothing of the subject"),
        ("Lamps for readers", ("lamps",), "unjudged", "names what it cites"),
        ("References: 1. Lamps for readers (2019) 2. Dim light", ("lamps", "dim"), "unjudged",
         "names what it cites"),
        ("Schwaches Licht ist für die Augen der Leser nicht gut.", ("lamps",), "unjudged",
         "in another language than what it cites"),
        ("Dim lamps tire the eyes.", ("lamps",), "supported", ""),
        ("Dim lamps tire the eyes.", ("P9",), "unsupported",
         "cites [P9], which is no paper it was given"),
        ("Dim lamps tire the eyes.", ("lamps", "P9", "P0"), "unsupported",
         "cites [P9], [P0], which are no papers it was given"),
        ("Dim lamps tire the eyes.", ("lamps", "lost"), "unsupported",
         "cites lost, which was not among the passages"),
        ("Mills make paper.", ("mills",), "unjudged", "title only"),
        ("Rivers power the mills of Europe.", ("lamps",), "unsupported",
         "its abstract says little of this"),
        ("Rivers power the mills of Europe.", ("lamps", "ink"), "unsupported",
         "its abstracts say little of this"),
        ("Rivers power the mills of Europe.", ("lamps", "mills"), "unjudged",
         "its abstract says little of this, and another paper it cites has a title only"),
        ("Dim lamps tire the eyes.", ("lamps", "mills"), "supported", ""),
        ("昏暗的灯光使读者疲劳。", ("lamps",), "unjudged", "in another script than what it cites"),
        ("昏暗的灯光使读者疲劳。", ("deng",), "unjudged",
         "in a script without spaces between words"),
        ("昏暗的灯光使读者的眼睛疲劳。", ("deng",), "supported", ""),
        ("Lamps do.", ("lamps",), "unjudged", "too few words to judge by"),
        ("No.", ("wicks",), "unjudged", "too few words to judge by"),
        ("Effects", ("wicks",), "unjudged", "too few words to judge by"),
        ("Results.", ("wicks",), "unjudged", "too few words to judge by"),
        ("灯光", ("deng",), "unjudged", "in a script without spaces between words"),
        ("It works.", ("wicks",), "supported", ""),
    ],
)  # fmt: skip
def test_a_claim_is_judged_by_what_it_cites(
    text: str, cited: tuple[str, ...], verdict: str, why: str
) -> None:
    assert judged(text, *cited) == (verdict, why)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Rivers power all of the mills in Europe.", "unjudged"),
        ("Mühlen an der Donau mahlen das Korn für viele Städte.", "unsupported"),
        ("Mühlen mahlen Korn.", "unsupported"),
    ],
)
def test_a_claim_in_another_language_than_its_abstract_is_not_judged_by_its_words(
    text: str, verdict: str
) -> None:
    german = Paper(
        paper_id="lampen",
        title="Lampen",
        abstract="Das trübe Licht der Lampen ermüdet die Augen von Lesern, und es stört den "
        "Schlaf bei denen, die in der Nacht lesen.",
    )
    claim = Claim(text=text, marks=(Mark(key="lampen", paper_id="lampen", at=len(text)),))

    assert Ledger({"lampen": german}, evenly).check(claim).verdict == verdict


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('A dim lamp "tires the eyes" of readers at night.', ""),
        ("A dim lamp “Tires the Eyes,” of readers at night.", ""),
        ('They say "lamps for readers" disturb sleep.', ""),
        ('They "ruin the eyes" of readers at night.', "quotes what no cited abstract says"),
        ("Dim lamps tire 24.8 percent of readers.", ""),
        ("Dim lamps tire 25% of readers.", "no cited abstract has the number 25"),
        ("In 2019, dim lamps tired readers in 4 libraries.", ""),
        ("In 2020, dim lamps tired readers.", "no cited abstract has the number 2020"),
    ],
)
def test_quotations_and_numbers_must_stand_in_a_cited_abstract(text: str, why: str) -> None:
    claim = check(text, "lamps")

    assert (claim.verdict, claim.why) == ("unsupported" if why else "supported", why)


def test_a_missing_number_may_stand_in_a_paper_without_abstract() -> None:
    assert judged("Dim lamps tire 25% of readers.", "lamps", "mills") == (
        "unjudged",
        "no cited abstract has the number 25, and another paper it cites has a title only",
    )


def test_what_a_title_authors_and_year_say_need_not_stand_in_the_abstract() -> None:
    assert judged("Wick et al. (2019) study lamps for readers.", "lamps") == ("supported", "")


def test_a_claim_that_contradicts_in_the_same_words_is_not_noticed() -> None:
    assert judged("Reading by a dim lamp does not tire the eyes.", "lamps") == ("supported", "")


def test_evidence_is_the_sentence_that_says_most() -> None:
    claim = check("Eyes tire when reading by a dim lamp.", "lamps")

    assert [one.quote for one in claim.evidence] == [
        "Reading by a dim lamp at night tires the eyes of 24.8% of readers."
    ]


def test_evidence_is_two_sentences_where_both_are_needed() -> None:
    claim = check("Dim lamps tire the eyes and brighter lamps disturb sleep.", "lamps")

    assert [one.quote for one in claim.evidence] == [
        "Reading by a dim lamp at night tires the eyes of 24.8% of readers. "
        "Brighter lamps, however, disturb sleep."
    ]


def test_evidence_of_a_claim_in_the_abstracts_own_words_is_those_words() -> None:
    claim = check("Blue ink fades within ten years.", "ink")
    part = check("Disturb sleep.", "lamps")

    assert claim.evidence == (
        Evidence(paper_id="ink", quote="Blue ink fades within ten years.", start=37, stop=69),
    )
    assert (part.verdict, part.evidence[0].quote) == ("supported", "disturb sleep.")


def test_evidence_of_a_single_word_is_the_sentence_it_stands_in() -> None:
    assert [one.quote for one in check("Effects.", "wicks").evidence] == ["No effects of oil."]


def cites_by_key(key: str, lookup: Callable[[str], str | None]) -> Claim:
    text = "Dim lamps tire the eyes."
    claim = Claim(text=text, marks=(Mark(key=key, paper_id=None, at=len(text)),))
    return Ledger(PAPERS, evenly, lookup).check(claim)


def test_a_key_of_a_paper_that_was_not_found_is_told_from_an_invented_one() -> None:
    library = {"lost2018fever": "lost2018fever", "wick19": "lamps", "P9": "lost2018fever"}
    known = cites_by_key("lost2018fever", library.get)
    alias = cites_by_key("wick19", library.get)
    passage = cites_by_key("P9", library.get)
    nobody = cites_by_key("smith2020foo", library.get)

    assert (known.verdict, known.why, known.citations, known.invented) == (
        "unsupported",
        "cites lost2018fever, which was not among the passages",
        ("lost2018fever",),
        (),
    )
    assert (alias.verdict, alias.citations) == ("supported", ("lamps",))
    assert alias.marks[0].key == "wick19"
    # Whatever a source calls its papers, `P9` stands for a passage.
    assert (passage.citations, passage.invented) == ((), ("P9",))
    assert nobody.why == "cites [smith2020foo], which is no paper it was given"


def test_evidence_is_given_for_every_cited_abstract_in_the_order_of_citing() -> None:
    claim = check("Dim light tires the eyes of readers.", "mills", "lamps", "dim")

    assert [one.paper_id for one in claim.evidence] == ["lamps", "dim"]


@pytest.mark.parametrize(
    ("text", "cited", "verdict", "why"),
    [
        ("Dim light tires readers at night.", ("lamps", "dim"), "supported", ""),
        ("Dim lamps tire the eyes of readers.", ("lamps", "ink"), "partial",
         "ink adds nothing to it"),
        ("Dim lamps tire the eyes and blue ink fades.", ("lamps", "ink"), "supported", ""),
    ],
)  # fmt: skip
def test_of_several_papers_one_that_says_nothing_of_it_is_named(
    text: str, cited: tuple[str, ...], verdict: str, why: str
) -> None:
    assert judged(text, *cited) == (verdict, why)


def test_rare_words_count_most() -> None:
    def weigh(words: Sequence[str]) -> Mapping[str, float]:
        return {word: 9.0 if word == "zeppelins" else 1.0 for word in words}

    text = "Zeppelins tire the eyes of readers."
    assert check(text, "lamps").verdict == "supported"
    assert check(text, "lamps", weigh=weigh).verdict == "unsupported"


@settings(deadline=None)
@given(text=st.text(max_size=60) | st.lists(st.sampled_from([*LAMPS.split(), '"', "7", "-"]),
                                            max_size=12).map(" ".join))  # fmt: skip
def test_evidence_reproduces_the_abstract_and_the_claim_stays(text: str) -> None:
    claim = check(text, "lamps", "ink", "mills")

    assert [one.paper_id for one in claim.evidence] == ["lamps", "ink"]
    for one in claim.evidence:
        assert PAPERS[one.paper_id].abstract[one.start : one.stop] == one.quote
    assert claim.text == text
    assert bool(claim.why) == (claim.verdict != "supported")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    opened = Catalog.create(tmp_path_factory.mktemp("ledger"))
    records = [
        Record(title=paper.title, abstract=paper.abstract, line=line)
        for line, paper in enumerate(PAPERS.values(), 1)
    ]
    with opened.transaction():
        source_id = open_source(opened, "refs.jsonl", "jsonl")
        absorb(opened, source_id, 1, records, lambda _, a: (Chunk(start=0, stop=len(a)),))
    yield opened
    opened.close()


def test_rarity_is_inverse_document_frequency_in_the_library(catalog: Catalog) -> None:
    weights = rarity_in(catalog)(["readers", "ink", "zeppelin"])

    # ln(1 + (6 - n + .5) / (n + .5)) for n of 6 chunks: 2, 1 and 0.
    assert {word: round(weight, 3) for word, weight in weights.items()} == {
        "readers": 1.03,
        "ink": 1.54,
        "zeppelin": 2.639,
    }


def test_any_claim_can_be_weighed_in_a_library(catalog: Catalog) -> None:
    ledger = Ledger(PAPERS, rarity_in(catalog))
    text = 'NEAR("lamps" OR) AND * ^ \ud800 \0 _ İ'
    claim = Claim(text=text, marks=(Mark(key="lamps", paper_id="lamps", at=0),))

    assert ledger.check(claim).verdict in {"supported", "unsupported", "unjudged"}


def test_a_tally_counts_the_verdicts_that_occur_in_their_order() -> None:
    claims = [
        Claim(text="a", verdict="uncited"),
        Claim(text="b", verdict="supported"),
        Claim(text="c", verdict="uncited"),
    ]

    assert list(tally(claims).items()) == [("supported", 1), ("uncited", 2)]
    assert tally([]) == {}
