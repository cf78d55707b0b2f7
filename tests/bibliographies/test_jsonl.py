import json

from hypothesis import given

from ragassist.bibliographies import jsonl
from ragassist.types import Paper
from tests.bibliographies.made import FULL, papers


def test_a_line_holds_all_that_is_known() -> None:
    (line,) = jsonl.write([FULL])
    shape = json.loads(line)
    assert shape.pop("_id") == "wren2021tide"
    assert dict(shape.pop("extra")) == dict(FULL.extra)
    for name, value in shape.items():
        stated = getattr(FULL, name)
        assert value == (list(stated) if isinstance(stated, tuple) else stated)
    assert len(shape) == 17


def test_what_nobody_states_is_not_there() -> None:
    assert list(jsonl.write([Paper(paper_id="p", title="T")])) == ['{"_id": "p", "title": "T"}\n']


@given(papers())
def test_a_paper_is_one_line(paper: Paper) -> None:
    (line,) = jsonl.write([paper])
    assert line.count("\n") == 1
    assert json.loads(line)["title"] == paper.title
