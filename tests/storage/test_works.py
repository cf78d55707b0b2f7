"""Papers made of records: the same whatever the order the records came in."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.adding import Import, chunker
from ragassist.errors import UnknownPaper
from ragassist.library import Library
from ragassist.storage.catalog import Catalog
from ragassist.storage.naming import ids_of_namesakes
from ragassist.storage.papers import iterate_papers
from ragassist.storage.works import remove_works
from ragassist.types import Filters
from tests.conftest import WriteJsonl
from tests.papers_made import Stated, make_papers
from tests.storage.deeds import read_back
from tests.storage.processes import in_fresh_process

Facts = tuple[str, str, tuple[str, ...], int | None, str]

SURVEY = {"title": "Tool Learning with Foundation Models", "abstract": "We review tool learning."}
SURVEY_WITH_AUTHORS = {**SURVEY, "authors": ["Yujia Qin", "Shengding Hu"], "year": 2023}
# Sources that agree, disagree, and collide on keys and on titles.
SOURCES: list[list[Stated]] = [
    [SURVEY, {"_id": "lee2020", "title": "A study of grain", "abstract": "Grain is studied."}],
    [
        SURVEY_WITH_AUTHORS,
        {"_id": "lee2020", "title": "Rivers and their silt", "abstract": "Silt is measured."},
    ],
    [
        {
            "_id": "qin",
            "title": "Tool learning with foundation models.",
            "abstract": "We review tool learning at length, and measure it.",
            "authors": ["Yujia Qin"],
            "doi": "10.1000/tools",
        },
        {"title": "A Study of Grain", "authors": ["Ann Lee"], "year": 2020},
    ],
    [
        {"title": "Editorial", "authors": ["Bo Chen"], "year": 2019, "abstract": "Welcome."},
        {"title": "Editorial", "authors": ["Cy Diaz"], "year": 2021, "abstract": "Farewell."},
        {"title": "Tools for machines", "doi": "10.1000/tools", "year": 2024},
    ],
]


def facts(catalog: Catalog) -> list[Facts]:
    return [
        (paper.paper_id, paper.title, paper.authors, paper.year, paper.abstract)
        for paper in iterate_papers(catalog, Filters())
    ]


def facts_after(folder: Path, batches: Sequence[Sequence[Path]]) -> list[Facts]:
    """What a catalog holds after adding batches of files, one `add` each."""
    catalog = Catalog.create(folder)
    try:
        with catalog.writing():
            for batch in batches:
                adding = Import(catalog, lambda *_: None)
                for file in batch:
                    assert adding.read(file).error is None
        return facts(catalog)
    finally:
        catalog.close()


@pytest.fixture
def source_files(jsonl_file: WriteJsonl) -> list[Path]:
    return [jsonl_file(f"source{n}.jsonl", papers) for n, papers in enumerate(SOURCES)]


def test_the_papers_are_the_same_in_whichever_order_the_files_are_added(
    source_files: list[Path], tmp_path: Path
) -> None:
    at_once = facts_after(tmp_path / "at once", [source_files])
    assert [(paper_id, year) for paper_id, _, _, year, _ in at_once] == [
        ("chen2019editorial", 2019),
        ("diaz2021editorial", 2021),
        ("lee2020-6cc2", None),
        ("lee2020-8d57", 2020),
        ("qin", 2024),
    ]
    for n, order in enumerate(itertools.permutations(source_files)):
        one_by_one = facts_after(tmp_path / f"order {n}", [[file] for file in order])
        assert one_by_one == at_once, [file.name for file in order]


@settings(max_examples=25, deadline=None)
@given(
    lines=st.permutations([paper for source in SOURCES for paper in source]),
    cuts=st.sets(st.integers(1, 7), max_size=4),
)
def test_neither_the_order_of_lines_nor_the_cut_into_files_changes_what_is_true_of_a_paper(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Stated], cuts: set[int]
) -> None:
    # Which file and line a record stands in may decide between works only where keys collide.
    folder = tmp_path_factory.mktemp("cut")
    bounds = [0, *sorted(cuts), len(lines)]
    files = []
    for begin, end in itertools.pairwise(bounds):
        file = folder / f"{begin}.jsonl"
        file.write_text("".join(json.dumps(paper) + "\n" for paper in lines[begin:end]), "utf-8")
        files.append(file)
    forward = facts_after(folder / "forward", [[file] for file in files])
    backward = facts_after(folder / "backward", [[file] for file in reversed(files)])
    assert forward == backward
    assert [title for _, title, *_ in forward].count("Editorial") == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_title_with_and_without_authors_is_one_paper_and_both_ids_find_it(
    library_folder: Path, jsonl_file: WriteJsonl, order: tuple[int, int]
) -> None:
    files = [jsonl_file("bare.jsonl", [SURVEY]), jsonl_file("full.jsonl", [SURVEY_WITH_AUTHORS])]
    with Library.open(library_folder) as library:
        for place in order:
            library.add(files[place])
        (paper,) = library.papers()
        assert paper.paper_id == "qin2023tool"
        assert paper.aliases == ("tool-learning-with-foundation-models",)
        assert paper.authors == ("Yujia Qin", "Shengding Hu")
        assert [Path(seen.source).name for seen in paper.provenance] == ["bare.jsonl", "full.jsonl"]
        assert library.paper("tool-learning-with-foundation-models") == paper
    in_fresh_process(read_back, library_folder).assert_whole()


def test_records_of_one_key_and_two_titles_are_both_kept_under_suffixed_ids(
    library_folder: Path, jsonl_file: WriteJsonl
) -> None:
    twice = jsonl_file(
        "twice.jsonl",
        [
            {"_id": "lee2020", "title": "A study of grain", "abstract": "Grain is studied."},
            {"_id": "lee2020", "title": "Rivers and their silt", "abstract": "Silt is measured."},
        ],
    )
    with Library.open(library_folder) as library:
        assert library.add(twice).papers == 2
        assert {p.paper_id: p.title for p in library.papers()} == {
            "lee2020-8d57": "A study of grain",
            "lee2020-6cc2": "Rivers and their silt",
        }
        with pytest.raises(UnknownPaper, match="may be any of lee2020-6cc2, lee2020-8d57"):
            library.paper("lee2020")
        (again,) = library.add(twice).sources
        assert (again.records, again.unchanged, again.new_papers) == (2, 2, 0)


def test_adding_a_file_again_changes_nothing_and_writes_no_generation(
    library_folder: Path, jsonl_file: WriteJsonl
) -> None:
    file = jsonl_file("papers.jsonl", make_papers(30))
    with Library.open(library_folder) as library:
        library.add(file)
        before = (list(library.papers()), library.status().generation)
        (report,) = library.add(file).sources
        assert (report.records, report.unchanged, report.new_papers) == (30, 30, 0)
        assert (list(library.papers()), library.status().generation) == before


def test_a_changed_abstract_replaces_its_chunks_and_vectors_and_leaves_nothing_of_the_old(
    library_folder: Path, jsonl_file: WriteJsonl
) -> None:
    papers = make_papers(20)
    with Library.open(library_folder) as library:
        library.add(jsonl_file("papers.jsonl", papers))
        papers[7] = {**papers[7], "abstract": "Quenched zirconium resists corrosion."}
        (report,) = library.add(jsonl_file("papers.jsonl", papers)).sources
        assert (report.unchanged, report.new_papers) == (19, 0)
        assert library.paper("s0p7").abstract == "Quenched zirconium resists corrosion."
        best = library.search("corrosion of zirconium")[0]
        assert (best.paper_id, best.text) == ("s0p7", "Quenched zirconium resists corrosion.")
    stored = in_fresh_process(read_back, library_folder)
    stored.assert_whole()
    assert len(stored.papers) == 20


def test_a_removed_paper_is_gone_from_the_words_the_vectors_and_the_catalog(
    library_folder: Path, jsonl_file: WriteJsonl
) -> None:
    papers = make_papers(20)
    papers[7]["abstract"] = "Quenched zirconium resists corrosion."
    with Library.open(library_folder) as library:
        library.add(jsonl_file("papers.jsonl", papers))
        (removed,) = library.remove("s0p7")
        assert removed.paper_id == "s0p7"
        assert "s0p7" not in {p.paper_id for p in library.search("corrosion of zirconium")}
        with pytest.raises(UnknownPaper, match="no paper 's0p7'"):
            library.paper("s0p7")
    stored = in_fresh_process(read_back, library_folder)
    stored.assert_whole()
    assert {paper[0] for paper in stored.papers} == {f"s0p{n}" for n in range(20) if n != 7}


def test_removing_one_of_two_namesakes_frees_the_other_of_its_suffix(
    library_folder: Path, jsonl_file: WriteJsonl
) -> None:
    with Library.open(library_folder) as library:
        library.add(*(jsonl_file(f"{n}.jsonl", SOURCES[n][1:]) for n in (0, 1)))
        library.remove("lee2020-8d57")
        (left,) = library.papers()
        assert (left.paper_id, left.title) == ("lee2020", "Rivers and their silt")
        assert left.aliases == ("lee2020-6cc2",)
        assert library.search("silt")[0].paper_id == "lee2020"
    in_fresh_process(read_back, library_folder).assert_whole()


def test_removing_one_unknown_paper_among_known_ones_removes_none(
    library_folder: Path, jsonl_file: WriteJsonl
) -> None:
    with Library.open(library_folder) as library:
        library.add(jsonl_file("papers.jsonl", make_papers(3)))
        with pytest.raises(UnknownPaper, match="no paper 'nobody'"):
            library.remove("s0p0", "nobody")
        assert [p.paper_id for p in library.papers()] == ["s0p0", "s0p1", "s0p2"]


def test_a_removed_paper_comes_back_when_its_file_is_added_again(
    library_folder: Path, jsonl_file: WriteJsonl
) -> None:
    file = jsonl_file("papers.jsonl", make_papers(3))
    with Library.open(library_folder) as library:
        library.add(file)
        (removed,) = library.remove("s0p1")
        library.add(file)
        assert library.paper("s0p1") == removed
    in_fresh_process(read_back, library_folder).assert_whole()


def test_a_removed_paper_leaves_no_row_that_refers_to_it(
    library_folder: Path, jsonl_file: WriteJsonl
) -> None:
    catalog = Catalog.create(library_folder)
    try:
        with catalog.writing():
            Import(catalog, lambda *_: None).read(jsonl_file("survey.jsonl", [SURVEY]))
            with catalog.transaction():
                remove_works(
                    catalog,
                    [row for (row,) in catalog.rows("SELECT paper_row FROM papers")],
                    chunker(),
                )
        tables = ("papers", "records", "record_keys", "aliases", "chunks")
        assert [catalog.value(f"SELECT count(*) FROM {table}") for table in tables] == [0] * 5
        assert catalog.rows("PRAGMA foreign_key_check") == []
        assert catalog.rows("SELECT rowid FROM chunks_fts WHERE chunks_fts MATCH 'tool'") == []
        # FTS5 compares its index with the tables it was made of.
        catalog.execute("INSERT INTO chunks_fts (chunks_fts) VALUES ('integrity-check')")
    finally:
        catalog.close()


TWO_VERSIONS = """@inproceedings{okafor2020conf, author={Okafor, Ann}, year=2020, booktitle={CHI},
  title={Reading rooms and the people in them}}
@article{okafor2021journal, author={Okafor, Ann}, year=2021, journal={Journal of Documentation},
  title={Reading rooms and the people in them}, abstract={We look at rooms and readers.}}
"""


def test_a_decision_holds_for_the_same_entries_from_another_path_and_under_other_keys(
    library_folder: Path, tmp_path: Path
) -> None:
    texts = {
        "a.bib": TWO_VERSIONS,
        "moved.bib": TWO_VERSIONS,
        "poorer.bib": TWO_VERSIONS.replace("abstract", "note"),
        "theirs.bib": TWO_VERSIONS.replace("okafor20", "ok"),
    }
    with Library.open(library_folder) as library:
        for name, text in texts.items():
            (tmp_path / name).write_text(text, "utf-8")
            library.add(tmp_path / name)
            if name == "a.bib":
                library.keep_both("okafor2020conf", "okafor2021journal")
        assert [(p.paper_id, p.year, p.aliases) for p in library.papers()] == [
            ("okafor2020conf", 2020, ("ok20conf",)),
            ("okafor2021journal", 2021, ("ok21journal",)),
        ]
        assert library.duplicates() == ()


def test_the_older_keys_that_biblatex_keeps_find_the_paper(
    library_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.bib").write_text(
        "@article{owls, ids={old1,old2 old:3}, title={How owls hear}, year=2020}", "utf-8"
    )
    with Library.open(library_folder) as library:
        library.add(tmp_path / "a.bib")
        assert library.paper("owls").aliases == ("old1", "old2", "old:3")


def test_papers_the_same_in_everything_have_short_suffixes_all_the_same() -> None:
    same = (True, "How owls hear", "", 2020, "{}")
    ids = ids_of_namesakes("k", [same, same])
    assert len(set(ids)) == 2
    assert [len(one) for one in ids] == [len("k-0000")] * 2
