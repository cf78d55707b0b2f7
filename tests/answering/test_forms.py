"""What models write in place of the form they were asked for, and what a reader gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.answering.forms import form_of, in_place_of
from ragassist.answering.layout import lay_out
from ragassist.types import Claim, Shape

PAPERS = {"P1": "payne1971owls", "P2": "neuweiler1984bats"}
SHAPES: tuple[Shape, ...] = ("prose", "bullets", "list", "table")
TABLE = (
    "| Animal | Hunts by | Sources |\n|---|---|---|\n| Owls | hearing | [P1] |\n"
    "| Bats | echoes | [P2] |\n"
)
LAID_OUT = (
    "| Animal | Hunts by | Sources |\n| --- | --- | --- |\n"
    "| Owls | hearing | [payne1971owls] |\n| Bats | echoes | [neuweiler1984bats] |"
)


def read(text: str, shape: Shape = "prose", size: int = 4) -> tuple[Claim, ...]:
    form = form_of(shape, PAPERS)
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    claims = [claim for piece in pieces for claim in form.feed(piece)]
    return (*claims, *form.close())


def shown(text: str, shape: Shape = "prose") -> str:
    return lay_out(read(text, shape), shape)


@pytest.mark.parametrize(
    "items",
    [
        "- Owls hear [P1]\n- Bats call [P2].",
        "1. Owls hear [P1].\n2. Bats call [P2].",
        "(1) Owls hear [P1].\n(2) Bats call [P2].",
        "a) Owls hear [P1].\nb) Bats call [P2].",
        "– Owls hear [P1].\n– Bats call [P2].",
        "•Owls hear [P1].\n•Bats call [P2].",
        "**1.** Owls hear [P1].\n**2.** Bats call [P2].",
        "<ul><li>Owls hear [P1].</li><li>Bats call [P2].</li></ul>",
    ],
)
def test_items_are_the_sentences_of_a_paragraph_where_prose_is_wanted(items: str) -> None:
    assert shown(items) == "Owls hear [payne1971owls]. Bats call [neuweiler1984bats]."
    assert shown(items, "bullets").splitlines()[1].startswith("- Bats call [neuweiler1984bats]")


def test_what_leads_in_to_items_begins_their_paragraph() -> None:
    assert shown(
        "Two hunt at night:\n\n- Owls hear [P1].\n- Bats call [P2].\n\nMice hide [P1]."
    ) == (
        "Two hunt at night: Owls hear [payne1971owls]. Bats call [neuweiler1984bats].\n\n"
        "Mice hide [payne1971owls]."
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_a_table_is_a_table_whatever_was_wanted(shape: Shape) -> None:
    assert shown(TABLE, shape) == LAID_OUT


def test_each_row_of_a_table_in_prose_is_a_claim() -> None:
    claims = read(f"Two hunt at night [P1].\n\n{TABLE}\nMice hide [P1].")
    assert [claim.text for claim in claims] == [
        "Two hunt at night.", "Owls; hearing", "Bats; echoes", "Mice hide.",
    ]  # fmt: skip
    assert [claim.citations for claim in claims[1:3]] == [
        ("payne1971owls",),
        ("neuweiler1984bats",),
    ]


def test_text_behind_a_table_is_no_part_of_it() -> None:
    assert shown(f"- Mice hide [P1].\n{TABLE}- Mice sleep [P1].", "bullets") == (
        f"- Mice hide [payne1971owls].\n\n{LAID_OUT}\n\n- Mice sleep [payne1971owls]."
    )


@pytest.mark.parametrize("shape", ["prose", "table"])
def test_a_table_needs_no_bars_at_its_sides(shape: Shape) -> None:
    bare = "\n".join(line.strip("| ") for line in TABLE.splitlines())
    assert shown(bare, shape) == LAID_OUT


def test_a_bar_in_a_sentence_makes_no_table() -> None:
    text = "Where P(A | B) is small, owls hear [P1]. The norm |x| is 2 [P2]."
    assert [claim.text for claim in read(text)] == [
        "Where P(A | B) is small, owls hear.", "The norm |x| is 2.",
    ]  # fmt: skip


@pytest.mark.parametrize("between", ["", "\n"])
def test_a_second_table_has_its_own_headings(between: str) -> None:
    second = "| Prey | Sources |\n|---|---|\n| Mice | [P1] |"
    assert shown(TABLE + between + second, "table") == (
        f"{LAID_OUT}\n\n| Prey | Sources |\n| --- | --- |\n| Mice | [payne1971owls] |"
    )


def test_a_row_without_sources_has_the_headings_of_the_others() -> None:
    assert shown(TABLE.replace("[P1]", ""), "table").splitlines() == [
        "| Animal | Hunts by | Sources |",
        "| --- | --- | --- |",
        "| Owls | hearing |  |",
        "| Bats | echoes | [neuweiler1984bats] |",
    ]


def test_words_in_the_column_for_keys_are_kept_behind_the_last_cell() -> None:
    rows = "| Animal | Sources |\n|---|---|\n| Owls | Payne 1971 [P1] |\n| Bats | none |"
    assert shown(rows, "table").splitlines()[2:] == [
        "| Owls (Payne 1971) | [payne1971owls] |",
        "| Bats |  |",
    ]


def test_a_heading_that_says_something_is_a_row() -> None:
    rows = "| Owls hear mice [P1]. | Sources |\n|---|---|\n| Bats call | [P2] |"
    assert [(claim.text, claim.citations) for claim in read(rows, "table")] == [
        ("Owls hear mice.", ("payne1971owls",)),
        ("Bats call", ("neuweiler1984bats",)),
    ]


def test_a_key_that_heads_a_column_is_cited_by_what_stands_in_it() -> None:
    rows = "| Of | [P1] | [P2] |\n|---|---|---|\n| Sense | ears | echoes |\n| Prey | mice | |"
    assert [claim.citations for claim in read(rows, "table")] == [
        ("payne1971owls", "neuweiler1984bats"),
        ("payne1971owls",),
    ]


def test_a_break_in_a_cell_does_not_end_its_row() -> None:
    rows = TABLE.replace("hearing", "hearing<br>alone")
    assert "| Owls | hearing alone | [payne1971owls] |" in shown(rows, "table")


@pytest.mark.parametrize("fence", ["```", "```markdown", "~~~md"])
@pytest.mark.parametrize("shape", ["prose", "table"])
def test_a_fence_around_the_whole_answer_is_taken_off(fence: str, shape: Shape) -> None:
    assert shown(f"{fence}\n{TABLE}{fence[:3]}\n", shape) == LAID_OUT


def test_a_block_of_code_is_one_claim_and_keeps_its_lines() -> None:
    code = "```python\nx = 1\n\nif x:\n    # Owls hear [P1].\n    y = [x]\n```"
    claims = read(f"Owls hear [P1].\n\n{code}\n\nBats call [P2].")
    assert (claims[1].text, claims[1].marks) == (code, ())
    assert lay_out(claims) == (
        f"Owls hear [payne1971owls].\n\n{code}\n\nBats call [neuweiler1984bats]."
    )


def test_html_is_read_as_what_it_stands_for() -> None:
    text = "<p>Owls <b>hear</b> [P1].<br/>Mice hide [P1].</p><p class='x'>Bats call [P2].</p>"
    assert shown(text) == (
        "Owls hear [payne1971owls]. Mice hide [payne1971owls].\n\nBats call [neuweiler1984bats]."
    )


def test_a_tag_in_backticks_and_a_sign_for_less_are_text() -> None:
    text = "The tag `<p>` is one where a <b and p < 0.05 [P1]."
    assert [claim.text for claim in read(text)] == ["The tag `<p>` is one where a <b and p < 0.05."]


@pytest.mark.parametrize(
    "title", ["## Answer\n\n", "**Answer:** ", "# Short answer:\n", "Answer: "]
)
@pytest.mark.parametrize("shape", ["prose", "bullets"])
def test_a_title_that_says_answer_is_dropped(title: str, shape: Shape) -> None:
    sign = "- " if shape == "bullets" else ""
    assert shown(f"{title}Owls hear [P1].", shape) == f"{sign}Owls hear [payne1971owls]."


def test_a_heading_that_says_more_stays() -> None:
    assert shown("## Owls\n\nThey hear [P1].") == "## Owls\n\nThey hear [payne1971owls]."


def test_a_sentence_is_told_before_its_line_ends() -> None:
    form = form_of("prose", PAPERS)
    assert [claim.text for claim in form.feed("Owls hear [P1]. Bats call")] == ["Owls hear."]


OLD = read(TABLE, "table")[0]


@pytest.mark.parametrize(
    "mended", ["| Owls | ears | [P1] |", TABLE[:-26].replace("hearing", "ears")]
)
def test_a_row_is_mended_by_a_row_or_by_a_table_with_one(mended: str) -> None:
    claims = in_place_of(OLD, mended, PAPERS)
    assert [claim.row for claim in claims] == [(("Animal", "Owls"), ("Hunts by", "ears"))]
    assert claims[0].citations == ("payne1971owls",)


@pytest.mark.parametrize("mended", [TABLE, "| Owls | [P1] |", "| Owls | ears | eyes | [P1] |"])
def test_a_row_is_not_mended_by_more_rows_or_by_other_columns(mended: str) -> None:
    assert in_place_of(OLD, mended, PAPERS) == ()


TEXT = [
    "Owls hear [P1]. ", "Bats call", "\n", "\n\n", "- ", "(1) ", "```", "```python", "<br>", "<li>",
    "</p>", "<", "`", "## ", "Answer:", "[P2]", "• ",
]  # fmt: skip
PIECES = st.sampled_from([*TEXT, "| a | b |", "|---|---|", " | ", "<td>"])


@given(parts=st.lists(PIECES, max_size=14), size=st.integers(1, 9), shape=st.sampled_from(SHAPES))
def test_how_a_text_comes_in_pieces_changes_nothing(
    parts: list[str], size: int, shape: Shape
) -> None:
    text = "".join(parts)
    assert read(text, shape, size) == read(text, shape, len(text) or 1)


@given(parts=st.lists(st.sampled_from(TEXT), max_size=14), shape=st.sampled_from(SHAPES))
def test_no_sentence_is_lost(parts: list[str], shape: Shape) -> None:
    text = "".join(parts)
    said = "\n".join(claim.text for claim in read(text, shape))
    assert said.count("Owls hear") == text.count("Owls hear")
