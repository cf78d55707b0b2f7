"""Retrieval measured: the values of each metric by hand, and a whole small collection."""

import json
from math import log2
from pathlib import Path

import pytest

from ragassist.evaluation.beir import read_collection
from ragassist.evaluation.retrieval import Retrieval, measure_retrieval, values_of
from tests.shared_data import shared


def ranked(*documents: str) -> dict[str, float]:
    """Scores that rank the documents so."""
    return {key: float(len(documents) - place) for place, key in enumerate(documents)}


def test_each_metric_has_the_value_that_its_formula_gives_by_hand() -> None:
    qrels = {"q": {"good": 2, "fair": 1, "bad": 0, "missed": 1}}
    run = {"q": ranked("bad", "good", "unjudged", "fair")}

    values = {name: by_query["q"] for name, by_query in values_of(qrels, run, 100).items()}

    gained = 2 / log2(3) + 1 / log2(5)
    ideal = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert values == {
        "nDCG@10": pytest.approx(gained / ideal),
        "R@10": pytest.approx(2 / 3),
        "R@50": pytest.approx(2 / 3),
        "R@100": pytest.approx(2 / 3),
        "RR@100": pytest.approx(1 / 2),
        "P@5": pytest.approx(2 / 5),
        "Judged@10": pytest.approx(3 / 4),
    }


def test_what_stands_below_the_cutoff_counts_for_nothing() -> None:
    others = [f"x{n:02}" for n in range(10)]
    values = values_of({"q": {"good": 1}}, {"q": ranked(*others, "good")}, 100)

    assert (values["nDCG@10"]["q"], values["R@10"]["q"], values["R@50"]["q"]) == (0, 0, 1)
    assert values["RR@100"]["q"] == pytest.approx(1 / 11)


def test_a_query_that_found_nothing_has_nought_and_nothing_that_could_be_judged() -> None:
    values = values_of({"a": {"d": 1}, "b": {"d": 1}}, {"a": ranked("d"), "b": {}}, 100)

    assert values["nDCG@10"] == {"a": 1, "b": 0}
    assert values["Judged@10"] == {"a": 1}
    assert values_of({"b": {"d": 1}}, {"b": {}}, 100)["R@10"] == {"b": 0}


def test_metrics_that_look_deeper_than_was_ranked_are_left_out_and_a_deeper_one_is_added() -> None:
    qrels, run = {"q": {"d": 1}}, {"q": ranked("d")}

    assert list(values_of(qrels, run, 10)) == ["nDCG@10", "R@10", "P@5", "Judged@10"]
    assert "R@1000" in values_of(qrels, run, 1000)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Birds and beasts: with a title alone, twice under two keys, and one that says nothing."""
    place = tmp_path_factory.mktemp("collections") / "toy"
    (place / "qrels").mkdir(parents=True)
    twin = {"title": "Foxes dig", "text": "Foxes dig for voles.", "metadata": {"doi": "10.1234/f"}}
    documents = [
        {"_id": "owl", "title": "Owls hear mice", "text": "Owls hear mice under deep snow."},
        {"_id": "bat", "title": "Bats hear moths", "text": "Bats find moths by echo."},
        {"_id": "title", "title": "Hedgehogs eat beetles", "text": ""},
        {"_id": "twin1", **twin},
        {"_id": "twin2", **twin},
        {"_id": "empty", "title": "", "text": ""},
    ]
    queries = [
        {"_id": "1", "text": "Do owls hear mice under snow?"},
        {"_id": "2", "text": "Which hedgehogs eat beetles?"},
        {"_id": "3", "text": "Why do foxes dig for voles?"},
        {"_id": "4", "text": "What is empty?"},
    ]
    for name, rows in (("corpus", documents), ("queries", queries)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (place / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    judged = ["1\towl\t1", "2\ttitle\t1", "3\ttwin1\t1", "3\ttwin2\t1", "4\tempty\t1"]
    (place / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\n" + "".join(f"{line}\n" for line in judged)
    )
    return place


@pytest.fixture(scope="module")
def measured(toy: Path) -> Retrieval:
    return measure_retrieval(
        read_collection(toy), embedder="builtin", depth=100, progress=lambda *_: None
    )


def test_a_paper_with_a_title_alone_is_found_and_one_with_nothing_is_counted(
    measured: Retrieval,
) -> None:
    # Three of four queries find all that is relevant; the fourth asks for the empty document.
    assert measured.systems["bm25"]["R@10"].mean == 0.75
    assert measured.systems["fused"]["nDCG@10"].mean == 0.75
    assert (measured.papers, measured.unreadable) == (4, 1)


def test_a_paper_stands_for_every_document_that_was_merged_into_it(measured: Retrieval) -> None:
    # Both twins are relevant to the third query: with one alone, P@5 were 3/20.
    assert measured.systems["bm25"]["P@5"].mean == pytest.approx(4 / 20)


def test_gains_are_paired_with_bm25_and_every_system_has_every_metric(measured: Retrieval) -> None:
    assert list(measured.systems) == ["bm25", "dense", "fused"]
    for metric, gain in measured.gains.items():
        fused, bm25 = (measured.systems[name][metric].mean for name in ("fused", "bm25"))
        assert fused is not None
        assert bm25 is not None
        if metric != "Judged@10":
            assert gain.mean == pytest.approx(fused - bm25)
            assert gain.n == 4


def test_on_cranfield_both_legs_together_find_more_than_words_alone() -> None:
    folder = shared("eval", "retrieval", "cranfield")
    cranfield = measure_retrieval(
        read_collection(folder), embedder="builtin", depth=100, progress=lambda *_: None
    )

    bm25, gain = cranfield.systems["bm25"]["nDCG@10"], cranfield.gains["nDCG@10"]
    assert bm25.mean == pytest.approx(0.355, abs=0.01)
    assert gain.low is not None
    assert gain.low > 0
