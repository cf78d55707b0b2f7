import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.sources.json_stream import Element, elements
from ragassist.sources.lines import Line
from tests.sources.texts import lines_of

OBJECTS = st.dictionaries(
    st.text(max_size=4),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        ),
        max_leaves=5,
    ),
    max_size=3,
)


def read(text: str) -> list[Element]:
    return list(elements(lines_of(text)))


def outline(text: str) -> list[tuple[int, object]]:
    """Of each element its line, and its title or why it has no value."""
    return [(e.line, e.problem if e.value is None else e.value.get("title")) for e in read(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[{"title": "A"}, {"title": "B"}]', [(1, "A"), (1, "B")]),
        ('[\n  {\n    "title": "A"\n  },\n  {"title": "B"}\n]\n', [(2, "A"), (5, "B")]),
        ('[{"title": "A",\n  "authors": [{"x": 1}]}, {\n "title": "B"}]', [(1, "A"), (2, "B")]),
        ('{"title": "A"}\n{\n  "title": "B"\n}\n', [(1, "A"), (2, "B")]),
        ('[{"title": "A"}]\n[{"title": "B"}]', [(1, "A"), (2, "B")]),
        ('[[{"title": "A"}], [[{"title": "B"}]]]', [(1, "A"), (1, "B")]),
        ('{"meta": {"count": 1},\n "results": [\n {"title": "A"}]}', [(3, "A")]),
        ('{"message": {"total": 1, "items": [{"title": "A"}]}, "x": [{}]}', [(1, "A")]),
        ('{"items":\n[{"title": "A"}], "data": [{"title": "B"}]}', [(2, "A"), (2, "B")]),
        ('{"references": [{"title": "A"}]}', [(1, "A")]),
        ('{"title": "A", "references": [{"title": "B"}]}', [(1, "A")]),
        ('{"title": "}]{[\\"", "x": "\\\\"}', [(1, '}]{["')]),
        ("[]", []),
        ("", []),
        ('{"results": []}', []),
    ],
)
def test_objects_are_found_in_lists_in_wrappers_and_by_themselves_with_their_lines(
    text: str, found: list[tuple[int, object]]
) -> None:
    assert outline(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            '[{"title": "A"}, {"title": "B",}, {"title": "C"}]',
            [
                (1, "A"),
                (1, "not JSON: Expecting property name enclosed in double quotes"),
                (1, "C"),
            ],
        ),
        (
            '[\n  {\n    "title": "A,\n    "x": [1\n  },\n  {\n    "title": "B"\n  }\n]',
            [(2, "not JSON: it does not end before the next object begins"), (6, "B")],
        ),
        (
            '[\n{"title": "A"},\n{"title": "B\n,\n{"title": "C"}\n]',
            [(2, "A"), (3, "not JSON: it does not end before the next object begins"), (5, "C")],
        ),
        (
            '[\n  {"title": "A"},\n  {"title": "B", "x": [1, ',
            [(2, "A"), (3, "not JSON: the text ends before it does")],
        ),
        ('[{"title": "A"},\n', [(1, "A"), (2, "the text ends in the middle of a list")]),
        ('{"results": [{"title": "A"}]', [(1, "A"), (1, "the text ends in the middle of a list")]),
        (
            '[null, 1, {"title": "A"}, "x", {"title": "B"}] and so on',
            [
                (1, "not a JSON object"),
                (1, "A"),
                (1, "not a JSON object"),
                (1, "B"),
                (1, "not a JSON object"),
            ],
        ),
        ("words {[", [(1, "not a JSON object"), (1, "not JSON: the text ends before it does")]),
    ],
)
def test_what_is_broken_costs_itself_and_is_reported_where_it_begins(
    text: str, found: list[tuple[int, object]]
) -> None:
    assert outline(text) == found


def test_an_object_that_begins_where_its_elder_did_is_its_own_unless_the_text_says_otherwise() -> (
    None
):
    unindented = (
        '{"items": [\n  {\n  "title": "A",\n  "x": [\n  {"y": 1},\n  {"y": 2}\n  ]\n  }\n]}'
    )

    assert outline(unindented) == [(2, "A")]


def test_nesting_that_python_cannot_follow_costs_its_object() -> None:
    deep = "[" * 100_000 + "]" * 100_000

    assert outline(f'[{{"x": {deep}}},\n{{"title": "A"}}]') == [
        (1, "not JSON that can be read: nested too deeply"),
        (2, "A"),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20])
def test_a_line_in_pieces_is_one_line(size: int) -> None:
    text = '[{"title": "A \\" \\\\", "x": [12, "]}"]}, {"title": "B"}]'
    pieces = [Line(1, text[at : at + size]) for at in range(0, len(text), size)]

    assert [e.value for e in elements(pieces)] == json.loads(text)


def test_a_line_end_or_a_tab_within_a_string_is_read_as_it_is_meant() -> None:
    assert outline('[{"title": "A\tB\nC",\n"x": 1}]') == [(1, "A\tB\nC")]


@settings(deadline=None)
@given(st.lists(OBJECTS, max_size=4), st.sampled_from([None, 0, 2, "\t"]))
def test_whatever_a_list_holds_is_what_json_says(
    objects: list[dict[str, object]], indent: int | str | None
) -> None:
    assert [e.value for e in read(json.dumps(objects, indent=indent))] == objects


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet='{}[]",:\\ \n\tab1') | st.text())
def test_any_text_is_objects_and_problems(text: str) -> None:
    for element in read(text):
        assert (element.value is None) == bool(element.problem)
        assert 1 <= element.line <= text.count("\n") + 1


@pytest.mark.parametrize("size", [1, 2, 5, 40, 1000])
def test_a_string_too_long_to_be_held_costs_the_object_that_it_stands_in(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ragassist.sources.json_stream._LONGEST_OBJECT", 60)
    long = 'a } ] { \\" [ \\\\' * 20
    text = f'[{{"title": "A"}}, {{"x": "{long}", "y": [{{}}]}}, {{"title": "B"}}]'
    pieces = [Line(1, text[at : at + size]) for at in range(0, len(text), size)]
    values = [element.value for element in elements(pieces)]

    # In one piece it can be decoded where it stands.
    assert values[0::2] == [{"title": "A"}, {"title": "B"}]
    assert len(values) == 3
    assert (values[1] is None) == (size < len(text))


def test_an_object_that_begins_a_piece_does_not_begin_a_line() -> None:
    pieces = ['[{"title": "A"}, ', '{"title": "B", "x": [', '{"y": 1}]}, {"title": "C"', "}]"]

    assert [e.value for e in elements(Line(1, piece) for piece in pieces)] == [
        {"title": "A"},
        {"title": "B", "x": [{"y": 1}]},
        {"title": "C"},
    ]
