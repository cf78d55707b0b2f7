import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragassist.answering.evidence import weigh_words
from ragassist.library import Library
from ragassist.storage.catalog import Catalog
from ragassist.types import Answer, Declined, Style
from tests.shared_data import shared

Record = Mapping[str, object]

TOOL_PAPER: Record = {
    "_id": "wren2021tools",
    "title": "Teaching Parsers to Consult Almanacs",
    "abstract": (
        "Parsers have received much attention in recent years. "
        "However, parsers cannot consult almanacs. "
        "To this end, we train parsers to consult almanacs while they read tide tables. "
        "It needs no labels. "
        "Results show that parsers with almanacs predict tides twice as well as parsers without, "
        "cf. Fig. 2 of Wren et al. and e.g. the tables of Dr. Hale. "
        "Our code is available at https://example.org/almanacs."
    ),
}
OTHER_PAPER: Record = {
    "_id": "hale2019soil",
    "title": "Clay Soils and Their Drainage",
    "abstract": "We measure how clay soils drain after rain. Sandy soils drain faster than clay.",
}
TITLE_ONLY: Record = {"_id": "ames1990tides", "title": "Parsers Consult Almanacs of Tide Tables"}


def make_library(folder: Path, *records: Record) -> Library:
    source = folder / "papers.jsonl"
    source.write_text(
        "".join(json.dumps(dict(record)) + "\n" for record in records), encoding="utf-8"
    )
    library = Library.open(folder / "library")
    library.add(source)
    return library


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("sample")
    source = folder / "sample.jsonl"
    shipped = resources.files("ragassist").joinpath("resources/sample_library.jsonl")
    source.write_bytes(shipped.read_bytes())
    with Library.open(folder / "library") as library:
        library.add(source)
        yield library


def texts(said: Answer | Declined) -> list[str]:
    assert isinstance(said, Answer)
    return [claim.text for claim in said.claims]


def assert_verbatim(library: Library, said: Answer | Declined) -> None:
    if isinstance(said, Declined):
        return
    assert 1 <= len(said.claims) <= 5
    passages = {passage.paper_id for passage in said.passages}
    for claim in said.claims:
        (paper_id,) = claim.citations
        (evidence,) = claim.evidence
        assert paper_id in passages
        assert evidence.paper_id == paper_id
        # Cut behind "To this end, " a quote begins small; the sentence does not.
        assert claim.text in (evidence.quote, evidence.quote[0].upper() + evidence.quote[1:])
        assert evidence.quote == library.paper(paper_id).abstract[evidence.start : evidence.stop]


SAMPLE_QUESTIONS = [
    "How does Self-RAG decide when to retrieve?",
    "colbert index compression",
    "Do bigger models lie more?",
    "Is BM25 still competitive with neural retrievers?",
    "How can RAG be evaluated without gold answers?",
    "best pizza in Naples",
]


@pytest.mark.parametrize("question", SAMPLE_QUESTIONS)
def test_every_claim_is_verbatim_and_cites_a_paper_that_was_retrieved(
    sample: Library, question: str
) -> None:
    assert_verbatim(sample, sample.ask(question))


@pytest.mark.parametrize("question", SAMPLE_QUESTIONS)
def test_the_same_question_has_the_same_answer(sample: Library, question: str) -> None:
    first, second = sample.ask(question), sample.ask(question)
    assert type(first) is type(second)
    if isinstance(first, Answer) and isinstance(second, Answer):
        assert first.claims == second.claims
        assert first.text == second.text


def test_the_sentence_that_answers_is_the_answer(sample: Library) -> None:
    assert texts(sample.ask("What are the two free parameters of BM25?")) == [
        "Two free parameters control how quickly term frequency saturates and how strongly "
        "document length is normalised."
    ]


def test_an_acronym_is_read_as_what_the_library_introduces_it_for(sample: Library) -> None:
    said = sample.ask("How can RAG be evaluated without gold answers?")
    assert texts(said)[0] == (
        "RAGAs evaluates retrieval-augmented generation when no reference answers are available."
    )


def test_a_synonym_answers_as_the_word_itself_does(sample: Library) -> None:
    said = sample.ask("Automatic writing of encyclopedia articles")
    assert isinstance(said, Answer)
    assert said.claims[0].citations == ("shao2024assisting",)


@pytest.mark.parametrize(
    "question",
    [
        "best pizza in Naples",
        "How long should I boil an egg?",
        "protein structure prediction with transformers",
        "How do diffusion models generate images?",
        "How does BERTScore treat image captions?",
        "retrieval for code completion in IDEs",
    ],
)
def test_what_no_paper_is_about_is_declined_with_the_nearest(
    sample: Library, question: str
) -> None:
    said = sample.ask(question)
    assert isinstance(said, Declined)
    assert 1 <= len(said.nearest) <= 3
    assert [paper.paper_id for paper in said.nearest] == [
        passage.paper_id for passage in said.passages[: len(said.nearest)]
    ]


@pytest.mark.parametrize("question", ["what is it and how", "is this about that?", "the"])
def test_a_question_of_stop_words_alone_is_declined(sample: Library, question: str) -> None:
    assert isinstance(sample.ask(question), Declined)


@pytest.mark.parametrize("question", ["检索增强生成是什么?", "Что такое поиск?", "ما هو الاسترجاع"])
def test_a_question_in_another_script_is_declined_in_peace(sample: Library, question: str) -> None:
    assert isinstance(sample.ask(question), Declined)


def test_a_question_of_ten_thousand_characters_is_answered_or_declined(sample: Library) -> None:
    said = sample.ask("How does dense retrieval compare with BM25 on BEIR? " * 200)
    assert_verbatim(sample, said)
    assert isinstance(said, Answer)


def test_a_library_of_one_paper_answers_without_words_that_lean_on_what_is_not_quoted(
    tmp_path: Path,
) -> None:
    with make_library(tmp_path, TOOL_PAPER) as library:
        said = library.ask("How do parsers learn to consult almanacs?")
        assert_verbatim(library, said)
        assert "We train parsers to consult almanacs while they read tide tables." in texts(said)
        assert not any(text.startswith(("To this end", "However", "It ")) for text in texts(said))


def test_abbreviations_do_not_cut_a_sentence(tmp_path: Path) -> None:
    with make_library(tmp_path, TOOL_PAPER, OTHER_PAPER) as library:
        said = library.ask("Do parsers with almanacs predict tides better?")
        assert any(
            text.startswith("Results show") and text.endswith("the tables of Dr. Hale.")
            for text in texts(said)
        )


def test_a_paper_of_another_subject_is_not_cited(tmp_path: Path) -> None:
    with make_library(tmp_path, TOOL_PAPER, OTHER_PAPER) as library:
        said = library.ask("How quickly do clay soils drain?")
        assert isinstance(said, Answer)
        assert [paper.paper_id for paper in said.references] == ["hale2019soil"]


def test_a_hyphenated_word_counts_whole_where_the_library_knows_it(tmp_path: Path) -> None:
    kettles = {
        "id": "kettles",
        "title": "Self-heating kettles for huts",
        "abstract": "We build self-heating kettles that boil water without any flame.",
    }
    make_library(tmp_path, kettles).close()
    catalog = Catalog.open(tmp_path / "library")
    known = weigh_words(catalog, "Does self-heating boil water?")
    unknown = weigh_words(catalog, "Does re-boiling water help?")
    catalog.close()
    assert known is not None
    assert set(known.shares) == {"boil", "water", "self heating"}
    assert unknown is not None
    assert set(unknown.shares) == {"re", "boiling", "water", "help"}


def test_a_question_for_a_figure_is_answered_with_one(tmp_path: Path) -> None:
    library = make_library(
        tmp_path,
        {
            "id": "lamps",
            "title": "Lamps for reading rooms",
            "abstract": "We present lamps for reading rooms in libraries of the north. "
            "The reading rooms have 1,250 lamps in all. "
            "We show that lamps in reading rooms are bright.",
        },
    )
    with library:
        assert any("1,250" in text for text in texts(library.ask("How many lamps have the rooms?")))


def test_a_short_sentence_that_answers_is_quoted(tmp_path: Path) -> None:
    paper: Record = {
        "id": "statins",
        "title": "Statins in the prevention of stroke",
        "abstract": "Statins reduce stroke risk by 30%. The trial enrolled patients from several "
        "European hospitals.",
    }
    with make_library(tmp_path, paper, OTHER_PAPER) as library:
        said = texts(library.ask("Do statins reduce stroke risk?"))
    assert said[0] == "Statins reduce stroke risk by 30%."


def test_a_paper_without_abstract_is_never_quoted(tmp_path: Path) -> None:
    with make_library(tmp_path, TITLE_ONLY, OTHER_PAPER) as library:
        said = library.ask("Parsers consult almanacs of tide tables")
        assert isinstance(said, Declined)
        assert said.nearest[0].paper_id == "ames1990tides"


def test_a_misspelt_word_still_finds_its_paper(tmp_path: Path) -> None:
    with make_library(tmp_path, TOOL_PAPER, OTHER_PAPER) as library:
        said = library.ask("How do parsers consult almancas?")
        assert isinstance(said, Answer)
        assert said.claims[0].citations == ("wren2021tools",)


@pytest.mark.parametrize(
    "abstract",
    [
        "parsers consult almanacs " * 1000,
        "Parsers consult almanacs without an end",
        "???!!!...",
        "Parsers. Consult. Almanacs.",
        "\u200b . . . [ ] ( ) parsers consult almanacs .",
    ],
)
def test_what_is_no_sentence_is_not_quoted(tmp_path: Path, abstract: str) -> None:
    record = {"_id": "odd", "title": "Parsers consult almanacs", "abstract": abstract}
    with make_library(tmp_path, record, OTHER_PAPER) as library:
        said = library.ask("parsers consult almanacs")
        assert_verbatim(library, said)
        if isinstance(said, Answer):
            assert all(len(claim.text) <= 450 for claim in said.claims)


WORDS = st.sampled_from(
    "we propose however this tides almanacs parsers clay soils drain et al. e.g. Fig. 2 3.5 (RAG) "
    "it results show therefore To this end, 水 über ? ! . . . \n".split(" ")
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    abstracts=st.lists(st.lists(WORDS, max_size=60).map(" ".join), min_size=1, max_size=4),
    question=st.lists(WORDS, min_size=1, max_size=8).map(" ".join),
)
def test_claims_are_verbatim_whatever_the_abstracts_hold(
    tmp_path_factory: pytest.TempPathFactory, abstracts: Sequence[str], question: str
) -> None:
    records = [
        {"_id": f"p{n}", "title": f"Parsers and tides {n}", "abstract": abstract}
        for n, abstract in enumerate(abstracts)
    ]
    with make_library(tmp_path_factory.mktemp("invented"), *records) as library:
        assert_verbatim(library, library.ask(f"parsers {question}"))


def test_answering_loads_neither_language_models_nor_token_counters(tmp_path: Path) -> None:
    make_library(tmp_path, TOOL_PAPER).close()
    code = (
        "import sys; from ragassist.library import Library\n"
        f"Library.open({str(tmp_path / 'library')!r}).ask('How do parsers consult almanacs?')\n"
        "print([m for m in ('langchain', 'langchain_core', 'tiktoken', 'sklearn') "
        "if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_background_is_left_out_where_papers_say_what_they_did(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        library.add(shared("corpora", "seeds"))
        said = library.ask("How do language models learn to use external tools?")
        assert_verbatim(library, said)
        assert isinstance(said, Answer)
        assert said.claims[0].citations == ("qin2023toolllm",)
        assert not any("witnessed" in claim.text for claim in said.claims)
        assert isinstance(library.ask("best pizza in Naples"), Declined)


LIGHTHOUSES: tuple[Record, ...] = (
    {
        "_id": "abel2001lamps",
        "title": "How lighthouses guide ships by lamps",
        "abstract": "We show that lighthouses with lamps of whale oil guide ships for nine hours "
        "a night, past the cape in winter.",
    },
    {
        "_id": "berg2002horns",
        "title": "How lighthouses guide ships by horns",
        "abstract": "We show that lighthouses guide ships by horns in weather when fog hides "
        "every lamp.",
    },
)
SHIPS = "How do lighthouses guide ships?"


def quoted(folder: Path, words: int | None) -> tuple[Answer, list[str]]:
    told: list[str] = []
    make_library(folder, *LIGHTHOUSES).close()
    with Library.open(folder / "library", notify=told.append) as library:
        said = library.ask(SHIPS, style=Style(words=words))
    assert isinstance(said, Answer)
    return said, told


def test_a_sentence_that_does_not_fit_the_words_gives_way_to_one_that_does(tmp_path: Path) -> None:
    said, told = quoted(tmp_path, 20)

    assert [claim.citations for claim in said.claims] == [("berg2002horns",)]
    assert said.origin.shortened
    assert told == ["1 of 2 papers: the others' sentences do not fit into 20 words"]


def test_where_no_sentence_is_short_enough_the_best_is_shown_and_that_said(tmp_path: Path) -> None:
    said, told = quoted(tmp_path, 2)

    words = len(said.claims[0].text.split())
    assert len(said.claims) == 1
    assert told[-1] == f"one sentence of {words} words: longer than the 2 asked for"
