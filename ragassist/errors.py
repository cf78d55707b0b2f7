"""Every error a caller can meet.

The CLI turns each into one line on standard error and an exit code; nothing else may.

RagassistError                 exit 1: it failed, and says what to do
├── UsageError                 exit 2: the call or the configuration is wrong
│   ├── LibraryNotFound        no library where one was looked for
│   ├── UnknownPaper           an id that names no paper of the library
│   ├── EmbedderMismatch       the vectors were made by another embedder
│   ├── ModelMisconfigured     no such provider or model, or its key is wrong
│   └── PromptInvalid          a prompt template is missing, or its slots are not those filled
├── SourceError                a file that could not be read as papers
├── StorageError               the library on disk could not be read or written
│   ├── LibraryLocked          another process is writing, and it did not finish in time
│   ├── LibraryReadOnly        the folder or the disk refuses writes
│   ├── CatalogCorrupt         SQLite says the catalog is damaged
│   └── SchemaTooNew           written by a newer ragassist
├── IndexUnavailable           the vectors are missing or damaged; the catalog is not
├── EmbedderUnavailable        the embedder's model is not on this machine and cannot be had
└── ModelUnavailable           the model did not answer; says whether trying again may help
    ├── CostLimitReached       the next call might cost more than is allowed, and was not made
    ├── PromptTooLong          the prompt and the answer do not fit into what the model can read
    └── ReplyInvalid           the model's reply has not the form that was asked for
"""

from typing import ClassVar


class RagassistError(Exception):
    """Something failed; the message says what happened, with what value, and what to do.

    Attributes:
        exit_code: what the CLI exits with: 1 failed, 2 usage or configuration.
    """

    exit_code: ClassVar[int] = 1


class UsageError(RagassistError):
    """The call or the configuration is wrong; doing it again will not help."""

    exit_code: ClassVar[int] = 2


class LibraryNotFound(UsageError):
    """There is no library where one was looked for."""


class UnknownPaper(UsageError):
    """An id that is neither a paper of the library nor an alias of one."""


class EmbedderMismatch(UsageError):
    """The library's vectors were made by another embedder than the one asked for."""


class ModelMisconfigured(UsageError):
    """The model cannot be used as configured: its name, its key, or its server is wrong."""


class PromptInvalid(UsageError):
    """A prompt template is missing, or its slots are not those that are filled."""


class SourceError(RagassistError):
    """A file could not be read as papers at all. One bad record is a `Failure`, not this."""


class StorageError(RagassistError):
    """The library on disk could not be read or written."""


class LibraryLocked(StorageError):
    """Another process is writing to this library. Trying again later helps."""


class LibraryReadOnly(StorageError):
    """The folder, the file or the disk refuses to be written; nothing was changed."""


class CatalogCorrupt(StorageError):
    """SQLite cannot make sense of the catalog."""


class SchemaTooNew(StorageError):
    """The catalog was written by a newer ragassist than this one."""


class IndexUnavailable(RagassistError):
    """The vector index is missing or damaged. The catalog can rebuild it: `ragassist reindex`."""


class EmbedderUnavailable(RagassistError):
    """The embedder's model is not on this machine and could not be fetched."""


class ModelUnavailable(RagassistError):
    """The model did not answer, or not in a way that can be read."""


class CostLimitReached(ModelUnavailable):
    """The next call might cost more than RAGASSIST_MAX_COST leaves; it was not made."""


class PromptTooLong(ModelUnavailable):
    """The model cannot read as much as it was sent. A shorter prompt helps."""


class ReplyInvalid(ModelUnavailable):
    """The model's reply has not the form that was asked for, asked twice."""
