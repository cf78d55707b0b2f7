"""The vector index on disk: what damage does to it, who may delete what, and when."""

import json
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType

import pytest

from ragassist.index.generations import Generations
from ragassist.library import Library
from tests.conftest import WriteJsonl
from tests.papers_made import make_papers
from tests.storage.deeds import add, read_back, remove, search
from tests.storage.processes import in_fresh_process, started

PAPERS = make_papers(50)
QUESTION = str(PAPERS[3]["title"])


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of fifty papers; copy it."""
    place = tmp_path_factory.mktemp("made")
    (place / "papers.jsonl").write_text("\n".join(map(json.dumps, PAPERS)), "utf-8")
    in_fresh_process(add, place / "library", [place / "papers.jsonl"])
    return place / "library"


@pytest.fixture
def library(made_once: Path, library_folder: Path) -> Path:
    return shutil.copytree(made_once, library_folder)


def generation(library: Path) -> Path:
    return library / "chroma" / (library / "chroma" / "CURRENT").read_text("ascii")


def graph_file(library: Path, name: str) -> Path:
    (file,) = generation(library).glob(f"*/{name}")
    return file


def scribble(file: Path, begin: int = 0, length: int | None = None) -> None:
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(begin)
        opened.write(os.urandom(size - begin if length is None else length))


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


Damage = Callable[[Path], object]
DAMAGES: dict[str, tuple[Damage, str]] = {
    "chroma/ is deleted": (lambda lib: shutil.rmtree(lib / "chroma"), "was missing"),
    "CURRENT is deleted": (lambda lib: (lib / "chroma" / "CURRENT").unlink(), "was missing"),
    "CURRENT is garbage": (
        lambda lib: (lib / "chroma" / "CURRENT").write_bytes(b"\xff\x00garbage"),
        "was damaged",
    ),
    "CURRENT is empty": (lambda lib: (lib / "chroma" / "CURRENT").write_bytes(b""), "was missing"),
    "CURRENT names nothing": (
        lambda lib: (lib / "chroma" / "CURRENT").write_text("g000009-abcdef"),
        "did not belong to this catalog",
    ),
    "the generation is deleted": (lambda lib: shutil.rmtree(generation(lib)), "was damaged"),
    "the manifest is garbage": (
        lambda lib: scribble(generation(lib) / "manifest.json"),
        "was damaged",
    ),
    "the manifest is a list": (
        lambda lib: (generation(lib) / "manifest.json").write_text("[]"),
        "was damaged",
    ),
    "the graph is cut short": (
        lambda lib: os.truncate(graph_file(lib, "data_level0.bin"), 5000),
        "was damaged",
    ),
    "one byte of the graph is another": (
        lambda lib: scribble(graph_file(lib, "data_level0.bin"), 4321, 1),
        "was damaged",
    ),
    "the graph's list of ids is deleted": (
        lambda lib: graph_file(lib, "index_metadata.pickle").unlink(),
        "was damaged",
    ),
    "Chroma's catalog is deleted": (
        lambda lib: (generation(lib) / "chroma.sqlite3").unlink(),
        "was damaged",
    ),
    "Chroma's catalog is empty": (
        lambda lib: os.truncate(generation(lib) / "chroma.sqlite3", 0),
        "was damaged",
    ),
    "Chroma's catalog is garbage": (
        lambda lib: scribble(generation(lib) / "chroma.sqlite3"),
        "was damaged",
    ),
    "Chroma's catalog is garbage but for its beginning": (
        lambda lib: scribble(generation(lib) / "chroma.sqlite3", 4096),
        "was damaged",
    ),
    "Chroma's catalog is cut short": (
        lambda lib: os.truncate(generation(lib) / "chroma.sqlite3", 40_960),
        "was damaged",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_made_anew_by_the_next_search_which_says_so(
    library: Path, damage: str
) -> None:
    inflict, fault = DAMAGES[damage]
    inflict(library)
    found, notices = in_fresh_process(search, library, QUESTION)
    assert found[0] == "s0p3"
    assert notices == [f"the vector index {fault} and has been made anew from the catalog"]
    stored = in_fresh_process(read_back, library)
    stored.assert_whole()
    assert len(stored.generations) == 1
    assert in_fresh_process(search, library, QUESTION) == (found, [])


def test_a_damaged_lock_of_a_generation_keeps_nobody_from_searching_or_adding(
    library: Path, jsonl_file: WriteJsonl
) -> None:
    generation(library).with_suffix(".lock").write_bytes(b"no database" * 999)
    found, notices = in_fresh_process(search, library, QUESTION)
    assert found[0] == "s0p3"
    assert notices == ["the vector index was damaged and has been made anew from the catalog"]
    in_fresh_process(add, library, [jsonl_file("more.jsonl", make_papers(5, seed=1))])
    in_fresh_process(read_back, library).assert_whole()
    assert in_fresh_process(search, library, QUESTION) == (found, [])


@pytest.mark.parametrize(
    "damage", ["the graph is cut short", "Chroma's catalog is garbage", "chroma/ is deleted"]
)
def test_adding_to_a_library_with_a_damaged_index_makes_it_anew(
    library: Path, jsonl_file: WriteJsonl, damage: str
) -> None:
    inflict, fault = DAMAGES[damage]
    inflict(library)
    more = jsonl_file("more.jsonl", make_papers(5, seed=1))
    notices = in_fresh_process(add, library, [more])
    assert notices == [f"the vector index {fault} and has been made anew from the catalog"]
    stored = in_fresh_process(read_back, library)
    stored.assert_whole()
    assert len(stored.papers) == 55


def test_a_catalog_restored_from_a_backup_does_not_trust_the_newer_index(
    library: Path, jsonl_file: WriteJsonl
) -> None:
    backup = (library / "catalog.sqlite3").read_bytes()
    in_fresh_process(add, library, [jsonl_file("more.jsonl", make_papers(5, seed=1))])
    in_fresh_process(remove, library, "s0p3", "s0p4")
    (library / "catalog.sqlite3").write_bytes(backup)
    found, notices = in_fresh_process(search, library, QUESTION)
    assert found[0] == "s0p3"
    assert notices == [
        "the vector index did not belong to this catalog and has been made anew from the catalog"
    ]
    stored = in_fresh_process(read_back, library)
    stored.assert_whole()
    assert len(stored.papers) == 50


def test_a_catalog_made_anew_beside_an_old_index_keeps_nothing_of_it(
    library: Path, jsonl_file: WriteJsonl
) -> None:
    (library / "catalog.sqlite3").unlink()
    in_fresh_process(add, library, [jsonl_file("more.jsonl", make_papers(5, seed=1))])
    stored = in_fresh_process(read_back, library)
    stored.assert_whole()
    assert len(stored.papers) == 5


@pytest.mark.parametrize("count", [1, 2, 50])
def test_searching_leaves_the_graph_as_it_was_written(
    library_folder: Path, jsonl_file: WriteJsonl, count: int
) -> None:
    in_fresh_process(add, library_folder, [jsonl_file("papers.jsonl", PAPERS[:count])])
    in_fresh_process(search, library_folder, QUESTION)
    before = files_of(library_folder / "chroma")
    assert in_fresh_process(search, library_folder, QUESTION)[1] == []
    after = files_of(library_folder / "chroma")
    assert before.keys() == after.keys()
    changed = {Path(name).name for name in before if before[name] != after[name]}
    # Of one vector Chroma stores no graph, and its readers each write an empty one.
    assert changed <= {"chroma.sqlite3"} | ({"length.bin"} if count == 1 else set())


def test_removing_a_paper_leaves_an_index_that_searches_do_not_change(library: Path) -> None:
    in_fresh_process(remove, library, "s0p5")
    name = generation(library).name
    for _ in range(2):
        assert in_fresh_process(search, library, QUESTION)[1] == []
    assert generation(library).name == name
    in_fresh_process(read_back, library).assert_whole()


def test_a_generation_is_kept_while_a_reader_holds_it_and_deleted_by_the_next_writer(
    library: Path, jsonl_file: WriteJsonl
) -> None:
    held = generation(library)
    with Library.open(library, exact_up_to=0) as reader:
        assert reader.search(QUESTION)[0].paper_id == "s0p3"
        in_fresh_process(add, library, [jsonl_file("one.jsonl", make_papers(5, seed=1))])
        assert held.is_dir()
        assert generation(library) != held
        # The reader goes over to the new generation by itself, and lets the old one go.
        other = make_papers(5, seed=1)[2]
        assert reader.search(str(other["title"]))[0].paper_id == "s1p2"
        in_fresh_process(add, library, [jsonl_file("two.jsonl", make_papers(5, seed=2))])
        assert not held.exists()
        assert not held.with_name(f"{held.name}.lock").exists()
    stored = in_fresh_process(read_back, library)
    stored.assert_whole()
    assert len(stored.papers) == 60


def search_while_it_is_superseded(
    library: Path, file: Path, moment: str
) -> tuple[list[str], list[str]]:
    """Search, and have a file added when a function of that name is called first."""
    done = False

    def watch(frame: FrameType, event: str, _: object) -> None:
        nonlocal done
        if event == "call" and frame.f_code.co_name == moment and not done:
            done = True
            add(library, [file])

    sys.setprofile(watch)
    found = search(library, QUESTION)
    sys.setprofile(None)
    assert done
    return found


@pytest.mark.parametrize("moment", ["_space_of", "_hold", "verify", "query"])
def test_a_reader_overtaken_by_a_writer_at_any_step_finds_what_it_was_asked_for(
    library: Path, jsonl_file: WriteJsonl, moment: str
) -> None:
    more = jsonl_file("more.jsonl", make_papers(5, seed=1))
    found, notices = in_fresh_process(search_while_it_is_superseded, library, more, moment)
    assert (found[0], notices) == ("s0p3", [])
    in_fresh_process(search, library, QUESTION)
    in_fresh_process(read_back, library).assert_whole()


def hold_until_killed(library: Path, sign: Path) -> None:
    """Hold the current generation open."""
    reader = Generations(library).open()
    assert reader is not None
    sign.touch()
    time.sleep(60)


def test_a_killed_reader_holds_nothing(
    library: Path, jsonl_file: WriteJsonl, tmp_path: Path
) -> None:
    held, sign = generation(library), tmp_path / "held"
    with started(hold_until_killed, library, sign) as reader:
        while not sign.exists():
            assert reader.is_alive()
        in_fresh_process(add, library, [jsonl_file("one.jsonl", make_papers(5, seed=1))])
        assert held.is_dir()
        reader.kill_after(0)
    in_fresh_process(add, library, [jsonl_file("two.jsonl", make_papers(5, seed=2))])
    assert not held.exists()
    assert in_fresh_process(read_back, library).generations == (generation(library).name,)


def test_what_was_left_of_an_interrupted_generation_is_deleted_unopened(
    library: Path, jsonl_file: WriteJsonl
) -> None:
    left = library / "chroma" / "g000777-abcdef"
    left.mkdir()
    (left / "chroma.sqlite3").write_bytes(b"half written")
    (library / "chroma" / "CURRENT.new").write_text("g000777")
    (library / "chroma" / "gallery").mkdir()
    in_fresh_process(add, library, [jsonl_file("one.jsonl", make_papers(5, seed=1))])
    assert not left.exists()
    assert (library / "chroma" / "gallery").is_dir()
    in_fresh_process(read_back, library).assert_whole()


def test_an_add_stopped_from_the_keyboard_leaves_no_half_generation_and_loses_nothing(
    library: Path, jsonl_file: WriteJsonl
) -> None:
    in_use = generation(library)

    def stop(at: str, _done: int, _total: int) -> None:
        if at == "indexing":
            raise KeyboardInterrupt

    more = jsonl_file("more.jsonl", make_papers(5, seed=1))
    with (
        Library.open(library, progress=stop, exact_up_to=0) as stopped,
        pytest.raises(KeyboardInterrupt),
    ):
        stopped.add(more)
    assert [path for path in (library / "chroma").iterdir() if path.is_dir()] == [in_use]
    in_fresh_process(search, library, QUESTION)
    stored = in_fresh_process(read_back, library)
    stored.assert_whole()
    assert len(stored.papers) == 55


def test_many_readers_opening_at_once_take_no_damage_for_granted(library: Path) -> None:
    with (
        started(search_often, library) as one,
        started(search_often, library) as two,
        started(search_often, library) as three,
        started(search_often, library) as four,
    ):
        assert [reader.outcome() for reader in (one, two, three, four)] == [set()] * 4


def search_often(library: Path) -> set[str]:
    """Open, search, close, six times; the notices."""
    return {notice for _ in range(6) for notice in search(library, QUESTION)[1]}


def test_a_second_writer_in_line_finds_the_index_the_first_one_left(library: Path) -> None:
    with closing(sqlite3.connect(library / "catalog.sqlite3")) as catalog:
        catalog.execute("UPDATE chunks SET pending = 1")
        catalog.commit()
    with started(search, library, QUESTION) as one, started(search, library, QUESTION) as two:
        assert one.outcome()[0] == two.outcome()[0]
    in_fresh_process(search, library, QUESTION)
    in_fresh_process(read_back, library).assert_whole()
