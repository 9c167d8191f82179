from __future__ import annotations

import errno
import os
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from napari_devolearn.exceptions import DevolearnError, OutputError, OutputExistsError
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.io.writing.atomic import atomic_folder as atomic_folder_of

atomic_folder = partial(atomic_folder_of, ours=lambda name: name.startswith("ours"))


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def fail_half_way(atomic: AbstractContextManager[Path], error: BaseException) -> None:
    with atomic as stage:
        (stage / "half" if stage.is_dir() else stage).write_text("half")
        raise error


@pytest.mark.parametrize("atomic", [atomic_file, atomic_folder])
@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EACCES, "no permission to write there; choose another folder"),
        (errno.EROFS, "the disk is read-only; choose another folder"),
    ],
)
def test_an_unwritable_target_leaves_no_files(tmp_path: Path, atomic, code, remedy) -> None:
    target = tmp_path / "not there yet" / "résultat"
    with pytest.raises(OutputError, match=remedy) as caught:
        fail_half_way(atomic(target), OSError(code, os.strerror(code)))
    assert str(caught.value).startswith(f"{target}: cannot be written: ")
    assert names(tmp_path) == []


def test_windows_denies_access_to_a_file_that_is_open_elsewhere(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(OutputError, match="another program has the file open; close that program"):
        fail_half_way(atomic_file(tmp_path / "table.csv"), PermissionError(errno.EACCES, "denied"))


@pytest.mark.parametrize("atomic", [atomic_file, atomic_folder])
@pytest.mark.parametrize("name", ["n" * 300, "file/inside"])
def test_an_invalid_path_is_refused_before_any_work(tmp_path: Path, atomic, name) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="choose"), atomic(tmp_path / name):
        pytest.fail("began to work")


def test_read_errors_are_not_reported_as_write_errors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, atomic_folder(tmp_path / "out"):
        (tmp_path / "01" / "t000.tif").read_bytes()
    assert not isinstance(caught.value, DevolearnError)


def test_an_existing_file_is_kept_until_the_new_one_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "a.tif"
    target.write_text("old")
    with pytest.raises(OutputExistsError, match="already exists"), atomic_file(target):
        pytest.fail("began to work")
    with pytest.raises(KeyboardInterrupt):
        fail_half_way(atomic_file(target, overwrite=True), KeyboardInterrupt())
    assert target.read_text() == "old"
    with atomic_file(target, overwrite=True) as stage:
        stage.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert names(tmp_path) == ["a.tif"]


def test_a_name_of_maximum_length_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / "Ordner mit Umläuten äöü" / ("é" * 127)
    with atomic_file(target) as stage:
        stage.write_text("new")
    assert target.read_text() == "new"


def test_a_file_does_not_replace_a_folder_or_the_reverse(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputExistsError, match="is a folder"), atomic_file(tmp_path):
        pytest.fail("began to work")
    with pytest.raises(OutputExistsError, match="is a file"), atomic_folder(tmp_path / "file"):
        pytest.fail("began to work")


def test_an_empty_folder_is_used_and_a_full_one_refused(tmp_path: Path) -> None:
    for _ in range(2):
        target = tmp_path / "out"
        target.mkdir(exist_ok=True)
        with atomic_folder(target) as stage:
            (stage / "a").touch()
        with (
            pytest.raises(OutputExistsError, match="is not empty; choose a new folder"),
            atomic_folder(target),
        ):
            pytest.fail("began to work")
        (target / "a").unlink()


def test_overwriting_a_folder_keeps_other_files(tmp_path: Path) -> None:
    (tmp_path / "ours_too").mkdir()
    for name in ("ours1", "ours2", "notes"):
        (tmp_path / name).write_text("old")
    with atomic_folder(tmp_path, overwrite=True) as stage:
        (stage / "ours1").write_text("new")
    assert names(tmp_path) == ["notes", "ours1", "ours_too"]
    assert (tmp_path / "ours1").read_text() == "new"
