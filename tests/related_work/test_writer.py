import re
from collections.abc import Iterator

import pytest

from ragassist.errors import ModelUnavailable, UsageError
from ragassist.library import Library
from ragassist.models.choice import ModelChoice
from ragassist.related_work.bibliography import to_bibtex
from ragassist.related_work.formats import format_text
from ragassist.related_work.outcome import RelatedWork
from ragassist.types import Declined, Filters, Usage
from tests.bibliographies.readers import read_bibtex, read_latex, title_of
from tests.chat_server import MODEL, ChatServer, Message, Reply
from tests.papers_made import Stated
from tests.related_work.conftest import MakeLibrary
from tests.related_work.outcomes import declined, drain, quote_of, write

TOPIC = "retrieval-augmented generation"


def test_every_sentence_is_a_quotation_of_the_paper_it_names(sample: Library) -> None:
    work = write(sample, TOPIC)
    assert len(work.claims) > 6
    assert {claim.verdict for claim in work.claims} == {"supported"}
    for claim in work.claims:
        (paper_id,) = claim.citations
        paper = sample.paper(paper_id)
        (evidence,) = claim.evidence
        assert quote_of(claim) == evidence.quote
        assert evidence.quote == paper.abstract[evidence.start : evidence.stop]
        assert claim.text.startswith(paper.authors[0].split()[-1])
    assert work.origin.answerer == "extractive"
    assert work.uncited == ()


def test_paragraphs_are_the_themes_and_papers_stand_in_them_by_year(sample: Library) -> None:
    work = write(sample, TOPIC)
    assert len(work.themes) > 1
    for place, theme in enumerate(work.themes):
        cited = [c.citations[0] for c in work.claims if c.paragraph == place]
        assert cited == list(theme.paper_ids)
        years = [sample.paper(paper_id).year or 0 for paper_id in cited]
        assert years == sorted(years)
    assert [p.paper_id for p in work.references] == [c.citations[0] for c in work.claims]


def test_the_same_topic_gives_the_same_text(sample: Library) -> None:
    assert write(sample, TOPIC) == write(sample, f"  {TOPIC}\n")


@pytest.mark.parametrize(
    ("topic", "among", "not_among"),
    [
        ("fact checking", {"thorne2018fever", "wadden2020fact"}, {"khattab2020colbert"}),
        ("dense retrieval", {"karpukhin2020dense", "gao2023precise"}, {"yao2023react"}),
        ("late interaction", {"khattab2020colbert"}, {"ji2023survey"}),
    ],
)
def test_papers_that_bear_on_the_topic_are_written_about_and_others_are_not(
    sample: Library, topic: str, among: set[str], not_among: set[str]
) -> None:
    cited = {paper.paper_id for paper in write(sample, topic).references}
    assert among <= cited
    assert not_among.isdisjoint(cited)


def test_a_whole_abstract_is_a_topic_as_well(sample: Library) -> None:
    draft = (
        "We present a system that answers questions about a personal library of papers. Each "
        "sentence of an answer cites the paper behind it, and each citation is checked against "
        "the abstract before it is shown. Existing assistants invent references or attribute "
        "statements to papers that do not make them. Our method retrieves passages, writes an "
        "answer with a language model, and verifies every claim with a textual-entailment "
        "classifier."
    )
    cited = {paper.paper_id for paper in write(sample, draft).references}
    assert {"gao2023enabling", "tang2024minicheck", "lala2023paperqa"} <= cited


@pytest.mark.parametrize("topic", ["protein folding", "best pizza in Naples", "the", "水"])
def test_what_no_paper_is_about_is_declined_with_the_nearest(sample: Library, topic: str) -> None:
    outcome = declined(sample, topic)
    assert outcome.reason == "No abstract in the library bears on this topic."
    assert len(outcome.nearest) <= 3


def test_of_a_topic_that_joins_two_it_is_enough_to_bear_on_one(sample: Library) -> None:
    work = write(sample, "hallucination and grounding")
    assert {"ji2023survey", "tang2024minicheck"} <= {paper.paper_id for paper in work.references}
    for topic in ("pasta and pizza", "wine and language", "bread baking, training"):
        assert declined(sample, topic).nearest


def test_filters_that_nothing_passes_are_the_reason(sample: Library) -> None:
    outcome = drain(sample.related(TOPIC, filters=Filters(year_from=2090)))
    assert isinstance(outcome, Declined)
    assert outcome.reason == "No paper of the library passes the filters: from year 2090."


def test_filters_hold(sample: Library) -> None:
    outcome = drain(sample.related(TOPIC, filters=Filters(year_from=2024)))
    assert isinstance(outcome, RelatedWork)
    assert {paper.year for paper in outcome.references} == {2024}


def test_papers_beyond_the_limit_are_listed(sample: Library) -> None:
    work = write(sample, TOPIC, limit=3)
    assert len(work.references) == 3
    assert {left.reason for left in work.left_out} == {"less relevant than the first 3"}
    assert not {left.paper for left in work.left_out} & set(work.references)


def test_a_wrong_call_says_so(sample: Library) -> None:
    with pytest.raises(UsageError, match="the topic '' has no word"):
        drain(sample.related("  "))
    with pytest.raises(UsageError, match="limit=0"):
        drain(sample.related(TOPIC, limit=0))


NASTY: list[Stated] = [
    {
        "_id": "R&D_1",
        "title": r"R&D of 100% {Sea_Clocks}: $\alpha$ ~ #1 ^2",
        "authors": ["Łukasz Ångström", "Ærø & Sons {Ltd"],
        "year": 2020,
        "abstract": r"We build sea clocks at 5% of {the} cost_of $\beta^2$ & use #3 \emph{gears}~. "
        "Sea clocks are 'old'' and ``slow''.",
    },
    {
        "_id": "müller:2021",
        "title": "Sea clocks of the Ægean — αβγ",
        "authors": ["Müller, Jürgen"],
        "year": 2021,
        "abstract": "We present sea clocks from Ἰθάκη whose α-gears resist “salt” and ‘sand’.",
    },
    {
        "_id": "水2022",
        "title": "海の時計 sea clocks",
        "authors": ["水野 花"],
        "abstract": "We describe sea clocks, 海の時計, that the tide winds up by itself at night.",
    },
    {"_id": "bare", "title": "Sea clocks", "authors": ["Bo Ames"], "year": 1990},
]


def test_latex_and_bibliography_fit_whatever_the_papers_hold(make_library: MakeLibrary) -> None:
    with Library.open(make_library(NASTY)) as library:
        work = write(library, "sea clocks")
        papers = {paper.paper_id: paper for paper in library.papers()}
    entries = read_bibtex(to_bibtex(work.references))
    text = read_latex(format_text(work, "latex"))
    assert sorted(entries) == sorted(text.cited)
    assert len(text.cited) == 3
    for line, claim in zip(text.lines, work.claims, strict=True):
        assert line.endswith(f": “{quote_of(claim)}”")
    for key, entry in entries.items():
        assert title_of(entry.fields["title"]) == papers[key].title


def test_a_paper_without_an_abstract_is_left_out_and_listed(make_library: MakeLibrary) -> None:
    with Library.open(make_library(NASTY)) as library:
        (left,) = write(library, "sea clocks").left_out
    assert left.paper.paper_id == "bare"
    assert left.reason == "title only: there is no abstract to hold a sentence against"


def test_titles_alone_are_no_ground_to_write_on(make_library: MakeLibrary) -> None:
    with Library.open(make_library(NASTY[3:])) as library:
        outcome = declined(library, "sea clocks")
    assert outcome.reason.startswith("Only titles in the library bear on this topic")
    assert [paper.paper_id for paper in outcome.nearest] == ["bare"]


def test_two_papers_are_one_paragraph_without_a_heading(make_library: MakeLibrary) -> None:
    with Library.open(make_library(NASTY[1:3])) as library:
        work = write(library, "sea clocks")
    assert [claim.paragraph for claim in work.claims] == [0, 0]
    assert "##" not in format_text(work, "markdown")


_PASSAGE = re.compile(r'<passage key="(P\d+)"[^>]*>\n.*?\n(.*?)\n?</passage>', re.S)


def honest(messages: list[Message]) -> Reply:
    """Every passage's first sentence, cited."""
    passages = _PASSAGE.findall(messages[-1]["content"])
    return Reply(
        text=" ".join(f"{text.split('. ')[0].rstrip('.')} [{key}]." for key, text in passages)
    )


def of_the_first_passage(messages: list[Message]) -> Reply:
    """The first passage's first sentence, and nothing of the others."""
    first, *_ = honest(messages).text.partition("]. ")
    return Reply(text=first if first.endswith(".") else f"{first}].")


def inventing(messages: list[Message]) -> Reply:
    """As `honest`, and a sentence with a key that is not there; it cannot be repaired either."""
    if "What is wrong" in messages[-1]["content"]:
        return Reply(text="NO_SUPPORT")
    return Reply(text=f"{honest(messages).text} Nobody knew this before [P99].")


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(honest) as server:
        yield server


def opened(folder: object, server: ChatServer) -> Library:
    choice = ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url, timeout_s=5)
    return Library.open(str(folder), model=choice)


def test_a_model_writes_a_paragraph_for_each_theme(
    sample_folder: object, server: ChatServer
) -> None:
    with opened(sample_folder, server) as library:
        work = write(library, TOPIC)
    assert len(server.requests) == len(work.themes) > 1
    for theme, request in zip(work.themes, server.requests, strict=True):
        assert f"Theme of this paragraph: {theme.name}" in request.user
        assert f"The paper is about: {TOPIC}" in request.user
    assert {claim.verdict for claim in work.claims} == {"supported"}
    assert sorted({claim.paragraph for claim in work.claims}) == list(range(len(work.themes)))
    assert work.uncited == ()
    assert work.origin.answerer == f"openai:{MODEL}"
    assert set(work.origin.prompts) == {"related"}
    assert work.origin.usage == Usage(
        calls=len(work.themes),
        input_tokens=120 * len(work.themes),
        output_tokens=30 * len(work.themes),
        cost_usd=None,
    )
    cited = read_latex(format_text(work, "latex")).cited
    assert set(cited) == set(read_bibtex(to_bibtex(work.references)))


def test_an_invented_key_is_flagged_where_no_repair_helps(sample_folder: object) -> None:
    with ChatServer(inventing) as server, opened(sample_folder, server) as library:
        work = write(library, TOPIC)
    flagged = [claim for claim in work.claims if claim.invented]
    assert len(flagged) == work.origin.repairs == len(work.themes)
    assert {claim.verdict for claim in flagged} == {"unsupported"}
    text = read_latex(format_text(work, "latex"))
    assert sum("*[P99?]*" in line and "*[unsupported?]*" in line for line in text.lines) == len(
        flagged
    )
    assert "P99" not in to_bibtex(work.references)


def test_papers_that_the_model_does_not_cite_are_reported(sample_folder: object) -> None:
    with ChatServer(of_the_first_passage) as server, opened(sample_folder, server) as library:
        work = write(library, TOPIC)
    cited = {paper.paper_id for paper in work.references}
    grouped = [paper_id for theme in work.themes for paper_id in theme.paper_ids]
    assert len(cited) == len(work.themes)
    assert [paper.paper_id for paper in work.uncited] == [p for p in grouped if p not in cited]


def test_a_model_that_fails_on_the_way_leaves_what_it_wrote(sample_folder: object) -> None:
    def failing(messages: list[Message]) -> Reply:
        return honest(messages) if len(asked.requests) == 1 else Reply(text=" ")

    with ChatServer(failing) as asked, opened(sample_folder, asked) as library:
        work = write(library, TOPIC)
    assert {claim.paragraph for claim in work.claims} == {0}
    assert "answered nothing" in work.origin.failure
    assert work.origin.usage.calls == 2
    assert {paper.paper_id for paper in work.uncited} == {
        paper_id for theme in work.themes[1:] for paper_id in theme.paper_ids
    }


def test_a_model_that_fails_at_once_is_an_error(sample_folder: object) -> None:
    with (
        ChatServer([Reply(text=" ")]) as server,
        opened(sample_folder, server) as library,
        pytest.raises(ModelUnavailable),
    ):
        drain(library.related(TOPIC))


def test_a_model_that_finds_nothing_to_say_declines(sample_folder: object) -> None:
    reply = Reply(text="NO_ANSWER: what sea clocks cost")
    with ChatServer([reply]) as server, opened(sample_folder, server) as library:
        outcome = declined(library, TOPIC)
    assert outcome.reason == (
        "No abstract in the library bears on this topic. Missing: what sea clocks cost"
    )
    assert outcome.origin.usage.calls > 1


@pytest.mark.parametrize("with_model", [True, False])
def test_who_stops_it_keeps_what_came(
    sample_folder: object, server: ChatServer, with_model: bool
) -> None:
    library = opened(sample_folder, server) if with_model else Library.open(str(sample_folder))
    with library:
        stream = library.related(TOPIC)
        first = next(stream)
        with pytest.raises(StopIteration) as end:
            stream.throw(KeyboardInterrupt)
    work = end.value.value
    assert work.claims == (first,)
    assert work.origin.interrupted
    assert len(work.uncited) > 3
