import re
from pathlib import Path

import pytest

from ragassist.errors import UsageError
from ragassist.settings import Settings, load_settings

EXAMPLE = Path(__file__).resolve().parents[1] / ".env.example"


def variables() -> dict[str, str]:
    """The variable of each setting: its first name where it has its own, else ours."""
    named = {}
    for field, stated in Settings.model_fields.items():
        alias = stated.validation_alias
        choices = getattr(alias, "choices", [alias])
        named[field] = str(choices[0]) if choices[0] else f"RAGASSIST_{field.upper()}"
    return named


def documented() -> dict[str, str]:
    return dict(re.findall(r"^# ?([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))


@pytest.fixture(autouse=True)
def _no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*variables().values(), "LANGCHAIN_TRACING_V2"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_example_documents_every_setting_and_nothing_else() -> None:
    assert set(documented()) == set(variables().values())


def test_the_example_is_comments_alone_so_that_a_copy_of_it_changes_nothing() -> None:
    lines = EXAMPLE.read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


def test_every_value_of_the_example_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in documented().items():
        monkeypatch.setenv(name, value)

    assert load_settings().library == Path(documented()["RAGASSIST_LIBRARY"])


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = load_settings()
    for field, name in variables().items():
        monkeypatch.setenv(name, documented()[name])
        if getattr(defaults, field) is not None:
            assert getattr(load_settings(), field) == getattr(defaults, field), name


def test_nothing_set_gives_the_defaults() -> None:
    settings = load_settings()

    assert settings.library is None
    assert settings.embedder == "builtin"
    assert settings.lock_wait_s == 300.0


def test_a_dotenv_file_in_the_working_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RAGASSIST_LOCK_WAIT_S=5\nOTHER=ignored\n")

    assert load_settings().lock_wait_s == 5.0


def test_the_environment_wins_over_the_dotenv_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("RAGASSIST_EMBEDDER=minilm\n")
    monkeypatch.setenv("RAGASSIST_EMBEDDER", "builtin")

    assert load_settings().embedder == "builtin"


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGASSIST_LIBRARY", "")
    monkeypatch.setenv("RAGASSIST_LOCK_WAIT_S", "")

    assert load_settings().library is None
    assert load_settings().lock_wait_s == 300.0


def test_values_not_understood_are_all_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGASSIST_LOCK_WAIT_S", "soon")
    monkeypatch.setenv("RAGASSIST_EMBEDDER", "bert")
    with pytest.raises(UsageError) as caught:
        load_settings()

    message = str(caught.value)
    assert "RAGASSIST_LOCK_WAIT_S='soon': " in message
    assert "RAGASSIST_EMBEDDER='bert': " in message
    assert "\n" not in message


@pytest.mark.parametrize("value", ["-1", "nan"])
def test_a_wait_that_is_no_length_of_time_is_refused(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGASSIST_LOCK_WAIT_S", value)

    with pytest.raises(UsageError, match="RAGASSIST_LOCK_WAIT_S"):
        load_settings()


def test_a_setting_of_another_program_is_named_as_that_program_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "perhaps")

    with pytest.raises(UsageError, match=r"understood: LANGSMITH_TRACING='perhaps'"):
        load_settings()


def test_a_dotenv_file_that_is_no_text_is_an_error_of_usage(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"RAGASSIST_LIBRARY=\xff\xfe\n")

    with pytest.raises(UsageError, match=r"\.env is not UTF-8 text"):
        load_settings()
