import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ragassist.errors import LibraryLocked, LibraryReadOnly, UsageError
from ragassist.storage.catalog import CATALOG_NAME, Catalog
from ragassist.storage.exchanges import (
    clear_exchanges,
    log_exchange,
    read_conversation,
    read_exchanges,
    search_exchanges,
)
from ragassist.types import Answer, Claim, Declined, Evidence, Filters, Mark, Origin, Passage
from tests.storage.deeds import make_older

SECRET = "How do owls conceal the zygomorphic pellet?"


@pytest.fixture
def catalog(library_folder: Path) -> Iterator[Catalog]:
    opened = Catalog.create(library_folder)
    yield opened
    opened.close()


def passage(text: str) -> Passage:
    return Passage(
        paper_id="owls", title="Owls", start=3, stop=3 + len(text), text=text, rank=1,
        score=0.5, bm25=1.0, similarity=None,
    )  # fmt: skip


def answer(question: str = "Do owls hear?") -> Answer:
    claim = Claim(
        text="Owls hear.",
        marks=(Mark(key="owls", paper_id="owls", at=10),),
        evidence=(Evidence(paper_id="owls", quote="Owls hear.", start=3, stop=13),),
        verdict="supported",
    )
    return Answer(
        question=question,
        standalone=question,
        text="Owls hear. [owls]",
        claims=(claim, Claim(text="They also read.", verdict="uncited")),
        references=(),
        passages=(passage("Owls hear."),),
        filters=Filters(year_from=2020),
        origin=Origin(answerer="openai:small", prompts={"answer": "0123"}),
    )


def declined(question: str) -> Declined:
    return Declined(
        question=question, standalone=question, reason="Nothing here.", nearest=(), passages=()
    )


def test_an_exchange_is_read_back_with_its_verdicts_counted(catalog: Catalog) -> None:
    number = log_exchange(catalog, answer())
    (kept,) = read_exchanges(catalog)

    assert (kept.number, kept.conversation) == (number, number)
    assert (kept.question, kept.text, kept.answered) == ("Do owls hear?", "Owls hear. [owls]", True)
    assert kept.answerer == "openai:small"
    assert kept.verdicts == {"supported": 1, "uncited": 1}


def test_what_is_kept_makes_the_answer_again_without_repeating_the_abstracts(
    catalog: Catalog,
) -> None:
    log_exchange(catalog, answer())
    kept = json.loads(read_exchanges(catalog)[0].kept)

    assert kept["passages"] == [
        {"paper_id": "owls", "start": 3, "stop": 13, "rank": 1, "score": 0.5}
    ]
    assert kept["origin"]["prompts"] == {"answer": "0123"}
    assert kept["filters"]["year_from"] == 2020
    assert kept["library"] == {"papers": 0, "generation": None}
    assert kept["claims"][0]["evidence"][0]["quote"] == "Owls hear."


def test_the_exchanges_of_a_conversation_share_the_number_of_its_first(catalog: Catalog) -> None:
    alone = log_exchange(catalog, answer())
    first = log_exchange(catalog, answer())
    log_exchange(catalog, declined("And mice?"), first)

    assert [kept.conversation for kept in read_exchanges(catalog)] == [alone, first, first]


def test_a_refusal_is_logged_with_its_reason(catalog: Catalog) -> None:
    log_exchange(catalog, declined("And mice?"))
    (kept,) = read_exchanges(catalog)

    assert (kept.answered, kept.text, kept.verdicts) == (False, "Nothing here.", {})


def test_the_latest_are_listed_oldest_first(catalog: Catalog) -> None:
    for name in "abcd":
        log_exchange(catalog, declined(name))

    assert [kept.question for kept in read_exchanges(catalog, 2)] == ["c", "d"]


def test_a_number_is_never_given_again(catalog: Catalog) -> None:
    first = log_exchange(catalog, answer())
    clear_exchanges(catalog)

    assert log_exchange(catalog, answer()) > first


def test_clearing_leaves_no_byte_of_a_question_on_disk(
    catalog: Catalog, library_folder: Path
) -> None:
    for _ in range(30):
        log_exchange(catalog, declined(SECRET))
    on_disk = b"".join(file.read_bytes() for file in library_folder.iterdir())
    assert SECRET.encode() in on_disk
    assert clear_exchanges(catalog) == 30
    assert catalog.erase_traces()

    on_disk = b"".join(file.read_bytes() for file in library_folder.iterdir())
    assert SECRET.encode() not in on_disk
    assert read_exchanges(catalog) == ()


def test_traces_that_another_reader_holds_on_to_are_said_to_be_left(
    catalog: Catalog, library_folder: Path
) -> None:
    log_exchange(catalog, declined(SECRET))
    reader = sqlite3.connect(library_folder / CATALOG_NAME, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM exchanges").fetchall()
    catalog.execute("PRAGMA busy_timeout = 0")
    clear_exchanges(catalog)
    catalog.execute("PRAGMA busy_timeout = 0")
    assert not catalog.erase_traces()
    reader.close()

    assert catalog.erase_traces()


def test_logging_needs_no_writers_lock(catalog: Catalog, library_folder: Path) -> None:
    writer = Catalog.open(library_folder)
    with writer.writing():
        log_exchange(catalog, answer())
    writer.close()

    assert len(read_exchanges(catalog)) == 1


def test_logging_gives_up_where_another_process_is_in_a_transaction(
    catalog: Catalog, library_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ragassist.storage.catalog._NOTE_WAIT_S", 0)
    other = sqlite3.connect(library_folder / CATALOG_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryLocked):
        log_exchange(catalog, answer())
    other.execute("ROLLBACK")
    other.close()

    assert log_exchange(catalog, answer()) == 1


def test_a_catalog_from_before_there_was_a_log_gets_one(
    catalog: Catalog, library_folder: Path
) -> None:
    make_older(catalog, 1)
    again = Catalog.open(library_folder)
    try:
        assert log_exchange(again, answer()) == 1
    finally:
        again.close()


def test_one_from_before_that_cannot_be_written_to_is_still_read(
    catalog: Catalog, library_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_older(catalog, 1)
    monkeypatch.setattr("ragassist.storage.catalog.os.access", lambda *_: False)
    read_only = Catalog.open(library_folder)
    try:
        assert read_only.value("SELECT count(*) FROM papers") == 0
        assert read_exchanges(read_only) == ()
        with pytest.raises(LibraryReadOnly):
            log_exchange(read_only, answer())
    finally:
        read_only.close()


def test_a_conversation_is_read_by_any_of_its_exchanges_and_the_latest_by_none(
    catalog: Catalog,
) -> None:
    first = log_exchange(catalog, answer())
    other = log_exchange(catalog, declined("Do mice?"))
    second = log_exchange(catalog, answer("And bats?"), first)

    assert [one.number for one in read_conversation(catalog, second)] == [first, second]
    assert [one.number for one in read_conversation(catalog)] == [first, second]
    assert [one.number for one in read_conversation(catalog, other)] == [other]
    assert read_conversation(catalog, 99) == ()


def test_a_search_finds_all_words_by_their_beginnings_the_best_first(catalog: Catalog) -> None:
    log_exchange(catalog, declined("Which owls of the far north of Norway hear the best in snow?"))
    log_exchange(catalog, declined("Owls that hear"))
    log_exchange(catalog, declined("Hear the NOËL bells"))

    def found(words: str, limit: int | None = None) -> list[int]:
        return [one.number for one in search_exchanges(catalog, words, limit)]

    assert found("ow HEA") == [2, 1]
    assert found("owl hear", 1) == [2]
    assert found("noel") == [3]
    assert found("wls") == []
    assert found('"owls" AND (norway)*') == []
    assert found('owls* "norway') == [1]


def test_a_search_without_a_word_is_a_mistake_of_usage(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="has no word to search the log for"):
        search_exchanges(catalog, "?_!")
