import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.index.search import CANDIDATES, DENSE_WEIGHT, fuse
from ragassist.library import Library
from ragassist.types import Filters, Passage

LONG = "Clocks in station halls run late. " * 150
PAPERS: list[dict[str, object]] = [
    {
        "_id": "lee2019lamps",
        "title": "Reading lamps in public libraries",
        "abstract": "We study reading lamps in libraries. Warm light tires readers' eyes less.",
        "authors": ["Ann Lee", "Jürgen Müller"],
        "year": 2019,
        "categories": ["cs.HC"],
    },
    {
        "_id": "yu2021ink",
        "title": "Ink and the speed of writing",
        "abstract": "Writers who choose blue ink write faster. Lamps made no difference to them.",
        "authors": ["Bo Yu"],
        "year": 2021,
        "categories": ["cs.HC", "econ.GN"],
    },
    {
        "_id": "fox2022mills",
        "title": "Paper mills along rivers",
        "abstract": "Paper mills need water power. We map the mills of four valleys.",
        "authors": ["Cy Fox"],
        "year": 2022,
        "categories": ["econ.GN"],
    },
    {"_id": "anon-clocks", "title": "Late clocks", "abstract": LONG},
]
TWINS = [
    {"_id": key, "title": "Old doorbells", "abstract": "Doorbells ring twice.", "year": 2001}
    for key in ("twin-c", "twin-a", "twin-b")
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("search")
    for name, papers in (("refs.jsonl", PAPERS), ("twins.jsonl", TWINS)):
        (folder / name).write_text("\n".join(map(json.dumps, papers)))
    with Library.open(folder / "library") as opened:
        opened.add(folder / "refs.jsonl", folder / "twins.jsonl")
        yield opened


def ids(passages: tuple[Passage, ...]) -> list[str]:
    return [passage.paper_id for passage in passages]


def test_scores_of_both_legs_are_weighed_after_the_best_word_score_is_made_one() -> None:
    fused = fuse({1: 8.0, 2: 4.0}, {2: 0.5, 3: 0.25}, weight=0.25)

    assert fused == {1: 0.75, 2: 0.375 + 0.125, 3: 0.0625}


def test_one_leg_alone_decides_alone() -> None:
    assert fuse({1: 8.0, 2: 4.0}, {}) == {1: 1.0, 2: 0.5}
    assert fuse({}, {1: 0.5, 2: -0.5}) == {1: 0.5, 2: 0.0}
    assert fuse({}, {}) == {}


def test_being_opposite_is_no_worse_than_being_unrelated() -> None:
    assert fuse({1: 1.0}, {1: -1.0}) == {1: 1 - DENSE_WEIGHT}


@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(st.integers(1, 9), st.floats(1e-6, 50)),
    st.dictionaries(st.integers(1, 9), st.floats(-1, 1)),
)
def test_fused_scores_are_between_none_and_one_for_all_that_either_leg_found(
    lexical: dict[int, float], similar: dict[int, float]
) -> None:
    fused = fuse(lexical, similar)

    assert fused.keys() == lexical.keys() | similar.keys()
    assert all(0 <= score <= 1 + 1e-9 for score in fused.values())


def test_the_paper_about_it_comes_first(library: Library) -> None:
    passages = library.search("Which reading lamps tire the eyes of readers?")

    assert passages[0].paper_id == "lee2019lamps"
    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))
    scores = [passage.score for passage in passages]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_passage_is_the_part_of_the_abstract_that_its_offsets_say(library: Library) -> None:
    for passage in library.search("clocks and lamps"):
        paper = library.paper(passage.paper_id)
        assert passage.text == paper.abstract[passage.start : passage.stop]
        assert passage.title == paper.title


def test_both_scores_of_a_passage_are_told(library: Library) -> None:
    found = {p.paper_id: p for p in library.search("mills")}

    assert (found["fox2022mills"].bm25 or 0) > 0
    assert found["lee2019lamps"].bm25 is None
    assert all(-1 <= (p.similarity or 0) <= 1 for p in found.values())
    assert all(p.similarity is not None for p in found.values())


def test_a_paper_of_many_chunks_is_one_passage(library: Library) -> None:
    found = ids(library.search("late clocks in station halls", top_k=20))

    assert found[0] == "anon-clocks"
    assert sorted(found) == sorted(set(found))


def test_ties_are_broken_by_paper_id(library: Library) -> None:
    found = [p for p in library.search("ring twice") if p.paper_id.startswith("twin")]

    assert [p.paper_id for p in found if p.score == found[0].score] == sorted(ids(tuple(found)))


def test_the_same_question_finds_the_same_passages(library: Library) -> None:
    assert library.search("lamps and ink") == library.search("lamps and ink")


def test_no_more_papers_than_asked_for(library: Library) -> None:
    assert len(library.search("lamps", top_k=1)) == 1
    assert len(library.search("lamps", top_k=1000 * CANDIDATES)) == len(PAPERS) + len(TWINS)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(year_from=2021), {"yu2021ink", "fox2022mills"}),
        (Filters(year_from=2019, year_to=2021), {"lee2019lamps", "yu2021ink"}),
        (Filters(year_from=2021, year_to=2021), {"yu2021ink"}),
        (Filters(year_from=2021, year_to=2019), set()),
        (Filters(categories=("CS.hc",)), {"lee2019lamps", "yu2021ink"}),
        (Filters(categories=("cs",)), set()),
        (Filters(categories=("cs.HC", "econ.GN"), year_from=2022), {"fox2022mills"}),
        (Filters(authors=("muller",)), {"lee2019lamps"}),
        (Filters(authors=("MÜLLER", "fox")), {"lee2019lamps", "fox2022mills"}),
        (Filters(authors=("lee",), categories=("econ.GN",)), set()),
        (Filters(sources=("twins.jsonl",)), {"twin-a", "twin-b", "twin-c"}),
        (Filters(authors=("'; DROP TABLE papers; --", "%", "*")), set()),
    ],
)
def test_filters_let_only_papers_pass_that_meet_every_condition(
    library: Library, filters: Filters, found: set[str]
) -> None:
    assert set(ids(library.search("lamps", filters=filters))) == found


def test_a_filter_that_lets_all_pass_ranks_as_none_does(library: Library) -> None:
    everything = Filters(sources=("refs.jsonl", "twins.jsonl"))
    filtered = library.search("reading lamps", filters=everything)

    assert ids(filtered) == ids(library.search("reading lamps"))


@pytest.mark.parametrize(
    "question",
    ['"lamps', "lamps\0", "caf\udce9 lamps", "lamps \x1b[31m", "\U0001f4a1 lamps",
     "lamps " * 20_000],
)  # fmt: skip
def test_no_question_with_a_word_in_it_is_too_odd(library: Library, question: str) -> None:
    assert ids(library.search(question))[0] in {"lee2019lamps", "yu2021ink"}


def test_a_paper_found_by_meaning_alone_has_no_word_score(library: Library) -> None:
    [best, *_] = library.search("illumination")

    assert best.bm25 is None
    assert best.similarity is not None


def test_a_removed_paper_is_found_no_more(library: Library, tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text("\n".join(map(json.dumps, PAPERS[:2])))
    with Library.open(tmp_path / "library") as own:
        own.add(tmp_path / "one.jsonl")
        own.remove("lee2019lamps")

        assert ids(own.search("reading lamps")) == ["yu2021ink"]
    assert "lee2019lamps" in ids(library.search("reading lamps"))
