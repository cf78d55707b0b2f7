"""Where a text of a model says, in the form that was asked for, that there is nothing to say."""

from collections.abc import Callable, Iterable, Iterator

from ragassist.text import one_line

NO_ANSWER = "NO_ANSWER"
NO_SUPPORT = "NO_SUPPORT"
# Models wrap a token in the marks of Markdown, and escape its underscore.
_MARKDOWN = "*_`#>\"' \t\r\n"


def without_refusals(pieces: Iterable[str], refused: Callable[[str], None]) -> Iterator[str]:
    """A text as it comes, without the lines that begin with NO_ANSWER.

    The first words of a line are held back until they cannot be the token.

    Args:
        refused: told what stands behind the token, and so is said to be missing.
    """
    held = ""
    begins = True
    for piece in pieces:
        for part in piece.splitlines(keepends=True):
            if not begins:
                yield part
                begins = part.endswith("\n")
                continue
            held += part
            ends = held.endswith("\n")
            if held.strip() and may_be(NO_ANSWER, held) and not ends:
                begins = True
                continue
            yield from _settled(held, refused)
            held, begins = "", ends or not held.strip()
    if held:
        yield from _settled(held, refused)


def _settled(line: str, refused: Callable[[str], None]) -> Iterator[str]:
    missing = behind(NO_ANSWER, line)
    if missing is None:
        yield line
    else:
        refused(first_line(missing))
        yield "\n\n"


def may_be(token: str, text: str) -> bool:
    """Whether a text begins with a token, or may yet when more of it has come."""
    return token.startswith(_bare(text)[: len(token)])


def behind(token: str, text: str) -> str | None:
    """What follows the token that a text begins with; None where it does not.

    `NO_ANSWER`, `NO ANSWER` and `No_Answer` are one token; "No answer can be given" is text.
    """
    plain = _unmarked(text)
    rest = plain[len(token) :]
    begins = _bare(plain).startswith(token) and not rest[:1].isalnum()
    ends = not rest.strip() or not rest[0].isspace()
    return rest if begins and (ends or plain.startswith(token)) else None


def first_line(text: str) -> str:
    """The first line that says something, without marks of Markdown around it."""
    return one_line(text.lstrip(_MARKDOWN + ":-–—").partition("\n")[0]).rstrip(_MARKDOWN)


def _bare(text: str) -> str:
    return _unmarked(text).upper().replace(" ", "_")


def _unmarked(text: str) -> str:
    return text.lstrip(f"{_MARKDOWN}-").replace("\\", "")
