import os
import stat
from pathlib import Path

import pytest

from ragassist.cli.files import check_target, write_text
from ragassist.errors import UsageError


def test_a_file_is_written_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    write_text(path, "é\n")
    assert path.read_bytes() == "é\n".encode()
    path.chmod(0o640)
    write_text(path, "new\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["refs.bib"]


def test_a_link_keeps_pointing_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "refs.bib"
    link.symlink_to(tmp_path / "there" / "real.bib")
    write_text(link, "x\n")
    assert link.is_symlink()
    assert (tmp_path / "there" / "real.bib").read_text() == "x\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_refuses_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PermissionError):
            write_text(tmp_path / "refs.bib", "x")
    finally:
        tmp_path.chmod(0o700)


def test_only_a_file_of_its_own_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    check_target(path, force=False)
    write_text(path, "% ours\n@misc{one}\n")
    check_target(path, force=False, ours="% ours")
    with pytest.raises(UsageError, match="may be your own work"):
        check_target(path, force=False)
    path.write_text("@misc{mine}\n")
    with pytest.raises(UsageError, match="may be your own work"):
        check_target(path, force=False, ours="% ours")
    check_target(path, force=True)
    path.write_text("")
    check_target(path, force=False, ours="% ours")


def test_a_place_where_no_file_can_be_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        check_target(tmp_path / "gone" / "refs.bib", force=True)
    with pytest.raises(UsageError, match="is a folder"):
        check_target(tmp_path, force=True)
