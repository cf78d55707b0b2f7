"""Files that are exported again and again: what the library has of them follows them."""

import json
import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from ragassist import Library
from ragassist.errors import UnknownPaper, UsageError
from ragassist.storage.catalog import Catalog
from ragassist.syncing import DroppedSource, SyncedSource
from tests.papers_made import Stated, make_papers
from tests.storage.deeds import make_older, read_back, sync, sync_and_die
from tests.storage.processes import in_fresh_process, started

PAPERS = make_papers(6)
BROKEN = '{"_id": "s0p2", "title": "Cut'


def write(path: Path, papers: Sequence[Stated], *more: str) -> Path:
    lines = [*(json.dumps(paper) for paper in papers), *more]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def refs(tmp_path: Path) -> Path:
    return write(tmp_path / "refs.jsonl", PAPERS)


def ids(library: Library) -> list[str]:
    return [paper.paper_id for paper in library.papers()]


def outcome(source: SyncedSource) -> dict[str, tuple[str, ...]]:
    names = ("added", "changed", "left", "removed", "waiting")
    return {name: getattr(source, name) for name in names if getattr(source, name)}


def test_a_sync_adds_changes_and_removes_what_the_file_gained_changed_and_lost(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        (first,) = library.sync(refs).sources
        assert outcome(first) == {"added": tuple(f"s0p{n}" for n in range(6))}

        reworded = {**PAPERS[1], "abstract": "Quenched zirconium resists corrosion."}
        write(refs, [reworded, *PAPERS[3:], {"_id": "new", "title": "A new one", "year": 2020}])
        report = library.sync(refs, remove=True)
        assert outcome(report.sources[0]) == {
            "added": ("new",),
            "changed": ("s0p1",),
            "removed": ("s0p0", "s0p2"),
        }
        assert report.papers == 5
        assert ids(library) == ["new", "s0p1", "s0p3", "s0p4", "s0p5"]
        assert library.search("corrosion of zirconium")[0].paper_id == "s0p1"
    stored = in_fresh_process(read_back, library_folder)
    stored.assert_whole()
    assert len(stored.papers) == 5


def test_what_the_library_has_after_a_sync_is_what_a_new_library_has_of_the_file(
    library_folder: Path, refs: Path, tmp_path: Path
) -> None:
    twice = {**PAPERS[0], "title": "Another work under the same key"}
    with Library.open(library_folder) as library, Library.open(tmp_path / "new") as new:
        library.sync(write(refs, [*PAPERS, twice]))
        library.sync(write(refs, [twice, *PAPERS[2:]]), remove=True)
        new.add(refs)
        assert [(p.paper_id, p.title, p.provenance) for p in library.papers()] == [
            (p.paper_id, p.title, p.provenance) for p in new.papers()
        ]


def test_without_a_yes_what_went_is_waiting_and_the_same_file_asks_again(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        write(refs, PAPERS[1:])
        (source,) = library.sync(refs).sources
        assert outcome(source) == {"waiting": ("s0p0",)}
        report = library.sync(refs)
        assert (outcome(report.sources[0]), report.sources[0].unchanged) == (
            {"waiting": ("s0p0",)},
            True,
        )
        assert len(ids(library)) == 6
        (source,) = library.finish_sync(report).sources
        assert outcome(source) == {"removed": ("s0p0",)}
        assert len(ids(library)) == 5


def test_a_yes_that_comes_after_the_file_was_read_again_removes_nothing(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        asked = library.sync(write(refs, PAPERS[1:]))
        library.sync(write(refs, PAPERS))
        (source,) = library.finish_sync(asked).sources
        assert "read again meanwhile" in str(source.error)
        assert len(ids(library)) == 6


def test_an_entry_that_another_file_has_takes_no_paper_along(
    library_folder: Path, refs: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "other.jsonl", [{**PAPERS[0], "_id": "mine"}])
    with Library.open(library_folder) as library:
        library.sync(refs, other)
        (source,) = library.sync(write(refs, PAPERS[1:])).sources
        assert outcome(source) == {"left": ("mine",)}
        paper = library.paper("s0p0")
        assert (paper.paper_id, [Path(p.source).name for p in paper.provenance]) == (
            "mine",
            ["other.jsonl"],
        )
        (source,) = library.sync(write(other, PAPERS[5:]), remove=True).sources
        assert source.removed == ("mine",)


def test_a_paper_that_two_files_lose_at_once_goes(
    library_folder: Path, refs: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "other.jsonl", [PAPERS[0], *make_papers(1, seed=1)])
    with Library.open(library_folder) as library:
        library.sync(refs, other)
        write(refs, PAPERS[1:])
        write(other, make_papers(1, seed=1))
        asked = library.sync(refs, other)
        assert asked.waiting == ("s0p0",)
        assert len(ids(library)) == 7
        library.finish_sync(asked)
        assert "s0p0" not in ids(library)


def test_an_entry_with_another_key_is_a_change_and_its_old_key_still_finds_it(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        (source,) = library.sync(write(refs, [{**PAPERS[0], "_id": "zoo"}, *PAPERS[1:]])).sources
        assert outcome(source) == {"changed": ("zoo",)}
        assert library.paper("s0p0").paper_id == "zoo"


def test_a_file_that_did_not_change_is_not_read_again(library_folder: Path, refs: Path) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        os.utime(refs)
        (source,) = library.sync(refs).sources
        assert (source.unchanged, source.records, outcome(source)) == (True, 6, {})


def test_a_file_that_add_has_read_needs_no_sync_and_one_that_shrank_gets_it(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.add(refs)
        assert library.sync(refs).sources[0].unchanged
        library.add(write(refs, PAPERS[1:]))
        assert len(ids(library)) == 6
        (source,) = library.sync(refs, remove=True).sources
        assert (source.unchanged, source.removed) == (True, ("s0p0",))


def test_a_paper_removed_by_hand_comes_back_with_the_next_sync(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        library.remove("s0p3")
        assert library.sync(refs).sources[0].added == ("s0p3",)


def test_a_change_of_equal_length_and_time_is_seen(library_folder: Path, refs: Path) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        before = refs.stat()
        refs.write_text(refs.read_text("utf-8").replace("s0p0", "s0px"), "utf-8")
        os.utime(refs, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert library.sync(refs).sources[0].changed == ("s0px",)


def test_an_entry_that_broke_is_not_taken_for_one_that_went(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        write(refs, [*PAPERS[:2], *PAPERS[3:]], BROKEN)
        for _ in range(2):
            (source,) = library.sync(refs, remove=True).sources
            assert (source.missing, [f.line for f in source.suspects]) == (1, [6])
            assert outcome(source) == {}
        assert "s0p2" in ids(library)
        # While it is broken nothing else goes either: the break may hide more than one entry.
        write(refs, PAPERS[3:], BROKEN)
        (source,) = library.sync(refs, remove=True).sources
        assert (source.missing, len(ids(library))) == (3, 6)
        # Mended, the file is believed again.
        assert library.sync(write(refs, PAPERS[2:]), remove=True).sources[0].removed == (
            "s0p0",
            "s0p1",
        )


def test_what_never_could_be_read_stands_in_no_ones_way(library_folder: Path, refs: Path) -> None:
    with Library.open(library_folder) as library:
        library.sync(write(refs, PAPERS, '{"note": "no title"}'))
        (source,) = library.sync(
            write(refs, PAPERS[1:], '{"note": "no title"}'), remove=True
        ).sources
        assert source.removed == ("s0p0",)
        assert [failure.line for failure in library.failures()] == [6]


def test_removing_by_hand_what_a_broken_file_misses_lets_it_be_synced_again(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        library.sync(write(refs, [*PAPERS[:2], *PAPERS[3:]], BROKEN), remove=True)
        library.remove("s0p2")
        (source,) = library.sync(refs).sources
        assert (source.missing, outcome(source)) == (0, {})
        write(refs, [PAPERS[1], *PAPERS[3:]], BROKEN)
        assert library.sync(refs, remove=True).sources[0].removed == ("s0p0",)


@pytest.mark.parametrize("content", ["", "[]", BROKEN, "%PDF-1.7"])
def test_a_file_of_which_nothing_can_be_read_removes_nothing(
    library_folder: Path, refs: Path, content: str
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        refs.write_text(content, "utf-8")
        (source,) = library.sync(refs, remove=True).sources
        assert source.error is not None
        assert (outcome(source), len(ids(library))) == ({}, 6)
        assert not library.sync(write(refs, PAPERS)).sources[0].unchanged


def test_a_file_that_is_gone_removes_nothing(library_folder: Path, refs: Path) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        refs.unlink()
        (source,) = library.sync(refs, remove=True).sources
        assert "is not there" in str(source.error)
        assert len(ids(library)) == 6


def test_a_file_that_is_written_to_while_it_is_read_removes_nothing(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
    write(refs, PAPERS[3:])

    def export_goes_on(*_: object) -> None:
        with refs.open("a", encoding="utf-8") as file:
            file.write(json.dumps(PAPERS[0]) + "\n")

    with Library.open(library_folder, progress=export_goes_on) as library:
        (source,) = library.sync(refs, remove=True).sources
        assert "was written to while it was read" in str(source.error)
        assert len(ids(library)) == 6


def test_a_preview_tells_what_a_sync_would_do_and_does_nothing(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        write(refs, [{**PAPERS[1], "year": 1801}, *PAPERS[2:]])
        before = (library_folder / "catalog.sqlite3").read_bytes()
        report = library.preview_sync(refs)
        assert outcome(report.sources[0]) == {"changed": ("s0p1",), "removed": ("s0p0",)}
        assert report.papers == 5
        assert (library_folder / "catalog.sqlite3").read_bytes() == before


def test_standard_input_is_refused(library_folder: Path) -> None:
    with (
        Library.open(library_folder) as library,
        pytest.raises(UsageError, match="standard input cannot be synced"),
    ):
        library.sync("-")


@pytest.mark.parametrize(
    ("function", "event", "occurrence"),
    [
        pytest.param("absorb", "call", 2, id="between two transactions of reading"),
        pytest.param("close_source", "call", 1, id="before the reading is noted"),
        pytest.param("remove_records", "call", 1, id="before anything is removed"),
        pytest.param("_delete_paper", "return", 7, id="in the midst of removing"),
        pytest.param("remove_records", "return", 1, id="before the removal is committed"),
        pytest.param("update_index", "call", 1, id="before the vectors are forgotten"),
    ],
)
def test_a_sync_killed_there_is_finished_by_the_next(
    library_folder: Path, tmp_path: Path, function: str, event: str, occurrence: int
) -> None:
    refs = write(tmp_path / "refs.jsonl", make_papers(2100, seed=4))
    in_fresh_process(sync, library_folder, [refs])
    left = [*make_papers(2100, seed=4)[12:], *make_papers(5, seed=5)]
    write(refs, left)
    with started(sync_and_die, library_folder, [refs], function, event, occurrence) as killed:
        assert killed.exit_code() == -9
    # All that went is there, or none of it is.
    with Library.open(library_folder) as library:
        gone = {f"s4p{n}" for n in range(12)} & set(ids(library))
        assert len(gone) == (0 if function == "update_index" else 12)
    in_fresh_process(sync, library_folder, [refs])
    stored = in_fresh_process(read_back, library_folder)
    stored.assert_whole()
    assert {paper[0] for paper in stored.papers} == {str(paper["_id"]) for paper in left}


def test_failures_are_listed_and_mended_files_are_read_again(
    library_folder: Path, refs: Path, tmp_path: Path
) -> None:
    broken = write(tmp_path / "broken.jsonl", PAPERS[:2], BROKEN)
    strange = tmp_path / "paper.pdf"
    strange.write_bytes(b"%PDF-1.7\n\x00")
    with Library.open(library_folder) as library:
        library.add(refs, broken, strange)
        assert [(Path(f.source).name, f.line) for f in library.failures()] == [
            ("broken.jsonl", 3),
            ("paper.pdf", 0),
        ]
        assert re.search("is a PDF", library.failures()[1].reason)
        assert [Path(path).name for path in library.failed_sources()] == [
            "broken.jsonl",
            "paper.pdf",
        ]
        assert [Path(path).name for path, *_ in library.status().sources] == [
            "broken.jsonl",
            "refs.jsonl",
        ]
        write(broken, PAPERS[:3])
        library.add(broken)
        assert [Path(path).name for path in library.failed_sources()] == ["paper.pdf"]
        strange.unlink()
        library.add(strange)
        assert library.failed_sources() == ()


def test_a_decision_outlives_the_removal_by_a_sync(library_folder: Path, tmp_path: Path) -> None:
    title = "How owls find mice under snow"
    one = write(tmp_path / "one.jsonl", [{"_id": "a", "title": title, "year": 2015}, *PAPERS[:1]])
    other = write(tmp_path / "other.jsonl", [{"_id": "b", "title": title, "year": 2020}])
    with Library.open(library_folder) as library:
        library.sync(one, other)
        library.merge("a", "b")
        library.sync(write(one, PAPERS[:1]), remove=True)
        assert library.paper("b").year == 2020
        write(one, [{"_id": "a", "title": title, "year": 2015}, *PAPERS[:1]])
        library.sync(one)
        assert library.paper("b").paper_id == library.paper("a").paper_id == "a"


def test_an_older_catalog_gets_what_a_sync_needs_and_the_languages(
    library_folder: Path, refs: Path
) -> None:
    german = {
        "_id": "eule",
        "title": "Eulen im Schnee",
        "abstract": "Wir untersuchen, wie Eulen die Mäuse unter dem Schnee hören und sie finden.",
    }
    with Library.open(library_folder) as library:
        library.add(write(refs, [*PAPERS, german]))
    make_older(Catalog.open(library_folder), 2)
    with Library.open(library_folder) as library:
        assert library.languages() == {"German": 1}
        (source,) = library.sync(write(refs, PAPERS[1:]), remove=True).sources
        assert source.removed == ("eule", "s0p0")
        with pytest.raises(UnknownPaper):
            library.paper("eule")


def test_an_older_catalog_that_cannot_be_written_to_is_still_read(
    library_folder: Path, refs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(library_folder) as library:
        library.add(write(refs, [*PAPERS, {**PAPERS[0], "_id": "b", "year": 1700}], BROKEN))
    make_older(Catalog.open(library_folder), 2)
    monkeypatch.setattr("ragassist.storage.catalog.os.access", lambda *_: False)
    with Library.open(library_folder) as library:
        assert library.languages() == {}
        assert [(pair.one.paper_id, pair.other.paper_id) for pair in library.duplicates()] == [
            ("b", "s0p0")
        ]
        assert (library.status().failures, len(library.failures())) == (1, 1)
        assert library.origins("s0p0")[0].name == "title"
        assert library.tags() == ()


def test_a_reading_that_was_interrupted_keeps_what_came_and_is_read_again_on_retry(
    library_folder: Path, refs: Path
) -> None:
    def interrupt(stage: str, *_: object) -> None:
        if stage.startswith("reading"):
            raise KeyboardInterrupt

    with (
        Library.open(library_folder, progress=interrupt) as library,
        pytest.raises(KeyboardInterrupt),
    ):
        library.sync(refs)
    with Library.open(library_folder) as library:
        assert len(ids(library)) == 6
        assert [failure.reason for failure in library.failures()] == ["reading it was interrupted"]
        library.add(*library.failed_sources())
        assert library.failures() == []
        assert library.sync(refs).sources[0].unchanged


def test_a_file_that_is_not_there_makes_no_library(library_folder: Path, tmp_path: Path) -> None:
    with Library.open(library_folder) as library:
        report = library.sync(tmp_path / "nowhere.bib")
        assert "is not there" in str(report.sources[0].error)
        assert not library.exists()


def cut(refs: Path, kept: int, ending: str = "") -> None:
    """Leave so many entries, and behind them this and no end of the line where it is given."""
    text = "".join(refs.read_text("utf-8").splitlines(keepends=True)[:kept])
    refs.write_text(text.rstrip("\n") + ending if ending else text, "utf-8")


@pytest.mark.parametrize(
    ("kept", "ending", "doubt"),
    [
        (2, "", "4 of its 6 entries are gone, more than half"),
        (3, "", "the 3 entries that are gone were its last, as in a file cut off"),
        (5, " ", "what is gone was its end, and it does not end with a line"),
    ],
)
def test_a_file_that_looks_cut_off_is_not_believed_without_force(
    library_folder: Path, refs: Path, kept: int, ending: str, doubt: str
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        cut(refs, kept, ending)
        for _ in range(2):
            (source,) = library.sync(refs, remove=True).sources
            assert source.doubt.startswith(doubt)
            assert (len(source.waiting), source.removed, len(ids(library))) == (6 - kept, (), 6)
        (shown,) = library.preview_sync(refs).sources
        assert (shown.doubt, len(shown.waiting)) == (source.doubt, 6 - kept)
        (source,) = library.sync(refs, remove=True, force=True).sources
        assert (source.doubt, len(source.removed), len(ids(library))) == ("", 6 - kept, kept)


def test_what_is_in_doubt_can_be_confirmed(library_folder: Path, refs: Path) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        cut(refs, 2)
        (source,) = library.finish_sync(library.sync(refs)).sources
        assert (source.doubt, len(source.removed), len(ids(library))) == ("", 4, 2)


def test_entries_that_went_from_anywhere_else_or_one_by_one_are_in_no_doubt(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        assert library.sync(write(refs, PAPERS[3:]), remove=True).sources[0].doubt == ""
        assert library.sync(write(refs, PAPERS[3:5]), remove=True).sources[0].removed == ("s0p5",)


def test_a_list_that_is_closed_may_end_without_a_line(library_folder: Path, tmp_path: Path) -> None:
    refs = tmp_path / "refs.json"
    refs.write_text(json.dumps(PAPERS), "utf-8")
    with Library.open(library_folder) as library:
        library.sync(refs)
        refs.write_text(json.dumps(PAPERS[:5]), "utf-8")
        assert library.sync(refs, remove=True).sources[0].removed == ("s0p5",)


def test_a_paper_that_a_file_in_doubt_has_lost_too_stays(
    library_folder: Path, refs: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "other.jsonl", [*make_papers(1, seed=1), PAPERS[5]])
    with Library.open(library_folder) as library:
        library.sync(refs, other)
        cut(refs, 2)
        write(other, make_papers(1, seed=1))
        in_doubt, sure = library.sync(refs, other, remove=True).sources
        assert (in_doubt.waiting, sure.waiting) == (("s0p2", "s0p3", "s0p4", "s0p5"), ("s0p5",))
        assert "s0p5" in ids(library)


def test_force_removes_what_a_file_misses_in_which_something_is_broken(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        write(refs, [*PAPERS[:2], *PAPERS[3:]], BROKEN)
        assert library.sync(refs, remove=True).sources[0].missing == 1
        (source,) = library.sync(refs, remove=True, force=True).sources
        assert (source.removed, source.missing) == (("s0p2",), 0)


def test_a_file_that_is_written_to_while_it_is_read_is_read_again(
    library_folder: Path, refs: Path
) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
    write(refs, PAPERS[3:])
    rest = [json.dumps(paper) for paper in PAPERS[1:3]]

    def export_goes_on(*_: object) -> None:
        if rest:
            with refs.open("a", encoding="utf-8") as file:
                file.write(rest.pop() + "\n")

    with Library.open(library_folder, progress=export_goes_on) as library:
        (source,) = library.sync(refs, remove=True).sources
        assert (source.error, source.removed, source.records) == (None, ("s0p0",), 5)
        assert len(ids(library)) == 5


def test_what_a_file_written_just_now_lacks_is_waited_for(library_folder: Path, refs: Path) -> None:
    with Library.open(library_folder) as library:
        library.sync(refs)
        write(refs, PAPERS[1:5])
        later = threading.Timer(0.2, write, (refs, PAPERS[1:]))
        later.start()
        (source,) = library.sync(refs, remove=True).sources
        later.join()
        assert (source.removed, len(ids(library))) == (("s0p0",), 5)


def test_a_file_that_is_gone_is_let_go_of_by_name(
    library_folder: Path, refs: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "other.jsonl", [{**PAPERS[0], "_id": "mine"}])
    with Library.open(library_folder) as library:
        library.sync(refs, other)
        refs.unlink()
        (source,) = library.sync(refs).sources
        assert "what was read from it (6) stays" in str(source.error)
        assert f"`ragassist remove --source {refs}`" in str(source.error)
        only = ["s0p1", "s0p2", "s0p3", "s0p4", "s0p5"]
        assert [paper.paper_id for paper in library.papers_only_in(refs)] == only
        dropped = library.remove_source("refs.jsonl")
        assert dropped == DroppedSource(source=str(refs), removed=tuple(only), left=("mine",))
        assert ids(library) == ["mine"]
        assert [path for path, *_ in library.status().sources] == [str(other)]
        with pytest.raises(UsageError, match=r"nothing in this library was read from 'refs.jsonl'"):
            library.remove_source("refs.jsonl")
    in_fresh_process(read_back, library_folder).assert_whole()


def test_a_file_that_was_moved_is_the_same_source(
    library_folder: Path, refs: Path, tmp_path: Path
) -> None:
    notices: list[str] = []
    with Library.open(library_folder, notify=notices.append) as library:
        library.add(refs)
        moved = refs.rename(tmp_path / "moved.jsonl")
        assert library.sync(moved).sources[0].unchanged
        assert notices == [f"{moved} is {refs} moved: the library knows it by its new place now"]
        again = moved.rename(tmp_path / "again.jsonl")
        (report,) = library.add(again).sources
        assert (report.records, report.unchanged, report.new_papers) == (6, 6, 0)
        assert [path for path, *_ in library.status().sources] == [str(again)]


def test_a_copy_of_a_file_is_another_source(
    library_folder: Path, refs: Path, tmp_path: Path
) -> None:
    copy = write(tmp_path / "copy.jsonl", PAPERS)
    with Library.open(library_folder) as library:
        library.add(refs)
        library.add(copy)
        assert [path for path, *_ in library.status().sources] == [str(copy), str(refs)]


def test_as_long_as_a_removal_waits_nothing_else_that_the_file_lost_is_let_go_of(
    library_folder: Path, tmp_path: Path
) -> None:
    own = {**PAPERS[0], "_id": "myOwnKey", "keywords": ["lamps"]}
    refs = write(tmp_path / "refs.jsonl", [own, *PAPERS[1:]])
    other = {name: value for name, value in PAPERS[0].items() if name != "_id"}
    with Library.open(library_folder) as library:
        library.sync(refs)
        library.add(write(tmp_path / "zz.jsonl", [other]))
        before = [library.paper(name) for name in ("myOwnKey", "s0p1")]
        write(refs, PAPERS[2:])
        for _ in range(2):
            report = library.sync(refs)
            assert outcome(report.sources[0]) == {"left": ("myOwnKey",), "waiting": ("s0p1",)}
            assert [library.paper(name) for name in ("myOwnKey", "s0p1")] == before
        (done,) = library.finish_sync(report).sources
        assert done.removed == ("s0p1",)
        paper = library.paper("myOwnKey")
        assert (paper.paper_id == "myOwnKey", paper.keywords) == (False, ())
    in_fresh_process(read_back, library_folder).assert_whole()


def test_what_is_left_in_another_file_is_told_by_the_key_that_the_file_had_for_it(
    library_folder: Path, tmp_path: Path
) -> None:
    refs = write(tmp_path / "refs.jsonl", [{**PAPERS[0], "_id": "myOwnKey"}, *PAPERS[1:]])
    other = {name: value for name, value in PAPERS[0].items() if name != "_id"}
    with Library.open(library_folder) as library:
        library.sync(refs)
        library.add(write(tmp_path / "zz.jsonl", [other]))
        (source,) = library.sync(write(refs, PAPERS[1:]), remove=True).sources
        (paper_id,) = source.left
        assert source.former == {paper_id: "myOwnKey"}


def test_an_entry_with_another_key_and_year_is_the_same_paper_and_found_by_both_keys(
    library_folder: Path, tmp_path: Path
) -> None:
    refs = tmp_path / "refs.bib"
    entry = "@article{%s, title={How owls hear in snow}, author={Strix, Ada}, year=%d}"
    with Library.open(library_folder) as library:
        refs.write_text(entry % ("strix2019", 2019), "utf-8")
        library.sync(refs)
        refs.write_text(entry % ("strix2020", 2020), "utf-8")
        report = library.sync(refs)
        assert outcome(report.sources[0]) == {"changed": ("strix2020",)}
        assert report.sources[0].former == {"strix2020": "strix2019"}
        assert [note.key for note in report.keys] == ["strix2019"]
        assert library.paper("strix2019") == library.paper("strix2020")
        assert library.paper("strix2020").year == 2020
    in_fresh_process(read_back, library_folder).assert_whole()


def test_a_key_that_is_another_works_now_is_told_as_replaced(
    library_folder: Path, tmp_path: Path
) -> None:
    refs = tmp_path / "refs.bib"
    with Library.open(library_folder) as library:
        refs.write_text("@book{k, title={How owls hear}, author={Strix, Ada}}", "utf-8")
        library.sync(refs)
        refs.write_text("@book{k, title={Moths of dark caves}, author={Noctua, Cy}}", "utf-8")
        (source,) = library.sync(refs).sources
        assert (outcome(source), source.replaced) == ({}, {"k": "How owls hear"})
