"""Kinds of works: those of CSL, and what Crossref, OpenAlex and Zotero call them."""

CSL_TYPES = frozenset(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter "
    "classic collection dataset document entry entry-dictionary entry-encyclopedia event figure "
    "graphic hearing interview legal_case legislation manuscript map motion_picture musical_score "
    "pamphlet paper-conference patent performance periodical personal_communication post "
    "post-weblog regulation report review review-book software song speech standard thesis treaty "
    "webpage".split()
)
# Names of Crossref, and of OpenAlex where it has its own; what is no work of its own is not there.
_DEPOSITED = {
    "journal-article": "article-journal",
    "proceedings-article": "paper-conference",
    "posted-content": "article",
    "preprint": "article",
    "book-chapter": "chapter",
    "book-section": "chapter",
    "book-part": "chapter",
    "book-track": "chapter",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "proceedings": "book",
    "reference-entry": "entry",
    "dissertation": "thesis",
    "report-component": "report",
    "peer-review": "review",
    "database": "dataset",
    "book": "book",
    "dataset": "dataset",
    "report": "report",
    "standard": "standard",
    "software": "software",
}
_ZOTERO = {
    "artwork": "graphic",
    "audiorecording": "song",
    "blogpost": "post-weblog",
    "book": "book",
    "booksection": "chapter",
    "computerprogram": "software",
    "conferencepaper": "paper-conference",
    "dataset": "dataset",
    "dictionaryentry": "entry-dictionary",
    "document": "document",
    "encyclopediaarticle": "entry-encyclopedia",
    "film": "motion_picture",
    "forumpost": "post",
    "interview": "interview",
    "journalarticle": "article-journal",
    "letter": "personal_communication",
    "magazinearticle": "article-magazine",
    "manuscript": "manuscript",
    "map": "map",
    "newspaperarticle": "article-newspaper",
    "patent": "patent",
    "preprint": "article",
    "presentation": "speech",
    "report": "report",
    "standard": "standard",
    "statute": "legislation",
    "thesis": "thesis",
    "webpage": "webpage",
}


def of_csl(stated: object) -> str | None:
    """The type of a CSL item; Crossref serves items of CSL's form with types of its own."""
    if not isinstance(stated, str):
        return None
    return stated if stated in CSL_TYPES else _DEPOSITED.get(stated)


def of_deposit(stated: object) -> str | None:
    """The type of a work of Crossref, or of OpenAlex where it says what the publisher did."""
    return _DEPOSITED.get(stated) if isinstance(stated, str) else None


def of_zotero(stated: object) -> str | None:
    """The type of a Zotero item, in its JSON or its CSV."""
    return _ZOTERO.get(stated.replace(" ", "").lower()) if isinstance(stated, str) else None
