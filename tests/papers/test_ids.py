import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.papers.ids import base_id, family_name, safe_key, suffixed
from ragassist.types import Record

SAFE = re.compile(r"^[^\s\[\]{},;%#~\\\"()]+$")
PLAN = "Learning from Future: A Novel Self-Training Framework for Semantic Segmentation"

texts = st.text(max_size=60)
records = st.builds(
    Record,
    title=texts,
    abstract=texts,
    authors=st.lists(texts, max_size=3).map(tuple),
    year=st.none() | st.integers(1400, 2099),
    line=st.just(1),
)


@pytest.mark.parametrize(
    ("title", "authors", "year", "paper_id"),
    [
        ("ToolLLM: Facilitating Large Language Models", ("Yujia Qin", "X Y"), 2023,
         "qin2023toolllm"),
        ("On the Theory of Everything", ("Müller, Jürgen",), 1999, "muller1999theory"),
        ("A Study", ("Vincent van Gogh",), 1889, "gogh1889study"),
        ("Why and How", ("Ann O'Hara",), 2001, "ohara2001why"),
        ("A Study of Rats", ("Smith-Jones, A.",), 2001, "smithjones2001study"),
        ("R&D in 3D", ("Doe, J.",), 2020, "doe2020rd"),
        (PLAN, (), 2022, "learning-from-future-a-novel-self"),
        (PLAN, ("Jane Doe",), None, "learning-from-future-a-novel-self"),
        ("Über Äpfel", (), None, "uber-apfel"),
        ("基于BERT的模型", ("张伟",), 2020, "bert"),
    ],
)  # fmt: skip
def test_an_id_is_made_of_author_year_and_word_or_of_the_title(
    title: str, authors: tuple[str, ...], year: int | None, paper_id: str
) -> None:
    assert base_id(Record(title=title, authors=authors, year=year, line=1)) == paper_id


def test_a_title_in_a_script_without_latin_letters_gives_a_hash() -> None:
    one = base_id(Record(title="注意力机制", line=1))
    other = base_id(Record(title="注意力就是一切", line=1))

    assert re.fullmatch(r"paper-[0-9a-f]{8}", one)
    assert one != other


def test_the_source_s_own_key_is_the_id() -> None:
    record = Record(title="A Study", authors=("Jane Doe",), year=2020, line=1)

    assert base_id(record, ["DoeStudy:2020"]) == "DoeStudy:2020"


def test_of_several_keys_the_first_that_has_a_safe_form_is_the_id() -> None:
    record = Record(title="A Study", line=1)

    assert base_id(record, ["doe20", "Doe2020", "{}"]) == "doe20"
    assert base_id(record, ["{}", "Doe2020", "doe20"]) == "Doe2020"


@pytest.mark.parametrize(
    "key",
    ["Smith2020", "DBLP:conf/acl/Smith20", "smith_2020", "_draft", "a+b", "müller2020", "作者2020",
     "smith2020-", "4983", "10.1000/x.y", "O'Brien_2020", "_x^y", "a!b?c*d"],
)  # fmt: skip
def test_a_safe_key_is_kept_as_it_is(key: str) -> None:
    assert safe_key(key) == key


@pytest.mark.parametrize(
    ("key", "safe"),
    [
        ("Smith, 2020", "Smith-2020"),
        ("smith[2020]", "smith-2020"),
        ("a{b}%c#d~e\\f", "a-b-c-d-e-f"),
        ("  smith 2020\n", "smith-2020"),
        ("--help", "help"),
        ("(x)", "x"),
        ("10.1002/(SICI)1-2", "10.1002/-SICI-1-2"),
        ("mu\u0308ller", "müller"),
        ("smith\ud800\x00", "smith"),
        ("{}", ""),
        ("...", ""),
        ("___", ""),
        ("\U0001f600", ""),
        ("", ""),
    ],
)
def test_an_unsafe_key_gets_a_safe_form(key: str, safe: str) -> None:
    assert safe_key(key) == safe


@settings(deadline=None, max_examples=100)
@given(records, st.lists(texts, max_size=3))
def test_every_id_is_safe_inside_brackets_and_cite(record: Record, keys: list[str]) -> None:
    paper_id = base_id(record, keys)

    assert SAFE.match(paper_id)
    assert not paper_id.startswith("-")
    assert SAFE.match(suffixed(paper_id, record.title))


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_the_safe_form_of_a_key_is_safe_and_its_own_safe_form(key: str) -> None:
    safe = safe_key(key)

    assert safe_key(safe) == safe
    assert safe == "" or SAFE.match(safe)


def test_an_id_stays_short_whatever_the_record_says() -> None:
    endless = Record(title="x" * 5000, authors=("y" * 5000,), year=2020, line=1)
    wordy = Record(title="word " * 200_000, line=1)

    assert base_id(endless) == "y" * 40 + "2020" + "x" * 40
    assert base_id(wordy) == "word-word-word-word-word-word-word-word"


def test_suffixes_come_from_the_normalised_title() -> None:
    assert suffixed("doe2020study", "A Study of Rats") == "doe2020study-a56c"
    assert suffixed("doe2020study", "a study — of RATS!") == "doe2020study-a56c"
    assert suffixed("doe2020study", "A Study of Mice", 8) != suffixed("doe2020study", "A", 8)
    assert len(suffixed("doe2020study", "A Study of Mice", 8)) == len("doe2020study-") + 8


@pytest.mark.parametrize(
    ("author", "family"),
    [
        ("Yujia Qin", "qin"),
        ("Qin, Yujia", "qin"),
        ("van der Berg, Jan", "berg"),
        ("Jan van der Berg", "berg"),
        ("John Smith Jr.", "smith"),
        ("John Smith III", "smith"),
        ("Smith, Jr., John", "smith"),
        ("Smith J", "smith"),
        ("Smith JA", "smith"),
        ("Smith J.A.", "smith"),
        ("Garcia Lopez M", "garcia lopez"),
        ("KAIMING HE", "he"),
        ("J. A.", "a."),
        ("Ali Al", "al"),
        ("张伟", "张伟"),
        ("Plato", "plato"),
        ("", ""),
        (",", ""),
    ],
)
def test_the_family_name_is_found_in_the_orders_that_sources_write(
    author: str, family: str
) -> None:
    assert family_name(author) == family
