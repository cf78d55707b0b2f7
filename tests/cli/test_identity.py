"""What is one paper and what is two, and how its user sees and decides it."""

import json
from pathlib import Path

import pytest

from ragassist import Library
from ragassist.types import Filters
from tests.cli.terminal import ragassist

PREPRINT = """@misc{strix2020preprint, title={How owls find mice under snow}, year=2020,
  author={Strix, Ada and Tyto, Bo}, eprint={2001.00001}, archiveprefix={arXiv},
  doi={10.48550/arXiv.2001.00001}, abstract={Owls hear mice through thirty centimetres of snow.}}
"""
PUBLISHED = """@article{strix2022owls, title={How Owls Find Mice Under Snow}, year=2022,
  author={Strix, Ada and Tyto, Bo}, journal={Journal of Owls}, volume=7, doi={10.1000/owls}}
"""
SHORTER = """@article{strix2021find, title={How owls find mice under deep snow}, year=2021,
  author={Strix, Ada}}
"""
ODD = "@article{my key; x, title={Der Einfluss von Schnee auf die Jagd der Eulen}, year=2019}\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def add(folder: Path, *names: str) -> None:
    """Add files of the folder to its library, here and not in a process of its own."""
    with Library.open(folder / ".ragassist") as library:
        report = library.add(*(folder / name for name in names))
    assert [source.error for source in report.sources] == [None] * len(names)


def ids_of(folder: Path) -> list[str]:
    with Library.open(folder / ".ragassist") as library:
        return [paper.paper_id for paper in library.papers()]


def ids_in(shown: str) -> list[str]:
    return [line.split("\t")[0] for line in shown.splitlines()]


@pytest.mark.parametrize(
    ("order", "key"),
    [(("a.bib", "b.bib"), "strix2020preprint"), (("b.bib", "a.bib"), "strix2022owls")],
)
def test_a_preprint_and_its_published_version_are_one_paper_that_knows_both(
    tmp_path: Path, order: tuple[str, str], key: str
) -> None:
    write(tmp_path / "a.bib", PREPRINT)
    write(tmp_path / "b.bib", PUBLISHED)
    for name in order:
        add(tmp_path, name)
    (paper,) = json.loads(ragassist("papers", "--json", cwd=tmp_path).stdout)["papers"]
    assert (paper["paper_id"], paper["doi"], paper["arxiv_id"], paper["year"]) == (
        key,
        "10.1000/owls",
        "2001.00001",
        2022,
    )
    assert paper["extra"]["otherdoi"] == "10.48550/arxiv.2001.00001"
    with Library.open(tmp_path / ".ragassist") as library:
        names = ("strix2022owls", "10.1000/OWLS", "doi:10.48550/arXiv.2001.00001",
                 "https://doi.org/10.1000/owls", "arXiv:2001.00001v3")  # fmt: skip
        assert {library.paper(name).paper_id for name in names} == {key}


def test_provenance_says_which_record_each_field_is_from(tmp_path: Path) -> None:
    write(tmp_path / "a.bib", PREPRINT)
    write(tmp_path / "b.bib", PUBLISHED)
    add(tmp_path, "a.bib", "b.bib")
    shown = ragassist("show", "strix2022owls", "--provenance", cwd=tmp_path).stdout
    assert "year:         2022  from b.bib:1\n" in shown
    assert (
        "abstract:     Owls hear mice through thirty centimetres of snow.  from a.bib:1\n" in shown
    )
    shape = json.loads(
        ragassist("show", "strix2022owls", "--provenance", "--json", cwd=tmp_path).stdout
    )
    fields = {field["name"]: field for field in shape["paper"]["fields"]}
    assert fields["volume"]["value"] == "7"
    assert [place["key"] for place in fields["volume"]["places"]] == ["strix2022owls"]


def test_a_key_that_cannot_be_cited_gets_a_safe_form_and_is_found_by_either(
    tmp_path: Path,
) -> None:
    write(tmp_path / "a.jsonl", '{"_id": "my key {x}", "title": "On the keys of owls"}\n')
    add(tmp_path, "a.jsonl")
    for name in ("my key {x}", "my-key-x"):
        assert ragassist("show", name, cwd=tmp_path).stdout.startswith("id:           my-key-x\n")


def test_near_duplicates_are_listed_and_decisions_stick(tmp_path: Path) -> None:
    write(tmp_path / "a.bib", PREPRINT + SHORTER)
    add(tmp_path, "a.bib")
    shown = ragassist("duplicates", cwd=tmp_path)
    assert shown.stdout == (
        "similar titles; the same first author; years 2020 and 2021; two entries of a.bib\n"
        "[strix2020preprint] Strix, Ada; Tyto, Bo (2020). How owls find mice under snow.\n"
        "[strix2021find] Strix, Ada (2021). How owls find mice under deep snow. (title only)\n\n"
    )
    (pair,) = json.loads(ragassist("duplicates", "--json", cwd=tmp_path).stdout)["duplicates"]
    ids = [paper["paper_id"] for paper in pair["papers"]]

    merged = ragassist("merge", *ids, "--json", cwd=tmp_path)
    assert json.loads(merged.stdout)["paper"]["paper_id"] == "strix2020preprint"
    ragassist("remove", "strix2020preprint", "--yes", cwd=tmp_path)
    add(tmp_path, "a.bib")
    assert ids_of(tmp_path) == ["strix2020preprint"]

    parted = ragassist("keep-both", *ids, cwd=tmp_path)
    assert parted.stdout.startswith("two papers:\n[strix2020preprint] ")
    add(tmp_path, "a.bib")
    assert ids_of(tmp_path) == ids
    assert ragassist("duplicates", cwd=tmp_path).stdout == "No two papers look like one.\n"
    assert "vectors of" in ragassist("doctor", cwd=tmp_path).stdout


def test_what_a_title_merged_is_parted_by_the_keys_it_had(tmp_path: Path) -> None:
    write(tmp_path / "a.bib", PUBLISHED)
    write(
        tmp_path / "b.bib", PUBLISHED.replace("strix2022owls", "other").replace("10.1000/owls", "")
    )
    add(tmp_path, "a.bib", "b.bib")
    assert ids_of(tmp_path) == ["strix2022owls"]
    ragassist("keep-both", "other", "strix2022owls", cwd=tmp_path)
    assert ids_of(tmp_path) == ["other", "strix2022owls"]
    ragassist("sync", "a.bib", "b.bib", cwd=tmp_path)
    assert ids_of(tmp_path) == ["other", "strix2022owls"]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("merge", "strix2022owls", "again"), "are one paper already"),
        (("merge", "strix2022owls"), "are one paper already"),
        (("keep-both", "strix2022owls", "again"), "both state doi:10.1000/owls"),
        (("keep-both", "again", "again"), "are one paper: to part it, name two of the ids"),
        (("merge", "strix2022owls", "nobody"), "no paper 'nobody'"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_the_reason(
    tmp_path: Path, command: tuple[str, ...], says: str
) -> None:
    write(tmp_path / "a.bib", PUBLISHED)
    write(tmp_path / "b.bib", PUBLISHED.replace("strix2022owls", "again"))
    add(tmp_path, "a.bib", "b.bib")
    refused = ragassist(*command, cwd=tmp_path)
    assert refused.returncode == 2
    assert says in refused.stderr


def test_title_only_and_retracted_papers_are_marked_wherever_they_appear(tmp_path: Path) -> None:
    write(
        tmp_path / "a.ris",
        "TY  - JOUR\nID  - bad\nTI  - RETRACTED: How owls find mice under snow\nAU  - Strix, Ada\n"
        "PY  - 2020\nAB  - Owls hear mice through thirty centimetres of snow. Owls find mice.\n"
        "ER  -\nTY  - JOUR\nID  - bare\nTI  - How owls miss mice\nPY  - 2021\nER  -\n",
    )
    add(tmp_path, "a.ris")
    papers = json.loads(ragassist("papers", "--json", cwd=tmp_path).stdout)["papers"]
    by_title = {paper["title_only"]: paper for paper in papers}
    bad, bare = by_title[False]["paper_id"], by_title[True]["paper_id"]
    assert (by_title[False]["retracted"], by_title[True]["retracted"]) == (True, False)
    lines = ragassist("papers", cwd=tmp_path).stdout.splitlines()
    marks = {line.split("\t")[0]: line.split("\t")[3] for line in lines}
    assert marks == {bad: "retracted", bare: "title only"}
    assert "retracted:    yes" in ragassist("show", bad, cwd=tmp_path).stdout
    found = json.loads(ragassist("search", "owls mice", "--json", cwd=tmp_path).stdout)["passages"]
    assert {p["paper_id"]: (p["title_only"], p["retracted"]) for p in found} == {
        bad: (False, True),
        bare: (True, False),
    }
    shown = ragassist("search", "owls mice", cwd=tmp_path).stdout
    assert "(retracted)\n" in shown
    assert "How owls miss mice (title only)\n" in shown
    assert "(retracted)" in ragassist("ask", "how do owls find mice?", cwd=tmp_path).stdout


def test_text_that_is_not_english_is_said_and_found(tmp_path: Path) -> None:
    write(tmp_path / "a.bib", PREPRINT + ODD)
    add(tmp_path, "a.bib")
    assert "language:     German: stemming" in ragassist("show", "my-key-x", cwd=tmp_path).stdout
    assert (
        "1 paper is not in English (German 1): stemming and stop words are those of English and do "
        "not help there\n"
    ) in ragassist("status", cwd=tmp_path).stdout
    assert json.loads(ragassist("status", "--json", cwd=tmp_path).stdout)["languages"] == {
        "German": 1
    }
    found = ragassist("search", "Jagd der Eulen", "--json", cwd=tmp_path)
    assert json.loads(found.stdout)["passages"][0]["paper_id"] == "my-key-x"


def test_tags_are_listed_and_filter_whatever_their_case(tmp_path: Path) -> None:
    tagged = PREPRINT.replace("year=2020", "year=2020, keywords={Owls, Snow}, groups={To Read}")
    other = SHORTER.replace("year=2021", "year=2021, keywords={owls}")
    write(tmp_path / "a.bib", tagged + other)
    add(tmp_path, "a.bib")
    assert ragassist("tags", cwd=tmp_path).stdout == "2\tOwls\n1\tSnow\n1\tTo Read\n"
    shape = json.loads(ragassist("tags", "--json", cwd=tmp_path).stdout)
    assert shape["tags"][0] == {"tag": "Owls", "papers": 2, "as_tag": 0, "as_keyword": 2}
    assert shape["tags"][2] == {"tag": "To Read", "papers": 1, "as_tag": 1, "as_keyword": 0}
    listed = ragassist("papers", "--tag", "to read", cwd=tmp_path).stdout
    assert ids_in(listed) == ["strix2020preprint"]
    both = ragassist("papers", "--tag", "snow", "--tag", "OWLS", cwd=tmp_path).stdout
    assert len(ids_in(both)) == 2
    found = ragassist("search", "owls mice", "--tag", "snow", "--json", cwd=tmp_path)
    assert [p["paper_id"] for p in json.loads(found.stdout)["passages"]] == ["strix2020preprint"]
    for command in ("ask", "related"):
        refused = ragassist(command, "owls", "--tag", "nobody", "--extractive", cwd=tmp_path)
        assert refused.returncode == 3
        assert "tag nobody" in refused.stdout + refused.stderr


def test_papers_that_miss_something_are_listed(tmp_path: Path) -> None:
    write(tmp_path / "a.bib", PREPRINT + PUBLISHED.replace("Find", "Lose") + SHORTER + ODD)
    add(tmp_path, "a.bib")

    def missing(*fields: str) -> list[str]:
        options = [part for field in fields for part in ("--missing", field)]
        return ids_in(ragassist("papers", *options, cwd=tmp_path).stdout)

    assert missing("abstract") == ["my-key-x", "strix2021find", "strix2022owls"]
    assert missing("doi") == ["my-key-x", "strix2021find"]
    assert missing("doi", "authors") == ["my-key-x"]
    assert missing("year") == []
    assert ragassist("papers", "--missing", "soul", cwd=tmp_path).returncode == 2


def test_a_table_is_told_what_its_columns_are(tmp_path: Path) -> None:
    table = write(
        tmp_path / "t.csv", "Heading,Text,Published\nHow owls hear,They hear well.,2020\n"
    )
    added = ragassist("add", table, "--columns", "title=Heading,abstract=Text,year=Published",
                      cwd=tmp_path)  # fmt: skip
    assert added.returncode == 0, added.stderr
    (paper,) = json.loads(ragassist("papers", "--json", cwd=tmp_path).stdout)["papers"]
    assert (paper["title"], paper["year"], paper["title_only"]) == ("How owls hear", 2020, False)
    for columns in ("soul=Heading", "title"):
        refused = ragassist("add", table, "--columns", columns, cwd=tmp_path)
        assert refused.returncode == 2
    refused = ragassist("add", table, "--columns", "title=Heading", "--format", "ris", cwd=tmp_path)
    assert (refused.returncode, "columns are of tables" in refused.stderr) == (2, True)


def test_a_format_can_be_forced_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    refs = write(tmp_path / "refs.txt", PUBLISHED)
    forced = ragassist("add", refs, "--format", "bibtex", cwd=tmp_path)
    assert forced.stdout.startswith("refs.txt (bibtex): 1 record: 1 new paper\n")
    refused = ragassist("add", refs, "--format", "papyrus", cwd=tmp_path)
    assert refused.returncode == 2
    assert "there is no format 'papyrus': name one of" in refused.stderr


EDITORIALS = """@article{park1, title={Editorial}, author={Park, Jo}, year=2018,
  abstract={On the hearing of owls.}}
@article{park2, title={Editorial}, author={Park, Jo}, year=2018, abstract={On mice in winter.}}
@article{kim2019, title={How owls are introduced to readers}, author={Kim, Al}, year=2019}
"""


def sources_keys(folder: Path) -> list[list[str]]:
    """The keys of the entries of each paper."""
    shape = json.loads(ragassist("papers", "--json", cwd=folder).stdout)["papers"]
    return sorted(
        sorted(
            key for key in ("kim2019", "park1", "park2") if key in {p["paper_id"], *p["aliases"]}
        )
        for p in shape
    )


@pytest.mark.parametrize("pair", [("kim2019", "park1"), ("park1", "kim2019")])
def test_a_merge_does_not_undo_a_decision_on_a_third_paper(
    tmp_path: Path, pair: tuple[str, str]
) -> None:
    write(tmp_path / "a.bib", EDITORIALS)
    add(tmp_path, "a.bib")
    assert ragassist("keep-both", "park1", "park2", cwd=tmp_path).returncode == 0
    merged = ragassist("merge", *pair, cwd=tmp_path)
    assert merged.returncode == 0, merged.stderr
    assert sources_keys(tmp_path) == [["kim2019", "park1"], ["park2"]]
    again = ragassist("keep-both", "park1", "park2", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert sources_keys(tmp_path) == [["kim2019", "park1"], ["park2"]]
    ragassist("merge", "park1", "park2", cwd=tmp_path)
    assert sources_keys(tmp_path) == [["kim2019", "park1", "park2"]]
    parted = ragassist("keep-both", "park1", "park2", cwd=tmp_path)
    assert parted.returncode == 0, parted.stderr
    assert len(ids_of(tmp_path)) == 2
    with Library.open(tmp_path / ".ragassist") as library:
        assert library.paper("park1").paper_id != library.paper("park2").paper_id


def test_a_paper_merged_before_its_namesake_is_parted_keeps_only_the_one_named(
    tmp_path: Path,
) -> None:
    first, second, third = EDITORIALS.split("@article")[1:]
    write(tmp_path / "a.bib", f"@article{first}@article{third}")
    add(tmp_path, "a.bib")
    ragassist("merge", "kim2019", "park1", cwd=tmp_path)
    write(tmp_path / "b.bib", f"@article{second}")
    add(tmp_path, "b.bib")
    assert sources_keys(tmp_path) == [["kim2019", "park1", "park2"]]
    ragassist("keep-both", "park1", "park2", cwd=tmp_path)
    assert sources_keys(tmp_path) == [["kim2019", "park1"], ["park2"]]


def test_a_paper_is_found_by_its_pmid_with_and_without_its_label(tmp_path: Path) -> None:
    refs = tmp_path / "refs.jsonl"
    refs.write_text('{"_id": "owls", "title": "How owls hear", "pmid": "31452104"}\n', "utf-8")
    with Library.open(tmp_path / ".ragassist") as library:
        library.add(refs)
        names = ("31452104", "pmid:31452104", "PMID: 31452104")
        assert [library.paper(name).paper_id for name in names] == ["owls"] * 3


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (
            Filters(tags=("snwo", "owls")),
            "no paper has the tag 'snwo': did you mean 'snow'? `ragassist tags` lists what there "
            "is",
        ),
        (
            Filters(tags=("zzz",)),
            "no paper has the tag 'zzz'; `ragassist tags` lists what there is",
        ),
        (
            Filters(authors=("Strx",)),
            "no paper has an author 'Strx': did you mean 'Strix'? `ragassist papers --json` lists "
            "what there is",
        ),
        (
            Filters(sources=("ref.bibb",)),
            "no paper is from a file with 'ref.bibb': did you mean 'refs.bib'? `ragassist status` "
            "lists what there is",
        ),
        (
            Filters(categories=("cs.H",)),
            "no paper has the category 'cs.H'; `ragassist papers --json` lists what there is",
        ),
    ],
)
def test_what_a_filter_names_and_no_paper_has_is_told_once(
    filters: Filters, told: str, tmp_path: Path
) -> None:
    refs = tmp_path / "refs.bib"
    refs.write_text("@book{o, title={How owls hear}, author={Strix, Ada}, keywords={owls; snow}}")
    notices: list[str] = []
    with Library.open(tmp_path / ".ragassist", notify=notices.append) as library:
        library.add(refs)
        list(library.papers(filters))
        library.search("owls", filters=filters)
        library.ask("How do owls hear?", filters=filters)
    assert notices == [told]
