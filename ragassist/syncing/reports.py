"""What a sync found and did, as it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ragassist.types import Failure, KeyNote


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
class DroppedSource:
    """What letting go of one source did, or would do. Papers are named by their ids.

    Attributes:
        removed: papers that were in no other source.
        left: papers that another source has still.
    """

    source: str
    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
