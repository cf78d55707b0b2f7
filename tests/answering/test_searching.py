"""Searching again: when it happens, what it brings, and when it ends."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ragassist import Library
from ragassist.answering.searching import clean_query
from ragassist.models.choice import ModelChoice
from ragassist.types import Answer, Declined, Round
from tests.chat_server import MODEL, ChatServer, Message, Reply, quotes_first
from tests.papers_made import make_papers

OWLS = "Barn owls locate mice by hearing alone in complete darkness, as forty trials show."
MOTHS = "Fluttering moths modulate the echoes that return to horseshoe bats on the hunt."
# More papers on hearing in owls than one search returns, and many on nothing.
FILLERS = [
    f"Barn owls that hear mice were observed in barn number {n}, and locate them in darkness well."
    for n in range(12)
]
QUESTION = "How do barn owls locate mice in darkness, and moths?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("again")
    texts = {"owls": OWLS, "moths": MOTHS} | {f"f{n}": text for n, text in enumerate(FILLERS)}
    papers = [
        {"_id": f"{key}2001", "title": f"Hunting at night, study {key}", "abstract": text}
        for key, text in texts.items()
    ]
    lines = [json.dumps(paper) for paper in [*papers, *make_papers(60, seed=5)]]
    (place / "refs.jsonl").write_text("\n".join(lines), "utf-8")
    with Library.open(place / "library") as library:
        library.add(place / "refs.jsonl")
    return place / "library"


def ask(
    folder: Path, question: str, script: Callable[[list[Message]], Reply]
) -> tuple[Answer | Declined, list[str], ChatServer]:
    told: list[str] = []
    with (
        ChatServer(script) as server,
        Library.open(
            folder,
            notify=told.append,
            model=ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url, remember=False),
        ) as library,
    ):
        return library.ask(question), told, server


def is_critic(messages: list[Message]) -> bool:
    return "Searched for so far:" in messages[1]["content"]


def scripted(critic: str, answers: Iterator[str]) -> Callable[[list[Message]], Reply]:
    return lambda messages: Reply(text=critic if is_critic(messages) else next(answers))


def test_a_question_whose_words_are_all_found_is_searched_for_once(folder: Path) -> None:
    outcome, told, server = ask(folder, "How do barn owls locate mice in darkness?", quotes_first)

    assert [round_.query for round_ in outcome.origin.rounds] == [outcome.question]
    assert (told, len(server.requests)) == ([], 1)


def test_without_a_model_the_words_that_no_passage_has_are_searched_for(folder: Path) -> None:
    told: list[str] = []
    with Library.open(folder, notify=told.append) as library:
        outcome = library.ask(QUESTION)

    first, second = outcome.origin.rounds
    assert "moths2001" not in first.found
    assert second == Round(query="moths", why="no passage speaks of moths", found=second.found)
    assert second.found[0] == "moths2001"
    assert told == ["searching again (no passage speaks of moths): moths"]


def test_the_model_names_what_to_search_for_and_its_prompt_is_recorded(folder: Path) -> None:
    script = scripted("echoes of horseshoe bats", iter(["Owls hunt [P1]."] * 9))
    outcome, _, _ = ask(folder, QUESTION, script)

    assert outcome.origin.rounds[1].query == "echoes of horseshoe bats"
    assert "moths2001" in outcome.origin.rounds[1].found
    assert set(outcome.origin.prompts) >= {"answer", "critic"}


def test_a_model_that_finds_the_evidence_enough_ends_the_search(folder: Path) -> None:
    script = scripted("ENOUGH", iter(["Owls hunt [P1]."] * 9))
    outcome, _, _ = ask(folder, QUESTION, script)

    assert len(outcome.origin.rounds) == 1


def test_what_the_model_misses_is_searched_for_and_the_answer_tried_again(folder: Path) -> None:
    moths = f"{MOTHS.removesuffix('.')} [P8]."
    script = scripted("ENOUGH", iter(["NO_ANSWER: echoes of fluttering moths", moths]))
    outcome, told, server = ask(folder, "How do barn owls locate mice in darkness?", script)

    assert isinstance(outcome, Answer)
    assert outcome.claims[0].citations == ("moths2001",)
    assert told == ["searching again (the model misses something): echoes of fluttering moths"]
    assert outcome.origin.usage.calls == len(server.requests) == 2


def test_the_search_ends_after_two_more_rounds(folder: Path) -> None:
    misses = iter(f"NO_ANSWER: {words}" for words in ("moths echoes", "barn number 11", "x", "y"))
    outcome, _, server = ask(
        folder, "How do barn owls locate mice in darkness?", scripted("ENOUGH", misses)
    )

    assert isinstance(outcome, Declined)
    assert (len(outcome.origin.rounds), len(server.requests)) == (3, 3)
    assert outcome.reason.endswith("Missing: x")


def test_a_round_that_finds_nothing_new_is_the_last(folder: Path) -> None:
    misses = iter(["NO_ANSWER: gluons and the chromodynamics of quarks", "never asked"])
    outcome, _, server = ask(
        folder, "How do barn owls locate mice in darkness?", scripted("ENOUGH", misses)
    )

    assert isinstance(outcome, Declined)
    assert (outcome.origin.rounds[-1].found, len(server.requests)) == ((), 1)


def test_the_same_words_are_not_searched_for_again(folder: Path) -> None:
    misses = iter(["NO_ANSWER: Mice in darkness: locate, do barn owls [P1]", "never asked"])
    outcome, told, server = ask(
        folder, "How do barn owls locate mice in darkness?", scripted("ENOUGH", misses)
    )

    assert isinstance(outcome, Declined)
    assert (len(outcome.origin.rounds), told, len(server.requests)) == (1, [], 1)


def test_a_query_of_the_model_that_has_been_tried_gives_way_to_the_missing_words(
    folder: Path,
) -> None:
    script = scripted("moths, barn owls locate mice (darkness)", iter(["Owls hunt [P1]."] * 9))
    outcome, _, _ = ask(folder, QUESTION, script)

    assert [round_.query for round_ in outcome.origin.rounds] == [QUESTION, "moths"]


def test_a_new_paper_speaks_of_what_was_missing(folder: Path) -> None:
    with Library.open(folder) as library:
        outcome = library.ask(QUESTION)

    assert outcome.origin.rounds[1].found == ("moths2001",)


def test_new_papers_stand_behind_the_best_seven(folder: Path) -> None:
    with Library.open(folder) as library:
        outcome = library.ask(QUESTION)

    first, second = outcome.origin.rounds
    ids = tuple(passage.paper_id for passage in outcome.passages)
    assert ids[:7] == first.found[:7]
    assert ids[7] == second.found[0]


def test_no_model_is_asked_for_words_that_no_paper_has(folder: Path) -> None:
    question = "How do barn owls locate glorfindels and quuxes in darkness?"
    outcome, _, server = ask(
        folder, question, scripted("never asked", iter(["Owls hunt [P1]."] * 9))
    )

    assert len(outcome.origin.rounds) == 1
    assert not any(is_critic(request.messages) for request in server.requests)


@pytest.mark.parametrize(
    ("query", "cleaned"),
    [
        ("echoes of moths [P1, P2]", "echoes of moths"),
        ("x y moths (see P3)", "moths"),
        ("x, y.", ""),
        ("what is that?", ""),
        ("[P1]", ""),
        ("", ""),
        ("p53 (tumour protein)", "p53 (tumour protein)"),
    ],
)
def test_a_query_is_searched_for_without_citations_and_single_letters(
    query: str, cleaned: str
) -> None:
    assert clean_query(query) == cleaned
