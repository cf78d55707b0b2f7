import re
from pathlib import Path
from typing import get_args

import pytest

from ragassist.errors import PromptInvalid
from ragassist.prompts import Prompt, load_part, load_prompt
from ragassist.types import Shape

SLOTS = {
    "answer": {"question", "passages", "keys", "form", "length"},
    "critic": {"question", "missing", "tried", "titles"},
    "repair": {"sentence", "problem", "passages", "keys"},
    "condense": {"conversation", "question"},
    "related": {"topic", "theme", "passages", "keys"},
}


@pytest.mark.parametrize("name", SLOTS)
def test_a_shipped_prompt_has_the_slots_that_the_code_fills(name: str) -> None:
    filled = load_prompt(name).messages({slot: f"<{slot}>" for slot in SLOTS[name]})

    assert [role for role, _ in filled] == ["system", "user"]
    form = {"form", "length"}
    assert all(f"<{slot}>" in filled[slot not in form][1] for slot in SLOTS[name])
    assert set(re.findall("<(.*?)>", filled[0][1])) == SLOTS[name] & form


@pytest.mark.parametrize("shape", get_args(Shape))
def test_every_shape_has_a_part_that_asks_for_it(shape: Shape) -> None:
    assert load_part(f"form.{shape}").fill({}).startswith("- ")


def test_the_words_asked_for_stand_in_the_part_on_length() -> None:
    assert "at most 80 words" in load_part("length.words").fill({"words": "80"})


@pytest.mark.parametrize("name", ["answer", "related"])
def test_a_prompt_that_writes_names_the_form_in_which_a_model_declines(name: str) -> None:
    assert "\n\nNO_ANSWER: " in load_prompt(name).system


def test_the_repair_prompt_names_the_word_for_what_no_passage_bears_out() -> None:
    assert load_prompt("repair").system.endswith("\n\nNO_SUPPORT\n")


@pytest.mark.parametrize("name", SLOTS)
def test_a_slot_too_few_or_too_many_fails(name: str) -> None:
    prompt = load_prompt(name)
    slots = dict.fromkeys(SLOTS[name], "")

    with pytest.raises(PromptInvalid, match=f"prompt '{name}' has the slots .*filled with"):
        prompt.messages({**slots, "mood": "sunny"})
    slots.popitem()
    with pytest.raises(PromptInvalid, match=f"prompt '{name}' has the slots"):
        prompt.messages(slots)


def test_the_version_changes_with_either_text_and_with_nothing_else() -> None:
    prompt = Prompt(name="a", system="Be brief.", request="$question")

    assert prompt.version == Prompt(name="b", system="Be brief.", request="$question").version
    assert prompt.version != Prompt(name="a", system="Be brief!", request="$question").version
    assert prompt.version != Prompt(name="a", system="Be brief.", request="$question?").version
    assert prompt.version != Prompt(name="a", system="Be brief.$question", request="").version
    assert len(prompt.version) == 12


def test_a_template_in_the_folder_replaces_the_shipped_one_and_leaves_the_other(
    tmp_path: Path,
) -> None:
    (tmp_path / "answer.system.md").write_text("Answer in French.", "utf-8")

    own, shipped = load_prompt("answer", tmp_path), load_prompt("answer")

    assert own.system == "Answer in French."
    assert own.request == shipped.request
    assert own.version != shipped.version


def test_dollars_in_what_fills_a_slot_are_text() -> None:
    prompt = Prompt(name="a", system="s", request="$question costs $$1")

    assert prompt.messages({"question": "What of $passages and $5?"})[1] == (
        "user",
        "What of $passages and $5? costs $1",
    )


def test_a_stray_dollar_in_a_template_says_how_to_write_one() -> None:
    prompt = Prompt(name="a", system="It costs 5 $.", request="$question")

    with pytest.raises(PromptInvalid, match=r"prompt 'a' has a stray `\$`: write `\$\$` for one"):
        prompt.messages({"question": "?"})


def test_a_prompt_that_does_not_exist_fails_naming_its_file(tmp_path: Path) -> None:
    with pytest.raises(PromptInvalid, match=r"nonsense\.system\.md"):
        load_prompt("nonsense", tmp_path)


def test_a_template_that_is_not_utf_8_fails_naming_its_file(tmp_path: Path) -> None:
    (tmp_path / "answer.user.md").write_bytes(b"\xff\xfe$question")

    with pytest.raises(PromptInvalid, match=r"answer\.user\.md"):
        load_prompt("answer", tmp_path)
