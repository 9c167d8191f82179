from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from napari_devolearn.exceptions import OutputError, OutputExistsError
from napari_devolearn.io.writing import target
from napari_devolearn.io.writing.target import check_target, check_writable


def test_checking_a_valid_name_leaves_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "a.csv", tmp_path / "new" / "b.csv", tmp_path / os.fsdecode(b"embri\xf3n.csv")):
        check_target(path, overwrite=False)
    assert not any(tmp_path.iterdir())


def test_existing_files_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")
    with pytest.raises(OutputExistsError, match="already exists; give another name, or --overwrite"):
        check_target(tmp_path / "a.csv", overwrite=False)
    check_target(tmp_path / "a.csv", overwrite=True)
    assert (tmp_path / "a.csv").read_text() == "old"
    with pytest.raises(OutputExistsError, match="is a folder"):
        check_target(tmp_path, overwrite=True)


@pytest.mark.parametrize("name", ["x" * 300, "new/" + "x" * 300])
def test_a_name_that_is_too_long_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="the name is too long"):
        check_target(tmp_path / name, overwrite=False)
    assert not any(tmp_path.iterdir())


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(OutputError, match="a part of this path is a file"):
        check_writable(tmp_path / "a" / "b" / "c.csv")


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (errno.EILSEQ, "does not accept the name"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "no permission to write there"),
    ],
)
def test_errors_of_the_disk_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, remedy: str
) -> None:
    def refuse(path: Path, *_: int) -> int:
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(target.os, "open", refuse)
    with pytest.raises(OutputError, match=remedy):
        check_writable(tmp_path / "a.csv")
    monkeypatch.setattr(target.os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="no permission"):
        check_writable(tmp_path)
