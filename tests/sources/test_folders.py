from pathlib import Path

from ragassist.adding import find_sources

ENTRY = "@article{owls, title = {Owls}}\n"


def found(folder: Path, *named: str) -> tuple[list[str], list[str]]:
    """The names of the files that are read, and what is told of the others."""
    told: list[str] = []
    files, missing = find_sources([folder, *(folder / name for name in named)], told.append)
    assert missing == []
    return [file.name for file in files], told


def test_files_of_other_kinds_in_a_folder_are_left_out_and_counted(tmp_path: Path) -> None:
    for name in ("a.tex", "b.tex", "c.PDF", "d.log"):
        (tmp_path / name).write_text("text", "utf-8")
    (tmp_path / "refs.bib").write_text(ENTRY, "utf-8")
    assert found(tmp_path) == (
        ["refs.bib"],
        ["left out 4 files of other kinds (.tex 2, .pdf 1, .log 1)"],
    )


def test_a_file_of_unknown_kind_is_read_where_its_content_is_known(tmp_path: Path) -> None:
    (tmp_path / "refs.backup").write_text(ENTRY, "utf-8")
    (tmp_path / "notes.zzz").write_text("just some words", "utf-8")
    assert found(tmp_path) == (
        ["refs.backup"],
        ["left out 1 file of other kinds (.zzz 1)"],
    )


def test_a_bibliography_that_cannot_be_read_is_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.bib").write_text("just some words", "utf-8")
    assert found(tmp_path) == (["broken.bib"], [])


def test_what_ragassist_wrote_is_read_only_where_it_is_named(tmp_path: Path) -> None:
    own = tmp_path / "related.bib"
    own.write_text(f"% written by ragassist related, anew\n{ENTRY}", "utf-8")
    (tmp_path / "refs.bib").write_text(ENTRY, "utf-8")
    assert found(tmp_path) == (
        ["refs.bib"],
        [f"left out what ragassist itself wrote: {own}; name it to read it"],
    )
    assert found(tmp_path, "related.bib") == (["refs.bib", "related.bib"], [])


def test_a_named_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text(ENTRY, "utf-8")
    assert found(tmp_path, "a.tex") == (["a.tex"], [])
