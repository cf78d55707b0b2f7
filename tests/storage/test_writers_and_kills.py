"""Several processes at one library, and processes killed in the midst of writing.

Every verdict is that of a fresh process that reads each vector back from Chroma.
"""

import json
import random
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import pytest

from ragassist.errors import LibraryLocked
from ragassist.library import Library
from ragassist.types import Answer, Declined
from tests.papers_made import Stated, make_papers
from tests.storage.deeds import Stored, add, add_and_die, read_back, remove, search
from tests.storage.processes import in_fresh_process, started

KEPT = make_papers(70, seed=1)
ADDED = make_papers(2100, seed=2)
QUESTION = str(ADDED[-1]["title"])
WAITING = "another process is writing to this library: waiting for it"

# In the order in which `add` comes by; the catalog takes 2,000 records a transaction, and
# 2,048 vectors.
KILL_POINTS = [
    pytest.param("absorb", "call", 2, id="between two transactions of reading"),
    pytest.param("insert_chunks", "return", 1, id="inside a transaction of reading"),
    pytest.param("store_vectors", "return", 1, id="inside a transaction of embedding"),
    pytest.param("store_vectors", "call", 2, id="between two transactions of embedding"),
    pytest.param("_copy", "call", 1, id="before copying the generation"),
    pytest.param("_copy", "return", 1, id="after copying the generation"),
    pytest.param("forget", "return", 2, id="before Chroma is given the vectors"),
    pytest.param("_write_manifest", "call", 1, id="after Chroma is given the vectors"),
    pytest.param("_replace_text", "call", 1, id="before the flip"),
    pytest.param("_replace_text", "return", 1, id="right after the flip"),
    pytest.param("mark_indexed", "return", 1, id="before the flip is noted"),
    pytest.param("_rmtree_safe_fd", "call", 2, id="while the old generation is deleted"),
]


def write(path: Path, papers: Sequence[Stated]) -> Path:
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), "utf-8")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("sources")
    return write(folder / "kept.jsonl", KEPT), write(folder / "added.jsonl", ADDED)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, files: tuple[Path, Path]) -> Path:
    """A library of the first file; copy it."""
    folder = tmp_path_factory.mktemp("begun") / "library"
    in_fresh_process(add, folder, files[:1])
    return folder


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, begun: Path, files: tuple[Path, Path]
) -> Stored:
    """What both files make when nothing comes between."""
    folder = tmp_path_factory.mktemp("undisturbed") / "library"
    shutil.copytree(begun, folder)
    in_fresh_process(add, folder, files)
    stored = in_fresh_process(read_back, folder)
    stored.assert_whole()
    assert {paper[0] for paper in stored.papers} == {str(p["_id"]) for p in KEPT + ADDED}
    return stored


@pytest.mark.parametrize(("function", "event", "occurrence"), KILL_POINTS)
def test_a_library_killed_there_is_finished_by_the_next_search_and_the_next_add(
    begun: Path,
    files: tuple[Path, Path],
    undisturbed: Stored,
    library_folder: Path,
    function: str,
    event: str,
    occurrence: int,
) -> None:
    shutil.copytree(begun, library_folder)
    with started(add_and_die, library_folder, files, function, event, occurrence) as writer:
        assert writer.exit_code() == -9

    _, notices = in_fresh_process(search, library_folder, QUESTION)
    assert notices == []
    after_search = in_fresh_process(read_back, library_folder)
    after_search.assert_whole()
    assert set(after_search.papers) <= set(undisturbed.papers)
    assert {str(p["_id"]) for p in KEPT} <= {paper[0] for paper in after_search.papers}

    in_fresh_process(add, library_folder, files)
    after_add = in_fresh_process(read_back, library_folder)
    after_add.assert_whole()
    assert after_add.papers == undisturbed.papers
    assert len(after_add.generations) == 1


@pytest.mark.parametrize(
    ("function", "event"), [("open", "return"), ("_create", "call"), ("_create", "return")]
)
def test_a_library_killed_while_it_is_made_is_made_by_the_next_add(
    files: tuple[Path, Path], library_folder: Path, function: str, event: str
) -> None:
    with started(add_and_die, library_folder, files[:1], function, event, 1) as writer:
        assert writer.exit_code() == -9
    in_fresh_process(add, library_folder, files[:1])
    stored = in_fresh_process(read_back, library_folder)
    stored.assert_whole()
    assert {paper[0] for paper in stored.papers} == {str(p["_id"]) for p in KEPT}


def test_a_library_survives_kills_at_arbitrary_moments_one_after_another(
    begun: Path, undisturbed: Stored, library_folder: Path, tmp_path: Path
) -> None:
    rng = random.Random(7)
    parts = [
        write(tmp_path / f"{begin}.jsonl", ADDED[begin : begin + 175])
        for begin in range(0, len(ADDED), 175)
    ]
    shutil.copytree(begun, library_folder)
    began = time.perf_counter()
    in_fresh_process(add, library_folder, parts[:1])
    undisturbed_s = time.perf_counter() - began
    for part in parts[1:]:
        with started(add, library_folder, [part]) as writer:
            writer.kill_after(rng.uniform(0, undisturbed_s))
    in_fresh_process(add, library_folder, parts)
    stored = in_fresh_process(read_back, library_folder)
    stored.assert_whole()
    assert stored.papers == undisturbed.papers
    assert len(stored.generations) == 1


def add_when_another_waits(folder: Path, files: Sequence[Path], waits: Path) -> None:
    """Add files, and stop while holding the lock until the other process waits for it."""

    def on_progress(stage: str, _done: int, _total: int) -> None:
        give_up = time.monotonic() + 60
        while stage == "indexing" and not waits.exists():
            assert time.monotonic() < give_up, "nobody came to wait"
            time.sleep(0.01)

    with Library.open(folder, progress=on_progress, exact_up_to=0) as library:
        library.add(*files)


def add_saying_so(folder: Path, files: Sequence[Path], waits: Path) -> list[str]:
    """Add files, leaving a sign when told that another process is writing."""
    notices: list[str] = []

    def on_notice(notice: str) -> None:
        notices.append(notice)
        waits.touch()

    with Library.open(folder, notify=on_notice, exact_up_to=0) as library:
        library.add(*files)
    return notices


def wait_for(path: Path) -> None:
    give_up = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < give_up, f"{path.name} never came"
        time.sleep(0.01)


def test_a_second_writer_says_that_it_waits_and_a_hurried_one_that_it_cannot(
    files: tuple[Path, Path], undisturbed: Stored, library_folder: Path, tmp_path: Path
) -> None:
    sign = tmp_path / "somebody waits"
    with started(add_when_another_waits, library_folder, files[:1], sign) as first:
        wait_for(library_folder / "write.lock")
        # The catalog has records in it: the first writer holds the lock.
        while not in_fresh_process(read_back, library_folder).papers:
            assert not sign.exists()
        with pytest.raises(LibraryLocked, match="try again when it is done"):
            in_fresh_process(add, library_folder, files[1:], 0.1)
        with started(add_saying_so, library_folder, files[1:], sign) as second:
            assert second.outcome() == [WAITING]
        first.outcome()
    stored = in_fresh_process(read_back, library_folder)
    stored.assert_whole()
    assert stored.papers == undisturbed.papers


def test_processes_that_make_one_library_at_once_all_succeed(
    library_folder: Path, tmp_path: Path
) -> None:
    shares = [make_papers(40, seed=seed) for seed in range(10, 14)]
    sources = [write(tmp_path / f"{n}.jsonl", share) for n, share in enumerate(shares)]
    with (
        started(add, library_folder, sources[:1]) as one,
        started(add, library_folder, sources[1:2]) as two,
        started(add, library_folder, sources[2:3]) as three,
        started(add, library_folder, sources[3:]) as four,
    ):
        for writer in (one, two, three, four):
            assert set(writer.outcome()) <= {WAITING}
    stored = in_fresh_process(read_back, library_folder)
    stored.assert_whole()
    assert {paper[0] for paper in stored.papers} == {str(p["_id"]) for s in shares for p in s}


def read_until(folder: Path, stop: Path, *, reopen: bool) -> tuple[int, list[str]]:
    """Do all that reads, over and over; how often, and the notices."""
    rounds, notices = 0, list[str]()
    library = Library.open(folder, notify=notices.append, exact_up_to=0)
    try:
        while not stop.exists() or not rounds:
            if reopen:
                library.close()
                library = Library.open(folder, notify=notices.append, exact_up_to=0)
            assert (
                library.search(str(KEPT[rounds % 60]["title"]))[0].paper_id == f"s1p{rounds % 60}"
            )
            library.ask(str(KEPT[rounds % 60]["abstract"]))
            assert library.paper("s1p0").title == KEPT[0]["title"]
            assert library.status().papers >= 60
            assert sum(1 for _ in library.papers()) >= 60
            rounds += 1
        last = library.search(QUESTION, top_k=1)[0]
        assert (last.paper_id, last.similarity is not None) == (ADDED[-1]["_id"], True)
    finally:
        library.close()
    return rounds, notices


def test_readers_never_fail_while_a_writer_adds_and_removes(
    begun: Path, library_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(begun, library_folder)
    done = tmp_path / "the writer is done"
    with (
        started(read_until_kept, library_folder, done) as long_lived,
        started(read_until_reopened, library_folder, done) as reopening,
        started(read_until_reopened, library_folder, done) as another,
    ):
        for begin in range(0, 500, 100):
            part = write(tmp_path / f"{begin}.jsonl", ADDED[begin : begin + 100])
            in_fresh_process(add, library_folder, [part])
            in_fresh_process(remove, library_folder, f"s1p{60 + begin // 100}", f"s2p{begin}")
        in_fresh_process(add, library_folder, [write(tmp_path / "last.jsonl", ADDED[500:])])
        done.touch()
        for reader in (long_lived, reopening, another):
            rounds, notices = reader.outcome()
            assert rounds > 1
            # All a reader may ever have to say: what the writer has not come to yet.
            assert [n for n in notices if "not searchable by meaning yet" not in n] == []
    in_fresh_process(search, library_folder, QUESTION)
    stored = in_fresh_process(read_back, library_folder)
    stored.assert_whole()
    assert len(stored.papers) == len(KEPT) + len(ADDED) - 10


def ask_while_it_is_removed(folder: Path, question: str, paper_id: str) -> Answer | Declined:
    """Ask, and have the paper removed between its being found and its being read."""
    done = False

    def watch(frame: FrameType, event: str, _: object) -> None:
        nonlocal done
        if event == "return" and frame.f_code.co_name == "find_passages" and not done:
            done = True
            with Library.open(folder, exact_up_to=0) as other:
                other.remove(paper_id)

    with Library.open(folder, exact_up_to=0) as library:
        sys.setprofile(watch)
        answer = library.ask(question)
    assert done
    return answer


def test_a_paper_removed_while_it_is_answered_from_is_not_in_the_answer(
    begun: Path, library_folder: Path
) -> None:
    shutil.copytree(begun, library_folder)
    abstract = str(KEPT[3]["abstract"])
    with Library.open(library_folder, exact_up_to=0) as library:
        answer = library.ask(abstract)
    assert isinstance(answer, Answer)
    assert answer.references[0].paper_id == "s1p3"
    answer_without = in_fresh_process(ask_while_it_is_removed, library_folder, abstract, "s1p3")
    assert "s1p3" not in {passage.paper_id for passage in answer_without.passages}


def read_until_kept(folder: Path, stop: Path) -> tuple[int, list[str]]:
    return read_until(folder, stop, reopen=False)


def read_until_reopened(folder: Path, stop: Path) -> tuple[int, list[str]]:
    return read_until(folder, stop, reopen=True)
