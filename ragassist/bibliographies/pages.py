"""The pages of a paper: no two formats write a range the same way."""

import re

_DASH = re.compile(r"\s*(?:--+|[–—])\s*")
_HYPHEN = re.compile(r"\s*-\s*")


def page_range(stated: str) -> list[str]:
    """First and last page, or one string where it is no range: `S12` and `S34` of `S12--S34`.

    A hyphen parts them only where no dash does and it is the only one: `A-3--A-9`.
    """
    for between in (_DASH, _HYPHEN):
        parts = between.split(stated.strip())
        if len(parts) == 2 and all(parts):
            return parts
        if len(parts) > 1:
            break
    return [stated]
