import json
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ragassist.cli.app import app
from ragassist.errors import UsageError
from tests.bibliographies.readers import read_bibtex, read_latex
from tests.chat_server import ChatServer, Reply
from tests.cli.terminal import ragassist, ragassist_on_terminal

TOPIC = "retrieval-augmented generation"
PDFLATEX, BIBTEX = shutil.which("pdflatex"), shutil.which("bibtex")


def invoked(library: Path, *arguments: str | Path) -> Result:
    """Run in this process, which saves its start; an error is the result's `exception`."""
    call = ["--library", library, "related", *arguments]
    return CliRunner().invoke(app, list(map(str, call)))


def test_latex_is_clean_and_the_bibliography_is_what_it_cites(
    made_once: Path, tmp_path: Path
) -> None:
    bib = tmp_path / "refs.bib"
    ran = ragassist(
        "--library", made_once, "related", TOPIC, "--format", "latex", "--bib", bib, "--extractive"
    )
    assert ran.returncode == 0, ran.stderr
    text = read_latex(ran.stdout)
    assert text.comments == [r"Needs \usepackage{natbib} and \usepackage{url}."]
    assert text.headings
    assert sorted(read_bibtex(bib.read_text("utf-8"))) == sorted(text.cited)
    count = len(text.cited)
    assert ran.stderr.splitlines()[:2] == [
        f"{bib}: {count} entries",
        f"Ledger: {count} claims: {count} supported",
    ]


@pytest.mark.skipif(
    not (PDFLATEX and BIBTEX), reason="there is no pdflatex with bibtex on this machine"
)
def test_latex_compiles(made_once: Path, tmp_path: Path) -> None:
    ran = ragassist(
        "--library", made_once, "related", TOPIC, "--format", "latex",
        "--bib", tmp_path / "refs.bib", "--out", tmp_path / "related.tex", "--extractive",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    (tmp_path / "main.tex").write_text(
        "\\documentclass{article}\\usepackage{natbib}\\usepackage{url}\\begin{document}"
        "\\input{related}\\bibliographystyle{plainnat}\\bibliography{refs}\\end{document}\n"
    )
    draft = [str(PDFLATEX), "-interaction=nonstopmode", "-halt-on-error", "main"]
    for command in (draft, [str(BIBTEX), "main"], draft, draft):
        made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout
    assert "undefined" not in (tmp_path / "main.log").read_text("latin-1").lower()


def test_json_holds_the_text_its_themes_and_its_ledger(made_once: Path) -> None:
    ran = invoked(made_once, TOPIC, "-n", "3", "--json", "--format", "markdown")
    shape = json.loads(ran.stdout)
    assert shape["schema"] == 1
    assert shape["topic"] == TOPIC
    assert set(shape) == {
        "schema", "topic", "related", "references", "left_out", "uncited", "origin",
    }  # fmt: skip
    related = shape["related"]
    grouped = [paper_id for theme in related["themes"] for paper_id in theme["paper_ids"]]
    assert grouped == [paper["paper_id"] for paper in shape["references"]]
    assert [claim["citations"] for claim in related["claims"]] == [[key] for key in grouped]
    assert all(f"@{paper_id}" in related["text"] for paper_id in grouped)
    assert all(left["reason"].startswith("less relevant") for left in shape["left_out"])


def test_a_topic_that_the_library_does_not_know_exits_3(made_once: Path, tmp_path: Path) -> None:
    bib = tmp_path / "refs.bib"
    ran = ragassist("--library", made_once, "related", "protein", "folding", "--bib", bib)
    assert ran.returncode == 3
    assert ran.stdout == ""
    assert "No abstract in the library bears on this topic." in ran.stderr
    assert "Nearest papers:" in ran.stderr
    assert not bib.exists()
    shape = json.loads(invoked(made_once, "pasta", "--json").stdout)
    assert shape["declined"]["reason"] == "No abstract in the library bears on this topic."


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--bib", "gone/refs.bib"], "there is no folder 'gone'"),
        (["--bib", "."], "is a folder"),
        (["--bib", "mine.bib"], "may be your own work"),
        (["--out", "mine.bib"], "may be your own work"),
        (["--out", "new.txt", "--bib", "new.txt"], "name two files"),
        (["--year", "20x"], "is not understood"),
    ],
)
def test_a_wrong_call_is_refused_and_harms_no_file(
    made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.bib").write_text("@misc{mine}\n")
    ran = invoked(made_once, TOPIC, *options)
    assert isinstance(ran.exception, UsageError)
    assert says in str(ran.exception)
    assert ran.stdout == ""
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("mine.bib", "@misc{mine}\n")
    ]


def test_an_empty_topic_is_one_line_and_a_code(made_once: Path) -> None:
    ran = ragassist("--library", made_once, "related", " ", "--extractive")
    assert ran.returncode == 2
    assert ran.stderr == "error: the topic '' has no word to search for\n"


def test_its_own_bibliography_is_written_anew_and_others_with_force(
    made_once: Path, tmp_path: Path
) -> None:
    bib, out = tmp_path / "refs.bib", tmp_path / "related.md"
    invoked(made_once, TOPIC, "--bib", bib, "-n", "5")
    invoked(made_once, TOPIC, "--bib", bib, "-n", "3", "--out", out)
    assert len(read_bibtex(bib.read_text("utf-8"))) == 3
    bib.write_text("mine\n")
    ran = invoked(made_once, TOPIC, "--bib", bib, "-n", "2", "--out", out, "--force")
    assert ran.exit_code == 0
    assert ran.stdout == ""
    assert len(read_bibtex(bib.read_text("utf-8"))) == 2
    assert "References" in out.read_text("utf-8")


def test_on_a_terminal_the_text_fits_its_width(made_once: Path) -> None:
    code, shown = ragassist_on_terminal(
        "--library", made_once, "related", TOPIC, "--extractive", columns=60
    )
    assert code == 0
    assert max(map(len, shown.replace("\r", "").split("\n"))) <= 60


def test_a_flagged_sentence_is_seen_in_the_text_and_in_the_ledger(made_once: Path) -> None:
    def reply(messages: list[dict[str, str]]) -> Reply:
        if "What is wrong" in messages[-1]["content"]:
            return Reply(text="NO_SUPPORT")
        return Reply(text="Nobody knew that 97% of clocks run on retrieval [P1].")

    with ChatServer(reply) as server:
        ran = ragassist(
            "--library", made_once, "related", TOPIC, "-n", "3", "--format", "latex", "--ledger",
            **server.environment,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert r"\textbf{[unsupported?]}" in ran.stdout
    assert "Ledger: 1 claim: 1 unsupported" in ran.stderr
    assert "1. unsupported" in ran.stderr
    assert "found, but not cited: " in ran.stderr
