import pytest

from ragassist.answering.conversation import condense
from ragassist.errors import ModelMisconfigured
from ragassist.models.chat import ChatModel
from ragassist.models.choice import ModelChoice
from ragassist.types import Exchange
from tests.chat_server import BROKEN, MODEL, WRONG_KEY, ChatServer, Reply

FIRST = Exchange(
    question="When does Self-RAG retrieve?",
    said="It retrieves when a token asks for it [asai2024selfrag, P9?]. It also critiques [x].",
)


def condensed(question: str, reply: Reply, *earlier: Exchange) -> tuple[str, ChatServer]:
    with ChatServer([reply]) as server:
        model = ChatModel(ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url))
        return condense(question, earlier, model), server


# Without a model.


@pytest.mark.parametrize(
    ("question", "standalone"),
    [
        ("And what about its limits?", "And what about its limits? (Self-RAG retrieve)"),
        ("but on long documents?", "but on long documents? (Self-RAG retrieve)"),
        ("How about training cost?", "How about training cost? (Self-RAG retrieve)"),
        ("Does it need labelled data?", "Does it need labelled data? (Self-RAG retrieve)"),
        ("Which data sets were they tested on?", None),
        ("How well does that work on questions?", None),
        ("Who criticised that?", None),
        ("What do these methods cost to train?", None),
        ("Why?", "Why? (Self-RAG retrieve)"),
        ("Why did accuracy drop?", "Why did accuracy drop?"),
        ("What is ColBERT?", "What is ColBERT?"),
        ("tool learning", "tool learning"),
        ("Any limits?", None),
    ],
)
def test_a_question_that_leans_is_given_the_words_of_the_one_before(
    question: str, standalone: str | None
) -> None:
    assert condense(question, [FIRST], None) == (standalone or f"{question} (Self-RAG retrieve)")


@pytest.mark.parametrize(
    "question",
    [
        "What is dense passage retrieval?",
        "Which papers show that dropout helps transformers?",
        "Why do language models hallucinate facts?",
        "Is it possible to train retrievers without labels?",
        "How is IT security taught at schools?",
        "Orthogonal gradients and buttons",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert condense(question, [FIRST], None) == question


def test_nothing_is_said_before_the_first_question() -> None:
    assert condense("And its limits?", [], None) == "And its limits?"


def test_words_that_the_follow_up_has_itself_are_not_repeated() -> None:
    asked = condense("Does it retrieve more often?", [FIRST], None)

    assert asked == "Does it retrieve more often? (Self-RAG)"


def test_follow_ups_of_follow_ups_keep_to_the_question_they_come_from() -> None:
    earlier = [FIRST]
    for question in ("And its limits?", "What about cost?"):
        earlier.append(Exchange(question=condense(question, earlier, None)))

    assert [exchange.question for exchange in earlier[1:]] == [
        "And its limits? (Self-RAG retrieve)",
        "What about cost? (limits Self-RAG retrieve)",
    ]


def test_where_nothing_before_stands_alone_the_last_question_has_to_do() -> None:
    assert condense("And why?", [Exchange(question="And owls?")], None) == "And why? (owls)"


def test_at_most_twelve_words_are_added() -> None:
    long = Exchange(question=" ".join(f"word{number}" for number in range(20)))

    added = condense("Why?", [long], None)
    assert added == f"Why? ({' '.join(f'word{number}' for number in range(12))})"


# With one.


def test_a_model_rewrites_the_question_on_one_line() -> None:
    asked, _ = condensed("And its limits?", Reply(text='"What limits\n Self-RAG?"\n'), FIRST)

    assert asked == "What limits Self-RAG?"


def test_the_model_is_shown_what_was_said_without_citations() -> None:
    _, server = condensed("And its limits?", Reply(text="What limits Self-RAG?"), FIRST)

    assert server.requests[0].user == (
        "Conversation:\n\n"
        "Question: When does Self-RAG retrieve?\n"
        "Answer: It retrieves when a token asks for it. It also critiques.\n\n"
        "Last question: And its limits?"
    )


def test_the_model_is_shown_the_last_four_exchanges_shortened() -> None:
    earlier = [Exchange(question=f"Question {number}?", said="x" * 900) for number in range(6)]
    earlier[4] = Exchange(question="Question 4?")
    _, server = condensed("Why?", Reply(text="Why?"), *earlier)

    shown = server.requests[0].user
    assert "Question 1?" not in shown
    assert shown.count(f"Answer: {'x' * 399}…\n") == 3
    assert "Question: Question 4?\nAnswer: (none found)\n" in shown


def test_the_first_question_is_not_sent_to_a_model() -> None:
    asked, server = condensed("What limits it?", Reply(text="No."))

    assert (asked, server.requests) == ("What limits it?", [])


@pytest.mark.parametrize("reply", [Reply(), Reply(text='""'), Reply(text="so " * 200), BROKEN])
def test_a_model_that_fails_leaves_it_to_the_words(reply: Reply) -> None:
    follow_up, _ = condensed("And its limits?", reply, FIRST)
    another, _ = condensed("What is dense passage retrieval?", reply, FIRST)

    assert follow_up == "And its limits? (Self-RAG retrieve)"
    assert another == "What is dense passage retrieval?"


def test_a_model_that_is_configured_wrong_is_an_error() -> None:
    with pytest.raises(ModelMisconfigured):
        condensed("And its limits?", WRONG_KEY, FIRST)


@pytest.mark.parametrize(
    "chatty",
    [
        "Here is the standalone question: **What limits Self-RAG?** Let me know!",
        "Standalone question: What limits Self-RAG?",
        "Sure. What limits Self-RAG?",
    ],
)
def test_what_a_chatty_model_wraps_around_the_question_is_not_searched_for(chatty: str) -> None:
    asked, _ = condensed("And its limits?", Reply(text=chatty), FIRST)

    assert asked == "What limits Self-RAG?"
