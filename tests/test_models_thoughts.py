"""What a model thinks, left out of what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.models.thoughts import Spoken

FINAL = "<|start|>assistant<|channel|>final<|message|>"
THINKING = [
    ("<think>Hm. [P1]</think>\n\nYes [P1].", "Yes [P1]."),
    ("<thinking>Hm.</thinking>Yes.", "Yes."),
    ("<reasoning>\nHm.\n</reasoning>\nYes.", "Yes."),
    ("<THINK>Hm.</Think>Yes.", "Yes."),
    ("[THINK]Hm.[/THINK]Yes.", "Yes."),
    ("\n<think></think><think>Hm.</think>Yes.", "Yes."),
    ("Yes [P1]. <think>And?</think>So [P2].", "Yes [P1]. So [P2]."),
    ("Yes [P1].\n<think>And?</think>\nSo.", "Yes [P1].\n\nSo."),
    ("Hm.\n</think>\n\nYes.", "Yes."),
    ("Let me answer</think>\nYes.", "Yes."),
    ("Hm.</think>Yes.", "Yes."),
    ("Yes.\n<think>And", "Yes.\n"),
    ("<think>Hm", ""),
    ("Yes.<|im_end|>", "Yes."),
    ("Yes.<|eot_id|>\n<|endoftext|>\n", "Yes."),
    ("Yes.</s>", "Yes."),
    (f"<|channel|>analysis<|message|>Hm.<|end|>{FINAL}Yes [P1].<|return|>", "Yes [P1]."),
    (f"<|channel|>analysis<|message|>A </think> B.<|end|>{FINAL}Yes.", "Yes."),
    (f"<|channel|>commentary to=f.x <|constrain|>json<|message|>{{}}<|call|>{FINAL}Yes.", "Yes."),
    (f"Hm.<|end|>{FINAL}Yes.<|end|>\n<|start|>user<|message|>More?", "Yes."),
    ("<|start|>assistant<|message|>Yes.<|return|>", "Yes."),
    ("<|channel|>final<|message|>Yes.<|end|>", "Yes."),
    ("<|channel|>analysis<|message|>Hm", ""),
]
SAYING = [
    "Models write <think> and </think> around it [P1].",
    "The </think> token ends it [P1].",
    "It is `<think>` that begins it.",
    "The token <|im_end|> ends a turn [P1].",
    "Those are <|start|> and <|channel|>final [P1].",
    "Less: p <0.05, a < b, [T], [TH",
    "[P1] says [THINKING] so.",
]


def said(*pieces: str) -> str:
    """What is said in the end."""
    spoken = Spoken()
    parts: list[str] = []
    for piece in [part for text in pieces for part in spoken.feed(text)] + list(spoken.close()):
        if piece is None:
            parts.clear()
        else:
            parts.append(piece)
    return "".join(parts)


@pytest.mark.parametrize(("text", "answer"), THINKING)
def test_thoughts_and_tokens_that_end_a_reply_are_left_out(text: str, answer: str) -> None:
    assert said(text) == answer


@pytest.mark.parametrize(("text", "answer"), THINKING)
def test_they_are_left_out_however_they_are_cut(text: str, answer: str) -> None:
    assert said(*text) == answer


@pytest.mark.parametrize("text", SAYING)
def test_a_tag_that_the_text_speaks_of_stays(text: str) -> None:
    assert said(text) == text
    assert said(*text) == text


@given(st.lists(st.text(st.sampled_from("ab. \n[P1]<>/|"), max_size=6), max_size=8))
def test_text_without_tags_comes_as_it_is(pieces: list[str]) -> None:
    assert said(*pieces) == "".join(pieces).lstrip()


def test_a_sentence_is_handed_out_as_soon_as_no_tag_can_be_beginning() -> None:
    spoken = Spoken()

    assert list(spoken.feed("Rain is wet [P1]. ")) == ["Rain is wet [P1]. "]
    assert list(spoken.feed("Snow <")) == ["Snow "]
    assert list(spoken.feed("5 ")) == ["<5 "]


def test_what_was_handed_out_before_an_end_without_a_beginning_is_void() -> None:
    spoken = Spoken()

    assert list(spoken.feed("Hm. ")) == ["Hm. "]
    assert list(spoken.feed("\n</think>\nYes.")) == ["\n", None, "Yes."]
    assert spoken.untagged


def test_a_model_known_to_omit_the_beginning_is_held_back_until_the_end_of_its_thoughts() -> None:
    spoken = Spoken(waits=True)

    assert list(spoken.feed("Hm. So be it.")) == []
    assert list(spoken.feed("\n</think>\nYes.")) == ["Yes."]


def test_one_that_is_held_back_in_vain_is_handed_out_at_the_end() -> None:
    spoken = Spoken(waits=True)

    assert list(spoken.feed("Yes.")) == []
    assert list(spoken.close()) == ["Yes."]
