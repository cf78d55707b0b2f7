"""What starting up may load: seconds of imports are what a terminal user notices first."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ragassist.library import Library

HEAVY = [
    "chromadb", "langchain", "langchain_core", "langchain_openai", "langchain_text_splitters",
    "openai", "onnxruntime", "sklearn", "scipy", "tiktoken", "numpy", "pydantic",
]  # fmt: skip
LOADED = f"import sys; print([name for name in {HEAVY!r} if name in sys.modules])"


def loaded_after(code: str, *arguments: object) -> list[str]:
    """The heavy packages a fresh interpreter has loaded once the code has run."""
    completed = subprocess.run(
        [sys.executable, "-c", f"{code}\n{LOADED}", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    names = json.loads(completed.stdout.splitlines()[-1].replace("'", '"'))
    return [str(name) for name in names]


def command(*arguments: str) -> str:
    """The command line, run in this interpreter and not left when it exits."""
    return (
        f"import sys; sys.argv[1:1] = {list(arguments)!r}\n"
        "from ragassist.cli.app import main\n"
        "try:\n    main()\nexcept SystemExit as done:\n    assert done.code == 0, done.code\n"
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imports")
    abstract = "We study reading lamps in libraries. Warm light tires the eyes of readers less."
    paper = {"title": "Reading lamps in public libraries", "abstract": abstract}
    (folder / "refs.jsonl").write_text(json.dumps(paper))
    with Library.open(folder / "library") as opened:
        opened.add(folder / "refs.jsonl")
    return folder / "library"


@pytest.mark.parametrize(
    "code",
    [
        "import ragassist",
        "import ragassist.types, ragassist.errors, ragassist.text, ragassist.sentences",
        "from ragassist import Library; Library.open('nowhere').close()",
        "import ragassist.sources.reading, ragassist.papers.merge, ragassist.storage.catalog",
    ],
)
def test_importing_loads_nothing_heavy(code: str) -> None:
    assert loaded_after(code) == []


def test_help_loads_nothing_heavy() -> None:
    assert loaded_after(command("--help")) == []


def test_help_of_a_command_loads_only_what_typer_takes_to_read_its_options() -> None:
    assert set(loaded_after(command("ask", "--help"))) <= {"pydantic"}


def test_asking_loads_neither_chroma_nor_langchain_nor_tiktoken(library: Path) -> None:
    asked = loaded_after(
        "import sys; from ragassist import Library\n"
        "with Library.open(sys.argv[1]) as library:\n"
        "    assert library.ask('Do reading lamps tire the eyes?').text",
        library,
    )

    assert set(asked) <= {"numpy", "pydantic"}


def test_the_ask_command_loads_no_more_than_asking_does(library: Path) -> None:
    asked = loaded_after(command("--library", str(library), "ask", "Do lamps tire the eyes?"))

    assert set(asked) <= {"numpy", "pydantic"}
