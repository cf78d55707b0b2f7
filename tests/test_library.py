"""The façade as somebody else's program uses it, and the whole way on real pages."""

import json
import re
import threading
from itertools import permutations
from pathlib import Path

import pytest

from ragassist import Library
from ragassist.errors import UsageError
from ragassist.types import Answer, Declined
from tests.chat_server import ChatServer, Reply
from tests.papers_made import make_papers
from tests.shared_data import shared

TOOLS = "How do language models learn to use external tools?"


@pytest.fixture
def refs(tmp_path: Path) -> Path:
    file = tmp_path / "refs.jsonl"
    file.write_text("".join(json.dumps(p) + "\n" for p in make_papers(40, seed=3)), "utf-8")
    return file


def in_another_thread(call: object) -> BaseException | None:
    met: list[BaseException] = []

    def run() -> None:
        try:
            call()  # type: ignore[operator]
        except UsageError as error:
            met.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return met[0] if met else None


def test_another_thread_is_told_to_open_its_own_library(tmp_path: Path, refs: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        library.add(refs)
        for call in (lambda: library.ask("anything"), library.close, lambda: library.status()):
            met = in_another_thread(call)
            assert str(met).startswith("a Library belongs to the thread that opened it")
        assert library.status().papers == 40


def test_threads_with_their_own_libraries_read_side_by_side(tmp_path: Path, refs: Path) -> None:
    folder = tmp_path / "library"
    with Library.open(folder) as library:
        library.add(refs)
    found: list[int] = []

    def count() -> None:
        with Library.open(folder) as own:
            found.append(sum(1 for _ in own.papers()))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [40] * 4


def test_comparing_every_vector_and_asking_chroma_find_the_same(tmp_path: Path, refs: Path) -> None:
    folder = tmp_path / "library"
    titles = [str(paper["title"]) for paper in make_papers(40, seed=3)]
    with Library.open(folder) as library:
        library.add(refs)
        exact = [library.search(title, top_k=5) for title in titles]
    with Library.open(folder, exact_up_to=0) as library:
        by_chroma = [library.search(title, top_k=5) for title in titles]
    for one, other in zip(exact, by_chroma, strict=True):
        assert [passage.paper_id for passage in one] == [passage.paper_id for passage in other]
        assert [passage.score for passage in one] == pytest.approx(
            [p.score for p in other], abs=1e-3
        )


def test_a_library_that_is_not_there_is_made_by_add_alone(tmp_path: Path, refs: Path) -> None:
    folder = tmp_path / "deep" / "library"
    with Library.open(folder) as library:
        assert not library.exists()
        assert not folder.exists()
        library.add(refs)
        assert library.exists()


def test_the_four_pages_give_229_papers_in_any_order_with_the_same_ids(tmp_path: Path) -> None:
    pages = sorted(shared("corpora", "seeds").glob("*.txt"))
    seen = []
    for number, order in enumerate((pages, pages[::-1], *list(permutations(pages))[7:9])):
        with Library.open(tmp_path / str(number)) as library:
            for page in order:
                library.add(page)
            papers = {paper.paper_id: (paper.title, paper.authors, paper.year, paper.abstract)
                      for paper in library.papers()}  # fmt: skip
            tool = library.paper("tool-learning-with-foundation-models")
        seen.append(papers)
        assert (tool.paper_id, len(tool.provenance)) == ("qin2023tool", 2)
    assert len(seen[0]) == 229
    assert all(papers == seen[0] for papers in seen)


def test_a_question_about_tools_is_answered_by_papers_about_tools(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        library.add(shared("corpora", "seeds"))
        answer = library.ask(TOOLS)
        pizza = library.ask("best pizza in Naples")
    assert isinstance(answer, Answer)
    assert len(answer.references) >= 2
    assert all("tool" in paper.abstract.lower() for paper in answer.references)
    assert isinstance(pizza, Declined)


def test_the_readmes_chain_runs_on_a_library(
    tmp_path: Path, refs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    (code,) = (
        part
        for part in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if "as_retriever" in part
    )
    with Library.open(tmp_path / "papers" / ".ragassist") as library:
        library.add(refs)
    with ChatServer([Reply(text="Owls in the barn hear.")]) as server:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        exec(compile(code, "README.md", "exec"), {})

    assert capsys.readouterr().out == "Owls in the barn hear.\n"
    asked = server.requests[0].user
    assert asked.startswith("In a haiku: what is known of tool learning?\n[")
    assert asked.count("\n[") == 5
