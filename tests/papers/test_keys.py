from ragassist.papers.keys import handles, identity_keys
from ragassist.types import Record

OWLS = Record(title="How owls find mice", authors=("Ann Lee",), year=2020, key="lee20", line=1)
TITLE = "title:how owls find mice"


def test_a_record_is_known_again_by_its_identifiers_and_by_its_title_author_year_and_key() -> None:
    published = Record(title=OWLS.title, doi="10.1000/owls", pmid="7", key="lee20", line=1)
    assert handles(OWLS) == {
        f"{TITLE}||lee|2020": TITLE,
        f"{TITLE}||lee|2020||lee20": TITLE,
    }
    assert handles(published) == {
        "doi:10.1000/owls": "doi:10.1000/owls",
        "pmid:7": "pmid:7",
        f"{TITLE}|||||lee20": TITLE,
    }


def test_every_handle_leads_to_a_key_under_which_the_record_is_found() -> None:
    assert set(handles(OWLS).values()) <= identity_keys(OWLS)


def test_the_dois_of_other_versions_are_keys_too() -> None:
    exported = Record(
        title="Owls",
        doi="10.1000/owls",
        extra=(("otherdoi", "10.48550/arxiv.2001.00001 10.1000/old"),),
        line=1,
    )
    assert {"doi:10.1000/old", "arxiv:2001.00001"} <= identity_keys(exported)
