"""What filters name and no paper has, and what was perhaps meant."""

import re

from ragassist.storage.catalog import Catalog
from ragassist.storage.filters import any_passes
from ragassist.text import fold
from ragassist.types import Filters

# How a paper has what a filter names, and the command that lists such.
_SAID_OF_UNKNOWN = {
    "tags": ("has the tag", "ragassist tags"),
    "categories": ("has the category", "ragassist papers --json"),
    "authors": ("has an author", "ragassist papers --json"),
    "sources": ("is from a file with", "ragassist status"),
}
_MOST_COMPARED = 20_000
_SHOWN_SUGGESTIONS = 3
_VALUES_OF = {
    "tags": "SELECT value FROM (SELECT value FROM papers, json_each(fields, '$.tags') UNION ALL "
    "SELECT value FROM papers, json_each(fields, '$.keywords')) "
    "GROUP BY value ORDER BY count(*) DESC, value",
    "categories": "SELECT value FROM papers, json_each(fields, '$.categories') "
    "GROUP BY value ORDER BY count(*) DESC, value",
    "authors": "SELECT value FROM papers, json_each(fields, '$.authors') "
    "GROUP BY value ORDER BY count(*) DESC, value",
    "sources": "SELECT path FROM sources WHERE reader != '' ORDER BY path",
}
_PARTS = {"authors": re.compile(r"[^\W\d_][\w'\u2019-]+"), "sources": re.compile(r"[^/\\]+")}


def unknown_values(catalog: Catalog, filters: Filters) -> list[str]:
    """What the filters name and no paper has, a sentence each, with what is near to it."""
    alone = (
        *(("tags", tag, Filters(tags=(tag,))) for tag in filters.tags),
        *(("categories", name, Filters(categories=(name,))) for name in filters.categories),
        *(("authors", name, Filters(authors=(name,))) for name in filters.authors),
        *(("sources", name, Filters(sources=(name,))) for name in filters.sources),
    )
    return [
        _unknown(catalog, kind, value)
        for kind, value, filtered in alone
        if not any_passes(catalog, filtered)
    ]


def _unknown(catalog: Catalog, kind: str, value: str) -> str:
    import difflib

    said, command = _SAID_OF_UNKNOWN[kind]
    named = _VALUES_OF[kind]
    spelt: dict[str, str] = {}
    for (name,) in catalog.rows(f"{named} LIMIT {_MOST_COMPARED}"):
        # An author is looked for by any part of the name, a file by any part of its path.
        for part in (name, *_PARTS[kind].findall(name)) if kind in _PARTS else (name,):
            spelt.setdefault(fold(part), part)
    near = difflib.get_close_matches(fold(value), spelt, n=_SHOWN_SUGGESTIONS, cutoff=0.6)
    meant = f": did you mean {' or '.join(repr(spelt[one]) for one in near)}?" if near else ";"
    return f"no paper {said} {value!r}{meant} `{command}` lists what there is"
