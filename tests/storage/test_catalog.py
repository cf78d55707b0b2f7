"""The catalog file: how it is made and carried forward, and what is said when it cannot be used."""

import ctypes
import json
import os
import resource
import sqlite3
import stat
import struct
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import TypeVar

import pytest

from ragassist.errors import (
    CatalogCorrupt,
    LibraryNotFound,
    LibraryReadOnly,
    SchemaTooNew,
    StorageError,
)
from ragassist.storage.catalog import CATALOG_NAME, Catalog
from ragassist.storage.schema import SCHEMA_VERSION
from tests.conftest import WriteJsonl
from tests.papers_made import make_papers
from tests.storage.deeds import add, add_and_die, make_older, read_back, search
from tests.storage.processes import in_fresh_process, started

T = TypeVar("T")

PAPERS = make_papers(40)
QUESTION = str(PAPERS[3]["title"])


@pytest.fixture
def library(library_folder: Path, jsonl_file: WriteJsonl) -> Path:
    """A library of forty papers."""
    in_fresh_process(add, library_folder, [jsonl_file("papers.jsonl", PAPERS)])
    return library_folder


def version_of(folder: Path) -> int:
    with closing(sqlite3.connect(folder / CATALOG_NAME)) as file:
        return int(file.execute("PRAGMA user_version").fetchone()[0])


def test_an_empty_file_of_version_0_becomes_a_catalog_of_the_current_version(
    library_folder: Path,
) -> None:
    library_folder.mkdir()
    (library_folder / CATALOG_NAME).touch()
    Catalog.open(library_folder).close()
    assert version_of(library_folder) == SCHEMA_VERSION


def test_a_migration_that_fails_leaves_the_catalog_as_it_was(library_folder: Path) -> None:
    library_folder.mkdir()
    with closing(sqlite3.connect(library_folder / CATALOG_NAME)) as file:
        # In the way of a table that the first migration makes among others.
        file.execute("CREATE TABLE failures (note TEXT)")
        file.commit()
    with pytest.raises(StorageError, match="table failures already exists"):
        Catalog.open(library_folder)
    with closing(sqlite3.connect(library_folder / CATALOG_NAME)) as file:
        assert file.execute("SELECT name FROM sqlite_master").fetchall() == [("failures",)]
    assert version_of(library_folder) == 0


def test_a_catalog_of_a_newer_schema_is_refused_and_not_touched(library: Path) -> None:
    with closing(sqlite3.connect(library / CATALOG_NAME)) as file:
        file.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = (library / CATALOG_NAME).read_bytes()
    with pytest.raises(SchemaTooNew, match="upgrade ragassist") as refused:
        Catalog.open(library)
    assert refused.value.exit_code == 1
    assert (library / CATALOG_NAME).read_bytes() == before


def test_no_catalog_is_said_with_how_to_make_one(library_folder: Path) -> None:
    with pytest.raises(LibraryNotFound, match="`ragassist add FILE` makes one"):
        Catalog.open(library_folder)
    assert not library_folder.exists()


def test_a_file_that_is_no_database_is_called_damaged_and_left_alone(library: Path) -> None:
    garbage = b"these are not the papers you were looking for" * 400
    (library / CATALOG_NAME).write_bytes(garbage)
    with pytest.raises(CatalogCorrupt, match="restore it from a backup"):
        Catalog.open(library)
    assert (library / CATALOG_NAME).read_bytes() == garbage


def test_a_catalog_damaged_inside_is_called_damaged_by_reading_and_by_adding(
    library: Path, jsonl_file: WriteJsonl
) -> None:
    with (library / CATALOG_NAME).open("r+b") as file:
        # The first page says that the rest is there.
        file.seek(4096)
        file.write(b"\xa5" * ((library / CATALOG_NAME).stat().st_size - 4096))
    with pytest.raises(CatalogCorrupt, match="is damaged"):
        in_fresh_process(search, library, QUESTION)
    with pytest.raises(CatalogCorrupt, match="is damaged"):
        in_fresh_process(add, library, [jsonl_file("more.jsonl", make_papers(3, seed=9))])


def test_only_the_owner_can_read_what_add_makes_whatever_the_umask(
    library_folder: Path, jsonl_file: WriteJsonl
) -> None:
    in_fresh_process(_add_with_open_umask, library_folder, jsonl_file("papers.jsonl", PAPERS))
    assert stat.S_IMODE(library_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((library_folder / "chroma").stat().st_mode) == 0o700
    files = [path for path in library_folder.iterdir() if path.is_file()]
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in files} == {
        "catalog.sqlite3": 0o600,
        "write.lock": 0o600,
    }


def _add_with_open_umask(folder: Path, file: Path) -> None:
    os.umask(0)
    add(folder, [file])


def test_a_row_that_refers_to_nothing_is_refused(library_folder: Path) -> None:
    catalog = Catalog.create(library_folder)
    try:
        with pytest.raises(StorageError, match="FOREIGN KEY constraint failed"):
            catalog.execute("INSERT INTO aliases VALUES ('nobody', 17)")
    finally:
        catalog.close()


def test_a_transaction_that_fails_leaves_nothing_and_the_next_one_works(
    library_folder: Path,
) -> None:
    catalog = Catalog.create(library_folder)
    try:
        with pytest.raises(StorageError, match="no such table"), catalog.transaction():
            _paint_then_fail(catalog)
        assert catalog.meta("colour") is None
        with catalog.transaction():
            catalog.set_meta("colour", "blue")
        assert catalog.meta("colour") == "blue"
    finally:
        catalog.close()


def _paint_then_fail(catalog: Catalog) -> None:
    catalog.set_meta("colour", "red")
    catalog.execute("DELETE FROM nowhere")


def unprivileged(deed: Callable[..., T], *arguments: object) -> T:
    """Do it with permissions in force: they are nothing to root, whom CI may run as."""
    if not os.getuid():
        # capset(2): keep none of root's powers; what root owns stays root's own.
        header, none = struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[0] * 6)
        assert ctypes.CDLL(None).capset(header, none) == 0
    return deed(*arguments)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a file of papers in it."""
    if not os.getuid() and sys.platform != "linux":
        pytest.skip("only Linux lets root put its powers down")
    (tmp_path / "papers.jsonl").write_text("\n".join(map(json.dumps, PAPERS)), "utf-8")
    return tmp_path


def _forbid_writing(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o500 if path.is_dir() else 0o400)


def _allow_writing(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def test_a_read_only_library_is_searched_and_refuses_papers_in_one_line(
    place: Path,
) -> None:
    folder, source = place / "library", place / "papers.jsonl"
    in_fresh_process(unprivileged, add, folder, [source])
    _forbid_writing(folder)
    try:
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        assert in_fresh_process(unprivileged, search, folder, QUESTION)[0][0] == "s0p3"
        assert in_fresh_process(unprivileged, search, folder, QUESTION)[1] == []
        with pytest.raises(LibraryReadOnly, match="cannot be written to"):
            in_fresh_process(unprivileged, add, folder, [source])
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    finally:
        _allow_writing(folder)


def test_a_library_made_read_only_after_a_kill_shows_what_was_committed(
    place: Path,
) -> None:
    folder, source = place / "library", place / "papers.jsonl"
    with started(
        unprivileged, add_and_die, folder, [source], "_write_generation", "call", 1
    ) as writer:
        assert writer.exit_code() == -9
    assert (folder / f"{CATALOG_NAME}-wal").stat().st_size > 0
    _forbid_writing(folder)
    try:
        found, notices = in_fresh_process(unprivileged, search, folder, QUESTION)
        assert found[0] == "s0p3"
        (notice,) = notices
        assert notice.startswith("40 passages are not searchable by meaning yet: the library ")
    finally:
        _allow_writing(folder)
    in_fresh_process(unprivileged, search, folder, QUESTION)
    in_fresh_process(unprivileged, read_back, folder).assert_whole()


def test_a_read_only_catalog_whose_latest_changes_cannot_be_read_is_not_shown_without_them(
    place: Path,
) -> None:
    folder, source = place / "library", place / "papers.jsonl"
    with started(
        unprivileged, add_and_die, folder, [source], "_write_generation", "call", 1
    ) as writer:
        assert writer.exit_code() == -9
    # As after a copy that left the shared memory behind.
    (folder / f"{CATALOG_NAME}-shm").unlink()
    _forbid_writing(folder)
    try:
        with pytest.raises(LibraryReadOnly, match="open it once where it can be written"):
            in_fresh_process(unprivileged, search, folder, QUESTION)
    finally:
        _allow_writing(folder)


def test_a_library_cannot_be_made_where_writing_is_forbidden(place: Path) -> None:
    folder, source = place / "library", place / "papers.jsonl"
    place.chmod(0o500)
    try:
        with pytest.raises(LibraryReadOnly, match="cannot make a library in"):
            in_fresh_process(unprivileged, add, folder, [source])
        assert not folder.exists()
    finally:
        place.chmod(0o700)


def test_a_library_that_may_not_even_be_read_is_refused_in_one_line(place: Path) -> None:
    folder, source = place / "library", place / "papers.jsonl"
    in_fresh_process(unprivileged, add, folder, [source])
    try:
        for forbidden in (folder / CATALOG_NAME, folder):
            forbidden.chmod(0)
            for deed, argument in ((search, QUESTION), (add, [source])):
                with pytest.raises(StorageError) as refused:
                    in_fresh_process(unprivileged, deed, folder, argument)
                assert "\n" not in str(refused.value)
            forbidden.chmod(0o700)
    finally:
        _allow_writing(folder)


def _add_with_little_room(folder: Path, file: Path, largest_file: int, *, after: str) -> None:
    """Add a file; once `after` is called no file may grow beyond a size, as on a full disk."""

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name == after:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
            sys.setprofile(None)

    sys.setprofile(watch)
    add(folder, [file])


def _add_in_a_full_catalog(folder: Path, file: Path, largest_file: int) -> None:
    _add_with_little_room(folder, file, largest_file, after="read")


def _add_with_a_full_index(folder: Path, file: Path, largest_file: int) -> None:
    _add_with_little_room(folder, file, largest_file, after="_write_generation")


@pytest.mark.parametrize("largest_file", [1, 200_000])
@pytest.mark.parametrize(
    ("deed", "says"),
    [
        (_add_in_a_full_catalog, "no room left to write"),
        (_add_with_a_full_index, "no room left to write|cannot write the vector index"),
    ],
)
def test_a_full_disk_is_said_once_and_adding_again_with_room_finishes(
    library: Path,
    jsonl_file: WriteJsonl,
    deed: Callable[..., None],
    says: str,
    largest_file: int,
) -> None:
    more = jsonl_file("more.jsonl", make_papers(200, seed=4))
    with pytest.raises(StorageError, match=says) as refused:
        in_fresh_process(deed, library, more, largest_file)
    assert "\n" not in str(refused.value)
    assert in_fresh_process(search, library, QUESTION)[0][0] == "s0p3"
    in_fresh_process(add, library, [more])
    stored = in_fresh_process(read_back, library)
    stored.assert_whole()
    assert len(stored.papers) == 240


@pytest.mark.parametrize("largest_file", [0, 5000])
def test_a_library_is_made_again_with_room_after_the_disk_was_full_at_its_making(
    library_folder: Path, jsonl_file: WriteJsonl, largest_file: int
) -> None:
    file = jsonl_file("papers.jsonl", PAPERS)
    with pytest.raises(StorageError, match="no room left to write"):
        in_fresh_process(_make_with_little_room, library_folder, file, largest_file)
    in_fresh_process(add, library_folder, [file])
    in_fresh_process(read_back, library_folder).assert_whole()


def _make_with_little_room(folder: Path, file: Path, largest_file: int) -> None:
    _add_with_little_room(folder, file, largest_file, after="create")


def test_a_catalog_of_version_3_learns_to_remember_how_sources_are_read(library: Path) -> None:
    make_older(Catalog.open(library), 3)
    catalog = Catalog.open(library)
    assert catalog.rows("SELECT read_as FROM sources") == [(None,)]
    assert catalog.value("SELECT count(*) FROM papers") == 40
    catalog.close()
    assert version_of(library) == SCHEMA_VERSION
