"""What a model is shown: within its window, and seen before it is sent."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ragassist import Library
from ragassist.answering.keyed import key_passages
from ragassist.errors import PromptTooLong, UsageError
from ragassist.models.choice import ModelChoice
from ragassist.tokens import token_counter
from ragassist.types import Style
from tests.answering.owls import OWLS, passage_of
from tests.chat_server import MODEL, ChatServer, Message, Reply
from tests.papers_made import make_papers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("prompting")
    lines = [json.dumps(paper) for paper in make_papers(30, seed=7)]
    (place / "refs.jsonl").write_text("\n".join(lines), "utf-8")
    with Library.open(place / "library") as library:
        library.add(place / "refs.jsonl")
    return place / "library"


THIN = "How do barn owls locate mice in darkness, and moths?"


def add_thin(library: Library, folder: Path) -> None:
    """More papers on owls than one search returns, one on moths, and many on nothing of this."""
    abstracts = ["Moths absorb sound with the scales of their wings."] + [
        f"Barn owls were observed in barn number {n}, and locate mice in darkness well."
        for n in range(12)
    ]
    papers = [
        {"id": f"of{number}", "title": f"Night study {number}", "abstract": abstract}
        for number, abstract in enumerate(abstracts)
    ]
    file = folder / "owls.jsonl"
    lines = [json.dumps(paper) for paper in [*papers, *make_papers(60, seed=5)]]
    file.write_text("\n".join(lines), "utf-8")
    library.add(file)


def question_of(library: Library) -> str:
    return next(iter(library.papers())).title


def test_a_draft_is_what_the_model_is_then_sent(folder: Path) -> None:
    with (
        ChatServer([Reply(text="NO_ANSWER: all")]) as server,
        Library.open(
            folder,
            model=ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url, remember=False),
        ) as library,
    ):
        question = question_of(library)
        drafted = library.draft(question, style=Style(shape="list", words=50))
        assert server.requests == []
        library.ask(question, style=Style(shape="list", words=50))

    assert drafted is not None
    sent = server.requests[0].messages
    assert [(one["role"], one["content"]) for one in sent] == list(drafted.messages)
    assert "at most 50 words" in drafted.messages[0][1]
    assert "numbered list" in drafted.messages[0][1]


def choice_of(window: int) -> ModelChoice:
    return ModelChoice(
        name=f"openai:{MODEL}", base_url="http://127.0.0.1:9/v1", window=window,
        max_answer_tokens=1_000,
    )  # fmt: skip


@pytest.mark.parametrize("window", [1_024, 2_048, 4_096, 8_192])
def test_prompt_and_longest_answer_fit_the_window(folder: Path, window: int) -> None:
    with Library.open(folder, model=choice_of(window)) as library:
        drafted = library.draft(question_of(library))

    assert drafted is not None
    estimate = drafted.estimate
    assert estimate.prompt_tokens + estimate.most_answer_tokens <= window
    assert (drafted.left_out > 0) == (window < 4_096)


@pytest.mark.parametrize(("window", "words"), [(1_024, 200), (4_096, 1_990)])
def test_a_question_that_leaves_no_room_is_told_before_anything_is_asked(
    folder: Path, window: int, words: int
) -> None:
    with (
        ChatServer([Reply(text="Never said.")]) as server,
        Library.open(folder, model=replace(choice_of(window), base_url=server.base_url)) as library,
    ):
        with pytest.raises(PromptTooLong) as told:
            library.ask("why " * words)
        assert server.requests == []

    assert str(told.value).startswith(
        f"openai:test-model reads {window:,} tokens (RAGASSIST_MODEL_WINDOW), and the question "
    )


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("why " * 2_001, "the question has 2,001 words; 2,000 are the most"),
        ("why" * 7_000, "the question has 21,000 characters; 20,000 are the most"),
    ],
)
def test_a_pasted_text_is_no_question(folder: Path, question: str, says: str) -> None:
    with Library.open(folder) as library, pytest.raises(UsageError, match=says):
        library.ask(question)


def test_a_draft_says_that_the_model_is_asked_first_what_to_search_for(tmp_path: Path) -> None:
    with (
        ChatServer([Reply(text="ENOUGH"), Reply(text="NO_ANSWER: all")]) as server,
        Library.open(
            tmp_path / "library",
            model=ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url, remember=False),
        ) as library,
    ):
        add_thin(library, tmp_path)
        drafted = library.draft(THIN)
        library.ask(THIN)

    assert drafted is not None
    assert drafted.doubt is not None
    assert drafted.doubt.why == "no passage speaks of moths"
    first, then, *_ = (
        [(one["role"], one["content"]) for one in r.messages] for r in server.requests
    )
    assert first[0][1].startswith("You help to search")
    assert then == list(drafted.messages)


def test_a_draft_that_is_not_thin_has_no_call_before_it(folder: Path) -> None:
    with Library.open(folder, model=choice_of(8_192)) as library:
        drafted = library.draft(question_of(library))

    assert drafted is not None
    assert drafted.doubt is None
    assert drafted.at_most.calls == 3 + 5


@pytest.mark.parametrize("declines", [True, False])
def test_no_answer_takes_more_than_its_draft_says(folder: Path, declines: bool) -> None:
    def reply(messages: list[Message]) -> Reply:
        if declines:
            return Reply(text="NO_ANSWER: the tides of almanacs", usage=None)
        told = messages[-1]["content"]
        repairs = "What is wrong with it" in told
        made_up = " ".join(f"Owls slept {n} winters in dens [P1]." for n in range(60, 70))
        return Reply(text="NO_SUPPORT" if repairs else made_up, usage=None)

    _, count_tokens = token_counter()
    with (
        ChatServer(reply) as server,
        Library.open(
            folder, model=replace(choice_of(6_000), base_url=server.base_url, remember=False)
        ) as library,
    ):
        question = question_of(library)
        drafted = library.draft(question)
        library.ask(question)

    assert drafted is not None
    read = sum(count_tokens(m["content"]) for r in server.requests for m in r.messages)
    assert len(server.requests) <= drafted.at_most.calls
    assert read <= drafted.at_most.prompt_tokens


@pytest.mark.parametrize(("words", "asks"), [(20, "one short sentence"), (80, "so end in time")])
def test_few_words_are_asked_for_as_one_sentence(folder: Path, words: int, asks: str) -> None:
    with Library.open(folder, model=choice_of(8_192)) as library:
        drafted = library.draft(question_of(library), style=Style(words=words))

    assert drafted is not None
    assert f"at most {words} words" in drafted.messages[0][1]
    assert asks in drafted.messages[0][1]


def test_without_a_model_there_is_no_draft(folder: Path) -> None:
    with (
        Library.open(folder) as library,
        pytest.raises(UsageError, match="no model is configured"),
    ):
        library.draft("anything")


def test_a_first_passage_that_is_too_long_is_shown_up_to_the_end_of_a_sentence() -> None:
    _, count_tokens = token_counter()
    sentence = "Barn owls locate mice by hearing alone in complete darkness."
    keyed = key_passages([passage_of(OWLS)], {}, max_tokens=count_tokens(sentence) + 12)

    assert sentence in keyed.text
    assert "Their error" not in keyed.text
