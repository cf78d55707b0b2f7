"""Making what the library has of a file equal to the file: what it gained, changed and lost."""

import dataclasses
import difflib
import os
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ragassist.adding import FileRead, Import, ReadAs, chunker, digest_of, reading_of, source_path
from ragassist.errors import UsageError
from ragassist.papers.identity import Sighting, group_works
from ragassist.papers.likeness import contradict
from ragassist.sources.lines import STDIN
from ragassist.storage.catalog import Catalog
from ragassist.storage.decisions import load_decisions
from ragassist.storage.renaming import take_renamed
from ragassist.storage.synced import (
    Lost,
    Shrinkage,
    count_missing,
    delete_source,
    digests_by_path,
    distrust,
    ids_by_row,
    last_reading,
    last_record,
    lost_records,
    paper_ids_of,
    records_after,
    records_of_source,
    records_with,
    rename_source,
    shrinkage,
    source_paths,
    stated_in,
)
from ragassist.storage.works import hand_on_names, remove_records
from ragassist.types import Failure, KeyNote, Record, SourceReport

if TYPE_CHECKING:
    from ragassist.index.indexing import Progress

_READ_AGAIN = "it was read again meanwhile, and nothing was removed: sync it again"
_READINGS = 3
# A program that writes a file pauses for less between two parts of it.
_QUIET_S = 0.5
_LONGEST_WAIT_S = 10.0
# So many entries gone from the very end are rather a file that was cut off than entries deleted.
_MOST_AT_END = 2
# In these a cut is met by the reader: what was opened is not closed.
_CLOSED_FORMATS = frozenset({"json", "csl-json", "pubmed-xml", "arxiv-atom"})
_LINE_ENDS = (b"\n", b"\r", b"\n\0", b"\r\0")
_PACKED = (b"\x1f\x8b", b"\xfd7zXZ", b"BZh")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncedSource:
    """What became of one file given to `sync`. Papers are named by their ids.

    Attributes:
        reader: the format it was read as; None where it never was.
        records: entries the file holds.
        unchanged: the file is the one that was read before, and was not read again.
        added: papers of the entries it gained.
        changed: papers of the entries that it words or keys otherwise now.
        replaced: papers of the entries whose key was another work's before, and that one's title.
        left: papers whose entry it lost, and that another source has still. While something is
            waiting nothing else that the file lost is let go of, and these are as they were.
        former: of `changed` and `left`, the key that the file had for it where that is no longer
            its id.
        removed: papers whose entry it lost, and that were in no other source.
        waiting: such papers that are still there, until the removal is confirmed.
        doubt: why the file looks as if it had not been written to its end, so that more than the
            usual confirmation is asked for; empty where it does not.
        missing: entries it seems to have lost, of which nothing was removed: something in it could
            not be read that could be before, see `suspects`.
        suspects: what that is.
        failures: all that is no paper in it; empty where it was not read again.
        error: why it, or the rest of it, could not be read; nothing was removed then.
        import_id: of the reading that all this was found in.
    """

    source: str
    reader: str | None = None
    records: int = 0
    unchanged: bool = False
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    replaced: Mapping[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    former: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    doubt: str = ""
    missing: int = 0
    suspects: tuple[Failure, ...] = ()
    failures: tuple[Failure, ...] = ()
    error: str | None = None
    import_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What `sync` did, or would do: file by file, and how many papers there are now.

    Attributes:
        keys: as in `AddReport`.
    """

    sources: tuple[SyncedSource, ...]
    papers: int
    keys: tuple[KeyNote, ...] = ()

    @property
    def waiting(self) -> tuple[str, ...]:
        """The papers whose removal is to be confirmed."""
        return tuple(dict.fromkeys(one for source in self.sources for one in source.waiting))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A file that was looked at; ids of records.

    Attributes:
        before: what those that are replaced stated.
    """

    report: SourceReport
    source_id: int | None
    unchanged: bool = False
    gained: Sequence[int] = ()
    replaced: Sequence[int] = ()
    before: Mapping[int, Record] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rekeyed:
    """An entry that is in its file still, as another record."""

    lost: Lost
    record_id: int


class Sync:
    """One run of `sync`; call its methods inside `catalog.writing()`.

    A paper leaves the library in one transaction with all others that leave it. A run that is
    killed before has added and changed, and the next one goes on.
    """

    def __init__(self, catalog: Catalog, progress: "Progress", read_as: ReadAs) -> None:
        self._catalog = catalog
        self._progress = progress
        self._read_as = read_as
        self._import: Import | None = None

    def run(
        self, files: Sequence[Path], *, remove: bool, force: bool = False
    ) -> tuple[SyncedSource, ...]:
        """Take in what the files gained and changed, and let go of what they lost.

        Args:
            remove: also papers that no other source has; else they are `waiting`.
            force: also where a file is in doubt, or has suspects.
        """
        taken = [self._take(file) for file in files]
        read = [one.source_id for one in taken if one.source_id is not None]
        forced = remove and force
        rekeyed = self._follow_keys(taken, lost_records(self._catalog, read, with_suspects=forced))
        lost = lost_records(self._catalog, read, with_suspects=forced)
        doubts = {} if force else self._doubts(taken, lost)
        kept = {entry.paper_row for entry in lost if not remove or entry.source_id in doubts}
        if remove or all(entry.elsewhere for entry in lost):
            self._drop(
                [
                    one
                    for one in lost
                    if one.source_id not in doubts and (one.elsewhere or one.paper_row not in kept)
                ]
            )
        found = _Found(lost=lost, rekeyed=rekeyed, kept=kept, doubts=doubts)
        return tuple(self._report(one, found) for one in taken)

    def finish(self, sources: Sequence[SyncedSource]) -> tuple[SyncedSource, ...]:
        """Remove what is waiting, doubts or not, but for sources that were read again since."""
        finished, going = [], list[int]()
        for source in sources:
            reading = last_reading(self._catalog, source.source)
            if not source.waiting and not source.left:
                finished.append(source)
            elif reading is None or reading.import_id != source.import_id:
                finished.append(dataclasses.replace(source, error=_READ_AGAIN))
            else:
                removed = (*source.removed, *source.waiting)
                done = dataclasses.replace(source, removed=removed, waiting=(), doubt="")
                finished.append(done)
                going.append(reading.source_id)
        self._drop(lost_records(self._catalog, going))
        return tuple(finished)

    def key_notes(self) -> tuple[KeyNote, ...]:
        """What is to be told of ids and keys; see `Import.key_notes`."""
        if self._import is not None:
            return self._import.key_notes()
        with self._catalog.transaction():
            return take_renamed(self._catalog)

    def _take(self, file: Path) -> _Taken:
        path = source_path(file)
        known = last_reading(self._catalog, path)
        read_as = reading_of(self._catalog, file, self._read_as)
        if known is not None and known.digest == digest_of(file, read_as):
            report = SourceReport(source=path, reader=known.reader, records=known.records)
            return _Taken(report=report, source_id=known.source_id, unchanged=True)
        return self._read(file)

    def _read(self, file: Path) -> _Taken:
        """Read a file, and again where it was written to meanwhile or is still."""
        last = last_record(self._catalog)
        known = source_paths(self._catalog).get(source_path(file))
        before = {} if known is None else stated_in(self._catalog, known)
        replaced: list[int] = []
        for _ in range(_READINGS):
            stamp = _stamp(file)
            if self._import is None:
                self._import = Import(self._catalog, self._progress, self._read_as)
            read = self._import.take(file)
            replaced.extend(read.replaced)
            gained = records_after(self._catalog, read.source_id, last)
            # Who writes a file has less of it at first: what seems lost may be on its way.
            if not _changes(file, stamp, wait=self._lacks_something(read)):
                report = read.report
                break
            self._import.begin_anew()
        else:
            report = self._given_up(read.report, read.source_id)
        return _Taken(
            report=report,
            source_id=read.source_id,
            gained=gained,
            replaced=tuple(replaced),
            before={record_id: before[record_id] for record_id in replaced if record_id in before},
        )

    def _lacks_something(self, read: FileRead) -> bool:
        if read.source_id is None or read.report.error is not None:
            return True
        return count_missing(self._catalog, read.source_id) > 0

    def _given_up(self, report: SourceReport, source_id: int | None) -> SourceReport:
        if source_id is not None:
            with self._catalog.transaction():
                distrust(self._catalog, source_id)
        error = (
            f"{report.source!r} was written to while it was read, {_READINGS} times: sync it again "
            "when that is done"
        )
        return dataclasses.replace(report, error=error)

    def _follow_keys(self, taken: Sequence[_Taken], lost: Sequence[Lost]) -> list[_Rekeyed]:
        """Let go of entries that have another key now; all their names lead to the new record."""
        followed: list[_Rekeyed] = []
        for one in taken:
            gone = {entry.record_id: entry for entry in lost if entry.source_id == one.source_id}
            if gone and one.gained:
                followed.extend(self._rekeyed(gone, one.gained))
        for each in followed:
            row = self._row_of(each.record_id)
            if row != each.lost.paper_row and not each.lost.elsewhere:
                with self._catalog.transaction():
                    hand_on_names(self._catalog, each.lost.paper_row, row)
        self._drop([each.lost for each in followed])
        return followed

    def _rekeyed(self, gone: Mapping[int, Lost], gained: Sequence[int]) -> Iterator[_Rekeyed]:
        """What of a file is one work with what it gained.

        The file as it was and as it is count as two: one never had both keys.
        """
        stored = records_with(self._catalog, [*gone, *gained])
        known = {}
        for record_id, (_, record) in stored.items():
            sighting = Sighting(record, "was" if record_id in gone else "is")
            known[id(sighting)] = (record_id, sighting)
        decisions = load_decisions(self._catalog)
        works = group_works((sighting for _, sighting in known.values()), decisions)
        for work in works:
            ids = [known[id(sighting)][0] for sighting in work]
            now = [record_id for record_id in ids if record_id not in gone]
            for record_id in ids:
                if now and record_id in gone:
                    yield _Rekeyed(lost=gone[record_id], record_id=now[0])

    def _row_of(self, record_id: int) -> int:
        return records_with(self._catalog, [record_id])[record_id][0]

    def _doubts(self, taken: Sequence[_Taken], lost: Sequence[Lost]) -> dict[int, str]:
        """Why a source may not have been written to its end, of those that lose papers."""
        losing = {entry.source_id for entry in lost if not entry.elsewhere}
        doubts = {}
        for one in taken:
            if one.source_id in losing:
                found = shrinkage(self._catalog, one.source_id)
                if doubt := _doubt(found, one.report):
                    doubts[one.source_id] = doubt
        return doubts

    def _drop(self, entries: Sequence[Lost]) -> None:
        if entries:
            with self._catalog.transaction():
                remove_records(self._catalog, [one.record_id for one in entries], chunker())

    def _report(self, taken: _Taken, found: "_Found") -> SyncedSource:
        mine = [entry for entry in found.lost if entry.source_id == taken.source_id]
        stays = [entry for entry in mine if entry.elsewhere]
        # Without the entry that went, the paper may be called otherwise.
        called = ids_by_row(self._catalog, [entry.paper_row for entry in stays])
        left = {called.get(one.paper_row, one.paper_id): one.key or one.paper_id for one in stays}
        gone = {one.paper_id: one.paper_row for one in mine if not one.elsewhere}
        gained = paper_ids_of(self._catalog, taken.gained)
        rekeyed = {
            paper_id: each.lost.key or each.lost.paper_id
            for each in found.rekeyed
            if each.lost.source_id == taken.source_id
            for paper_id in paper_ids_of(self._catalog, [each.record_id])
        }
        replaced = self._replaced(taken)
        changed = {*paper_ids_of(self._catalog, taken.replaced), *rekeyed} - replaced.keys()
        reading = last_reading(self._catalog, taken.report.source)
        suspects = () if reading is None else reading.suspects
        doubt = found.doubts.get(taken.source_id or 0, "")
        shown = {} if doubt else {one: key for one, key in left.items() if one not in rekeyed}
        return SyncedSource(
            source=taken.report.source,
            reader=taken.report.reader,
            records=taken.report.records,
            unchanged=taken.unchanged,
            added=tuple(one for one in gained if one not in rekeyed),
            changed=tuple(sorted(changed)),
            replaced=replaced,
            left=tuple(shown),
            former={one: key for one, key in {**shown, **rekeyed}.items() if key != one},
            removed=tuple(one for one, row in gone.items() if row not in found.kept),
            waiting=tuple(one for one, row in gone.items() if row in found.kept),
            doubt=doubt,
            missing=count_missing(self._catalog, reading.source_id) if reading and suspects else 0,
            suspects=suspects,
            failures=taken.report.failures,
            error=taken.report.error,
            import_id=None if reading is None else reading.import_id,
        )

    def _replaced(self, taken: _Taken) -> dict[str, str]:
        """Papers that have the key another work had, with the title of that."""
        now = records_with(self._catalog, taken.replaced)
        others = {
            record_id: taken.before[record_id].title
            for record_id, (_, record) in now.items()
            if record_id in taken.before
            and contradict(
                taken.before[record_id],
                Record(title=record.title, authors=record.authors[:1], line=0),
            )
        }
        return {
            paper_id: title
            for record_id, title in others.items()
            for paper_id in paper_ids_of(self._catalog, [record_id])
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What all files of a run lost.

    Attributes:
        kept: rows of papers that stay, as nobody confirmed that they go.
        doubts: by source_id.
    """

    lost: Sequence[Lost]
    rekeyed: Sequence[_Rekeyed]
    kept: Set[int]
    doubts: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedSource:
    """What letting go of one source did, or would do. Papers are named by their ids.

    Attributes:
        removed: papers that were in no other source.
        left: papers that another source has still.
    """

    source: str
    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def drop_source(catalog: Catalog, file: str | Path) -> DroppedSource:
    """Forget a source and all that it alone has; inside `writing()`. Its file is not touched.

    Args:
        file: that it was read from, whether it is still there or not.

    Raises:
        UsageError: nothing was read from such a file.
    """
    path, source_id = _source_called(catalog, file)
    entries = records_of_source(catalog, source_id)
    stays = [entry.paper_row for entry in entries if entry.elsewhere]
    removed = tuple(dict.fromkeys(one.paper_id for one in entries if not one.elsewhere))
    with catalog.transaction():
        remove_records(catalog, [entry.record_id for entry in entries], chunker())
        delete_source(catalog, source_id)
    left = tuple(sorted(set(ids_by_row(catalog, stays).values())))
    return DroppedSource(source=path, removed=removed, left=left)


def papers_only_in(catalog: Catalog, file: str | Path) -> tuple[int, ...]:
    """The rows of the papers that no other source has, by paper_id.

    Raises:
        UsageError: nothing was read from such a file.
    """
    _, source_id = _source_called(catalog, file)
    entries = records_of_source(catalog, source_id)
    return tuple(dict.fromkeys(one.paper_row for one in entries if not one.elsewhere))


def count_read_from(catalog: Catalog, file: str | Path) -> int:
    """How many entries the library has of a file; 0 where it was never read."""
    source_id = source_paths(catalog).get(source_path(Path(file).expanduser()))
    return 0 if source_id is None else len(records_of_source(catalog, source_id))


def follow_moved(
    catalog: Catalog, files: Sequence[Path], read_as: ReadAs
) -> tuple[tuple[str, str], ...]:
    """Know files again that were moved: the same bytes at a new path, and nothing at the old.

    Their sources get the new path; call it inside `catalog.writing()`. Costs a look at the disk
    for each source, and the reading of new files as bytes where the file of one is gone.

    Returns:
        Old path and new path of each.
    """
    known = digests_by_path(catalog)
    # A path with bytes that are no text cannot be looked for as it is written here.
    gone = {
        digest: path
        for path, digest in known.items()
        if not path.startswith("<") and "\\x" not in path and not os.path.lexists(path)
    }
    paths = source_paths(catalog)
    moved = []
    for file in files if gone else ():
        new = source_path(file)
        digest = digest_of(file, read_as) if new not in paths else None
        if digest is not None and (old := gone.pop(digest, None)):
            with catalog.transaction():
                rename_source(catalog, old, new)
            moved.append((old, new))
    return tuple(moved)


def _source_called(catalog: Catalog, file: str | Path) -> tuple[str, int]:
    paths = source_paths(catalog)
    path = source_path(Path(file) if str(file) == str(STDIN) else Path(file).expanduser())
    named = [path] if path in paths else [one for one in paths if _is_named(one, str(file))]
    if len(named) == 1:
        return named[0], paths[named[0]]
    if named:
        raise UsageError(f"{str(file)!r} may be any of {', '.join(named)}: say which")
    names = {Path(one).name: one for one in paths}
    near = difflib.get_close_matches(Path(file).name, names, n=3, cutoff=0.6)
    hint = f"did you mean {', '.join(names[one] for one in near)}? " if near else ""
    raise UsageError(
        f"nothing in this library was read from {str(file)!r}: {hint}`ragassist status` lists the "
        "files"
    )


def _is_named(path: str, written: str) -> bool:
    """Whether a path ends in what was written, which may be all that is known of a lost file."""
    return path == written or path.endswith(f"/{written}")


def _doubt(found: Shrinkage, report: SourceReport) -> str:
    """Why a file that lost entries may not have been written to its end; empty for no reason."""
    entries = found.kept + found.lost
    if found.lost > found.kept:
        return f"{found.lost:,} of its {entries:,} entries are gone, more than half"
    if not found.at_end or report.reader in _CLOSED_FORMATS:
        return ""
    if found.lost > _MOST_AT_END:
        return f"the {found.lost:,} entries that are gone were its last, as in a file cut off"
    if not _ends_with_line(Path(report.source)):
        return "what is gone was its end, and it does not end with a line, as in a file cut off"
    return ""


def _ends_with_line(file: Path) -> bool:
    """Whether a file ends as programs end them; of a compressed one that is taken to be so."""
    try:
        with file.open("rb") as opened:
            if opened.read(6).startswith(_PACKED):
                return True
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - 2))
            return opened.read().endswith(_LINE_ENDS)
    except OSError:
        return False


def _stamp(file: Path) -> tuple[int, int] | None:
    """Size and time of a file; None where it is not there, as when another takes its place."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def _changes(file: Path, stamp: tuple[int, int] | None, *, wait: bool) -> bool:
    """Whether a file is no longer what it was before it was read.

    Args:
        wait: where it was written just now, until it has not been for half a second, ten at most.
    """
    end = time.monotonic() + _LONGEST_WAIT_S
    now = _stamp(file)
    while (wait or now != stamp) and _is_fresh(now) and time.monotonic() < end:
        time.sleep(_QUIET_S / 10)
        now = _stamp(file)
    return now != stamp


def _is_fresh(stamp: tuple[int, int] | None) -> bool:
    return stamp is None or abs(time.time() - stamp[1] / 1e9) < _QUIET_S
