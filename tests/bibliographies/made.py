"""Papers to write: one that states everything, and whatever hypothesis thinks of."""

from hypothesis import strategies as st

from ragassist.sources.cleaning import clean_text
from ragassist.text import one_line
from ragassist.types import Paper

FULL = Paper(
    paper_id="wren2021tide",
    title="TideNet & Clocks",
    abstract="Tides {move} 5% of all clocks, at $3 each.",
    authors=("Ada Wren", "Ludwig van Beethoven", "King, Jr., Max", "Qwen Team", "李 明"),
    authors_truncated=True,
    affiliations=("Sea House", "Clock Works"),
    year=2021,
    date="2021-07-01",
    venue="Journal of Tides",
    doi="10.1000/a_b<c>",
    arxiv_id="2101.00001",
    pmid="4711",
    url="https://example.org/~a_b?c=50%25#d",
    categories=("cs.CL", "cs.IR"),
    keywords=("tides", "clocks & watches"),
    tags=("to read", "chapter 2"),
    kind="article-journal",
    retracted=True,
    extra=(
        ("editor", "Hale, Max and Ames, Bo"),
        ("issn", "1234-5678"),
        ("langid", "english"),
        ("mood", "calm_sea"),
        ("note", "read twice"),
        ("number", "3"),
        ("pages", "12-34"),
        ("publisher", "Sea & Sons"),
        ("ris-L1", "tides.pdf"),
        ("urldate", "2022-02-03"),
        ("volume", "9"),
    ),
)


def settled(text: str) -> str:
    """A text as a library holds it: read once, it is read the same ever after."""
    for _ in range(20):
        before, text = text, clean_text(one_line(text))
        if text == before:
            break
    return text


# LaTeX's and BibTeX's own signs, what separates values, quotation marks, scripts, line endings.
_SIGNS = "ab Zé水Ωß &%$#_{}~^\\\"'`@,;:=-–—“”‘’<>|()[]*+/.!?\n\r\t\u2028"
TRICKY = st.text(alphabet=_SIGNS, max_size=30) | st.text(max_size=30)
# What exporters of tables write where there is nothing is nothing.
_NOTHING = {"na", "n/a", "nan", "none", "null"}
TEXT = TRICKY.map(settled).filter(lambda text: text.lower() not in _NOTHING)
_WORD = st.text(alphabet="abcdeéßøΩ水", min_size=1, max_size=6)
_NAME = st.builds("{} {}".format, _WORD.map(str.title), _WORD.map(str.title))
AUTHOR = st.one_of(
    _NAME,
    st.builds("{}, {}".format, _WORD.map(str.title), _WORD.map(str.title)),
    st.sampled_from(
        "Ludwig van Beethoven|King, Jr., Max|Smith JA|O'Neil, B.|Plato|李 明|bell hooks|"
        "Tides and Clocks Ltd|Institute for Tides|Tom AND Jerry".split("|")
    ),
)


@st.composite
def papers(draw: st.DrawFn, extra_names: tuple[str, ...] = ("note", "volume", "mood")) -> Paper:
    """A paper whose texts may be anything, and whose values are such as readers give."""
    year = draw(st.none() | st.integers(1900, 2030))
    dates = [None, "--02-03"] if year is None else [None, f"{year}-12", f"{year}-02-28"]
    kinds = ("article-journal", "paper-conference", "book", "chapter", "thesis", "report")
    number = draw(st.integers(1, 99999))
    words = st.lists(_WORD, max_size=3, unique=True).map(tuple)
    extra = draw(st.dictionaries(st.sampled_from(extra_names), TEXT.filter(bool)))
    return Paper(
        paper_id=draw(st.from_regex(r"[a-zΩ][a-z0-9:.+/_-]{0,8}[a-z0-9]", fullmatch=True)),
        title=draw(TEXT.filter(bool)),
        abstract=draw(TEXT) or draw(st.just("") | TEXT.map(lambda text: settled(f"{text} " * 400))),
        authors=tuple(draw(st.lists(AUTHOR, max_size=3))),
        year=year,
        date=draw(st.sampled_from(dates)),
        venue=draw(st.none() | TEXT.filter(bool)),
        doi=draw(st.none() | st.just(f"10.1000/a_b<{number}>;2-#x")),
        arxiv_id=draw(st.none() | st.just(f"2101.{number:05}") | st.just("cs/0101001")),
        pmid=draw(st.none() | st.just(str(number))),
        url=draw(st.none() | st.just(f"https://example.org/~a_b?c={number}&d=50%25#e")),
        keywords=draw(words),
        tags=draw(words),
        kind=draw(st.sampled_from(kinds)),
        extra=tuple(sorted(extra.items())),
    )
