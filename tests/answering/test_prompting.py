"""What a model is shown: within its window, and seen before it is sent."""

from pathlib import Path

import pytest

from ragassist import Library
from ragassist.answering.keyed import key_passages
from ragassist.errors import UsageError
from ragassist.models.choice import ModelChoice
from ragassist.tokens import token_counter
from ragassist.types import Style
from tests.answering.owls import OWLS, passage_of
from tests.chat_server import MODEL, ChatServer, Reply
from tests.papers_made import make_papers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import json

    place = tmp_path_factory.mktemp("prompting")
    lines = [json.dumps(paper) for paper in make_papers(30, seed=7)]
    (place / "refs.jsonl").write_text("\n".join(lines), "utf-8")
    with Library.open(place / "library") as library:
        library.add(place / "refs.jsonl")
    return place / "library"


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


@pytest.mark.parametrize("window", [3_000, 4_096, 8_192])
def test_prompt_and_longest_answer_fit_the_window(folder: Path, window: int) -> None:
    choice = ModelChoice(
        name=f"openai:{MODEL}", base_url="http://127.0.0.1:9/v1", window=window,
        max_answer_tokens=1_000,
    )  # fmt: skip
    with Library.open(folder, model=choice) as library:
        drafted = library.draft(question_of(library))

    assert drafted is not None
    estimate = drafted.estimate
    assert estimate.prompt_tokens + estimate.most_answer_tokens <= window
    assert (drafted.left_out > 0) == (window < 8_192)


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
