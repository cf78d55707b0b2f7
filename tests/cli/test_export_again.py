"""An export of one's own that is added again changes nothing, however often."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ragassist.bibliographies.formats import WRITERS, FormatName
from ragassist.cli.app import app
from ragassist.library import Library
from ragassist.types import Work

OWN_BIB = """@article{knuth art:1,
  title = {How owls find mice under snow},
  author = {Smith, Jr., Adam and Lee, Ann},
  year = {2020},
  journal = {Journal of Owls},
  doi = {10.1000/owls},
  ids = {older2019},
  comment = {my own note},
  langid = {english},
  language = {en},
  keywords = {owls, snow},
  groups = {Methods, owls},
}
"""
TWIN = """TY  - JOUR
TI  - How owls find mice under snow
AU  - Smith, Adam, Jr.
AU  - Lee, Ann
PY  - 2020
DO  - 10.1000/owls
N1  - note of mine
N1  - read twice
ER  -
"""


def invoked(library: Path, *arguments: str | Path) -> Result:
    ran = CliRunner().invoke(app, ["--library", str(library), *map(str, arguments)])
    assert ran.exit_code == 0, ran.output
    return ran


def works(library: Path) -> dict[str, dict[str, object]]:
    """What is known of each paper, and what it can be found by."""
    with Library.open(library) as opened:
        return {
            paper.paper_id: {name: getattr(paper, name) for name in (*Work.__slots__, "aliases")}
            for paper in opened.papers()
        }


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "own.bib").write_text(OWN_BIB, "utf-8")
    (tmp_path / "twin.ris").write_text(TWIN, "utf-8")
    invoked(tmp_path / "library", "add", tmp_path / "own.bib")
    invoked(tmp_path / "library", "add", tmp_path / "twin.ris")
    return tmp_path / "library"


@pytest.mark.parametrize("form", WRITERS)
def test_adding_an_export_again_changes_no_field(library: Path, form: FormatName) -> None:
    before = works(library)
    for _ in range(3):
        again = library.parent / f"again-{form}"
        invoked(library, "export", "--format", form, "--out", again, "--force")
        invoked(library, "add", again)
        assert works(library) == before


@pytest.mark.parametrize("form", [form for form in WRITERS if "bib" not in form])
def test_a_new_library_of_an_export_finds_a_paper_by_the_key_it_had(
    library: Path, form: FormatName
) -> None:
    again, fresh = library.parent / f"again-{form}", library.parent / "fresh"
    invoked(library, "export", "--format", form, "--out", again)
    invoked(fresh, "add", again)
    for key in ("knuth art:1", "older2019"):
        assert "How owls find mice" in invoked(fresh, "show", key).output
