import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.related_work.bibliography import to_bibtex
from ragassist.types import Paper
from tests.bibliographies.readers import Entry, read_bibtex, title_of

TEXT = st.text(alphabet="aB &%$#_{}~^\\\"'@,=é水", max_size=30)


def entry_of(paper: Paper) -> Entry:
    return read_bibtex(to_bibtex([paper]))[paper.paper_id]


def test_an_entry_holds_what_the_record_states() -> None:
    entry = entry_of(
        Paper(
            paper_id="wren2021tide",
            title="TideNet & Clocks",
            authors=("Ada Wren", "Ludwig van Beethoven", "Qwen Team", "Smith JA"),
            authors_truncated=True,
            year=2021,
            venue="ICLR 2021",
            doi="10.1000/a_b",
            url="https://example.org/a_b?c={d}&e=50%25",
            arxiv_id="2101.00001",
        )
    )
    assert entry.kind == "inproceedings"
    assert entry.fields == {
        "author": "Wren, Ada and van Beethoven, Ludwig and {Qwen Team} and Smith, JA and others",
        "title": r"{TideNet} \& Clocks",
        "year": "2021",
        "booktitle": "ICLR 2021",
        "eprint": "2101.00001",
        "archivePrefix": "arXiv",
        "doi": "10.1000/a_b",
        "url": "https://example.org/a_b?c=%7Bd%7D&e=50%25",
    }


@pytest.mark.parametrize(
    ("venue", "kind", "field"),
    [
        ("Proceedings of the 3rd Workshop on Tides", "inproceedings", "booktitle"),
        ("Findings of EMNLP 2023", "inproceedings", "booktitle"),
        ("NeurIPS", "inproceedings", "booktitle"),
        ("EACL 2024 Demos", "inproceedings", "booktitle"),
        ("Nature", "article", "journal"),
        ("TACL 2022", "article", "journal"),
        ("Journal of Conference Studies", "article", "journal"),
        ("IEEE Transactions on Tides", "article", "journal"),
        ("bioRxiv", "article", "journal"),
        ("arXiv", "article", "journal"),
    ],
)
def test_the_venue_decides_the_type(venue: str, kind: str, field: str) -> None:
    entry = entry_of(Paper(paper_id="p", title="T", venue=venue))
    assert entry.kind == kind
    assert entry.fields[field] == venue


def test_a_paper_of_arxiv_has_its_number() -> None:
    entry = entry_of(Paper(paper_id="p", title="T", venue="arXiv", arxiv_id="2101.00001"))
    assert entry == Entry(
        "article",
        {
            "key": "T",
            "title": "T",
            "journal": "arXiv",
            "eprint": "2101.00001",
            "archivePrefix": "arXiv",
        },
    )


def test_without_an_author_there_is_a_word_to_label_by() -> None:
    title = "On the Clocks of the Northern Sea"
    assert entry_of(Paper(paper_id="p", title=title)).fields["key"] == "On the Clocks of the …"
    assert entry_of(Paper(paper_id="p", title="TideNet: Clocks")).fields["key"] == "TideNet"


def test_a_name_with_and_in_it_stays_one_name() -> None:
    entry = entry_of(Paper(paper_id="p", title="T", authors=("Tides and Clocks Ltd", "Bo Ames")))
    assert entry.fields["author"] == "{Tides and Clocks Ltd} and Ames, Bo"


def test_entries_are_in_the_order_of_their_keys() -> None:
    papers = [Paper(paper_id=key, title="T") for key in ("b", "a:1", "Ω", "c")]
    written = to_bibtex(papers)
    assert list(read_bibtex(written)) == ["a:1", "b", "c", "Ω"]
    assert written == to_bibtex(reversed(papers))


@given(title=TEXT, authors=st.lists(TEXT, max_size=3), venue=TEXT, url=TEXT)
def test_whatever_a_record_holds_the_entry_can_be_read_back(
    title: str, authors: list[str], venue: str, url: str
) -> None:
    papers = [
        Paper(paper_id="p1", title=title, authors=tuple(authors), venue=venue, url=url, doi=url),
        Paper(paper_id="p2", title="T"),
    ]
    entries = read_bibtex(to_bibtex(papers))
    assert list(entries) == ["p1", "p2"]
    if title.split():
        assert title_of(entries["p1"].fields["title"]) == " ".join(title.split())
