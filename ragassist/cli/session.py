"""What every command starts with: which library is meant, and how to tell the user things."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ragassist.cli.look import DIM, tell
from ragassist.errors import LibraryNotFound

if TYPE_CHECKING:
    from ragassist.library import Library
    from ragassist.models.choice import ModelChoice
    from ragassist.settings import Settings

FOLDER_NAME = ".ragassist"
HISTORY_NAME = "chat_history"
"""In the library's folder: what was typed at the chat's prompt."""
_NO_MODEL = "no model is configured (RAGASSIST_MODEL): every sentence is one of the abstracts' own"


class Session:
    """One run of the command line.

    Args:
        library: the folder named on the command line; None to look for one.
    """

    def __init__(self, library: Path | None) -> None:
        self._named = library
        self._settings: Settings | None = None

    @contextmanager
    def open(
        self,
        *,
        missing_ok: bool = False,
        writes: bool = False,
        extractive: bool = False,
        remember: bool = True,
    ) -> Iterator["Library"]:
        """The library that is meant, open; progress and notices go to standard error.

        Looked for as git looks for a repository: `--library`, RAGASSIST_LIBRARY, then
        `.ragassist/` in the working folder or above it, up to the home folder.

        Args:
            missing_ok: where there is none, open the one that `add` would make, `./.ragassist`.
            writes: sentences will be written: by the model that is configured, and where there is
                none the user is told.
            extractive: not by the model, even if there is one.
            remember: replies of the model may be taken from earlier calls, and kept for later ones.

        Raises:
            LibraryNotFound: there is none, and `missing_ok` is not set.
        """
        from ragassist.cli.progress import ProgressBars
        from ragassist.library import Library

        settings = self.settings()
        folder = self._named or settings.library or _find_above(Path.cwd())
        if folder is None and not missing_ok:
            raise LibraryNotFound(
                f"no {FOLDER_NAME}/ here or in a folder above: `ragassist add FILE` makes one, "
                "`ragassist --library DIR ...` names another"
            )
        if folder is None:
            folder = Path.cwd() / FOLDER_NAME
        with (
            ProgressBars() as bars,
            Library.open(
                folder,
                lock_wait_s=settings.lock_wait_s,
                notify=self.tell,
                progress=bars.update,
                model=None if extractive else self.model_choice(remember=remember),
            ) as library,
        ):
            if writes and not extractive and settings.model is None:
                self.tell(_NO_MODEL)
            try:
                yield library
            except KeyboardInterrupt:
                self.tell("interrupted")
                raise

    def settings(self) -> "Settings":
        """The settings, read once."""
        if self._settings is None:
            from ragassist.settings import load_settings

            self._settings = load_settings()
        return self._settings

    def model_choice(self, *, remember: bool = True) -> "ModelChoice | None":
        """The chat model that is configured; None where there is none."""
        settings = self.settings()
        if settings.model is None:
            return None
        from ragassist.models.choice import choice_from

        return choice_from(settings, settings.model, remember=remember)

    def tell(self, notice: str) -> None:
        """A line on standard error, wrapped and faint where that is a terminal."""
        tell(notice, style=DIM)


def session_of(context: typer.Context) -> Session:
    """The session that the app's callback made."""
    session: Session = context.obj
    return session


def _find_above(start: Path) -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:
        # A user id without an entry and without HOME, as containers have them.
        home = Path(start.root)
    for folder in (start, *start.parents):
        if (folder / FOLDER_NAME / "catalog.sqlite3").is_file():
            return folder / FOLDER_NAME
        if folder == home:
            break
    return None
