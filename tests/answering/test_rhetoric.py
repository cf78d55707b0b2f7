import pytest

from ragassist.answering.rhetoric import emphasis, find_turn, opening


@pytest.mark.parametrize(
    "sentence",
    [
        "This helps.",
        "It is slower.",
        "They drain at once.",
        "These soils hold water.",
        "However, it remains wet.",
        "Moreover, they drain slowly.",
        "To the best of our knowledge, it is the first map.",
        "But clay is heavy.",
        "Such soils are rare.",
    ],
)
def test_a_sentence_that_leans_on_the_one_before_does_not_stand_alone(sentence: str) -> None:
    assert opening(sentence) is None


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("To this end, we drain clay.", "we drain clay."),
        ("To address these problems, we drain clay.", "we drain clay."),
        ("However, clay drains slowly.", "clay drains slowly."),
        ("Based on this finding, we propose a drain.", "we propose a drain."),
        ("In this paper, we drain clay.", "In this paper, we drain clay."),
        ("This paper drains clay.", "This paper drains clay."),
        ("To drain clay, we dig.", "To drain clay, we dig."),
        ("Iterations help.", "Iterations help."),
        ("Thesis work is hard.", "Thesis work is hard."),
    ],
)
def test_a_sentence_stands_alone_behind_the_words_that_link_it(sentence: str, rest: str) -> None:
    start = opening(sentence)
    assert start is not None
    assert sentence[start:] == rest


def test_the_turn_is_where_the_authors_say_what_they_did() -> None:
    assert find_turn(["Clay is wet.", "Drains clog.", "We dig.", "We fill."]) == 2
    assert find_turn(["A drain is dug.", "Clay dries."]) == 0
    assert find_turn([]) == 0


def test_findings_count_more_and_the_scene_and_offers_of_files_less() -> None:
    found = emphasis("We show that clay drains slowly.", before_turn=False)
    plain = emphasis("Clay drains slowly.", before_turn=False)
    scene = emphasis("Clay has attracted much attention in recent years.", before_turn=False)
    files = emphasis("Our code is available at https://example.org.", before_turn=False)
    assert found > plain == 1.0 > max(scene, files)
    assert emphasis("Clay drains slowly.", before_turn=True) < plain
