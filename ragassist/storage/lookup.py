"""Which paper a name means: an id, an alias, an identifier, words of a title."""

import json
import re

from ragassist.errors import UnknownPaper
from ragassist.storage.catalog import Catalog, Row
from ragassist.text import title_key

_SHOWN_SUGGESTIONS = 3
_MOST_TITLED = 8
_SHORTEST_TITLE = 3


def find_row(catalog: Catalog, paper_id: str) -> int:
    """The row of a paper by its id, an alias, or an identifier that one of its records states.

    An identifier is a DOI, an arXiv ID or a PMID: `10.1/x`, `doi:10.1/x`, `arXiv:2001.00001`,
    `pmid:7`, `7`.

    Raises:
        UnknownPaper: there is none, or the alias is one of several papers'; names what is near.
    """
    row = catalog.value("SELECT paper_row FROM papers WHERE paper_id = ?", (paper_id,))
    if row is not None:
        return int(row)
    aliased = catalog.rows(
        "SELECT paper_row, paper_id FROM aliases JOIN papers USING (paper_row) "
        "WHERE alias = ? ORDER BY paper_id",
        (paper_id,),
    ) or _with_identifier(catalog, paper_id)
    if len(aliased) == 1:
        return int(aliased[0][0])
    if aliased:
        ids = ", ".join(other for _, other in aliased)
        raise UnknownPaper(f"{paper_id!r} may be any of {ids}: say which")
    near = _similar_ids(catalog, paper_id)
    hint = f"did you mean {', '.join(near)}?" if near else "`ragassist papers` lists what is there"
    raise UnknownPaper(f"no paper {paper_id!r} in this library: {hint}")


def find_id(catalog: Catalog, name: str) -> str | None:
    """The id of the one paper that a name is the id or an alias of; None without such."""
    try:
        row = find_row(catalog, name)
    except UnknownPaper:
        return None
    found = catalog.value("SELECT paper_id FROM papers WHERE paper_row = ?", (row,))
    return None if found is None else str(found)


def find_titled(catalog: Catalog, words: str) -> list[tuple[str, str]]:
    """Ids and titles of a few papers in whose title the words stand, or each of them.

    A title that they are the whole of stands alone.
    """
    wanted = title_key(words)
    if len(wanted) < _SHORTEST_TITLE:
        return []
    whole, part, parts = [], [], []
    for paper_id, title in catalog.rows("SELECT paper_id, title FROM papers ORDER BY paper_id"):
        stated = title_key(title)
        if stated == wanted:
            whole.append((paper_id, title))
        elif f" {wanted} " in f" {stated} ":
            part.append((paper_id, title))
        elif set(wanted.split()).issubset(stated.split()):
            parts.append((paper_id, title))
    return (whole or part or parts)[:_MOST_TITLED]


def other_owners(catalog: Catalog, alias: str, paper_id: str) -> list[str]:
    """The ids of other papers that this name was once an id of."""
    return [
        other
        for (other,) in catalog.rows(
            "SELECT paper_id FROM aliases JOIN papers USING (paper_row) "
            "WHERE alias = ? AND paper_id != ? ORDER BY paper_id",
            (alias, paper_id),
        )
    ]


def _with_identifier(catalog: Catalog, written: str) -> list[Row]:
    name = re.sub(r"^https?://(?:dx\.)?doi\.org/", "", written.strip().lower())
    name = re.sub(r"^(doi|pmid|arxiv):\s+", r"\1:", name)
    keys = [name] if name.startswith(("doi:", "pmid:", "arxiv:")) else []
    if name.startswith("10."):
        keys.append(f"doi:{name}")
    elif re.fullmatch(r"[1-9]\d{0,8}", name):
        keys.append(f"pmid:{name}")
    elif re.fullmatch(r"(?:arxiv:)?(?:\d{4}\.\d{4,5}|[a-z.-]+/\d{7})(?:v\d+)?", name):
        keys.append("arxiv:" + re.sub(r"^arxiv:|v\d+$", "", name))
    return catalog.rows(
        "SELECT DISTINCT paper_row, paper_id FROM record_keys JOIN records USING (record_id) "
        "JOIN papers USING (paper_row) WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(keys),),
    )


def _similar_ids(catalog: Catalog, paper_id: str) -> list[str]:
    import difflib

    near = [
        row[0]
        for row in catalog.rows(
            "SELECT paper_id FROM papers WHERE paper_id LIKE ? ESCAPE '!' LIMIT 200",
            (_like_prefix(paper_id[:3]),),
        )
    ]
    return difflib.get_close_matches(paper_id, near, n=_SHOWN_SUGGESTIONS, cutoff=0.5)


def _like_prefix(text: str) -> str:
    escaped = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"{escaped}%"
