from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import UnfinishedRunError
from napari_devolearn.io.writing.unfinished import Unfinished

IDENTITY = {"params": {"threshold": 0.5, "output": "mask"}, "model": "abc", "shape": (2, 3)}


def nothing() -> None:
    """Do nothing."""


def test_a_run_resumes_after_the_completed_frames(tmp_path: Path) -> None:
    run = Unfinished(tmp_path / "01_RES")
    assert not run.begin(IDENTITY, nothing)
    run.mark(11, {"labels": [1, 2]})
    (run.folder / "done" / ".half.devolearn-partial").touch()
    again = Unfinished(tmp_path / "01_RES")
    assert again.begin(IDENTITY, nothing)
    assert again.notes() == {11: {"labels": [1, 2]}}
    assert (again.note(11), again.note(3)) == ({"labels": [1, 2]}, None)


def test_another_fingerprint_is_refused_or_restarts(tmp_path: Path) -> None:
    run = Unfinished(tmp_path / "01_RES")
    run.begin(IDENTITY, nothing)
    run.mark(0, {})
    other = IDENTITY | {"params": {"threshold": 0.6, "output": "mask"}, "model": "xyz"}
    with pytest.raises(
        UnfinishedRunError, match=r'threshold 0\.5 there, 0\.6 now, model "abc" there, "xyz" now'
    ):
        run.begin(other, nothing)
    assert run.notes()
    assert not run.begin(other, nothing, restart=True)
    assert not run.notes()


def test_a_folder_without_its_first_file_is_not_a_run(tmp_path: Path) -> None:
    run = Unfinished(tmp_path / "01_RES")
    (run.folder / "done").mkdir(parents=True)
    run.mark(0, {})
    assert not run.begin(IDENTITY, nothing)
    assert not run.notes()
    (run.folder / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(UnfinishedRunError):
        run.begin(IDENTITY, nothing)


def test_a_run_that_could_not_create_its_outputs_is_removed(tmp_path: Path) -> None:
    def fail() -> None:
        raise MemoryError

    run = Unfinished(tmp_path / "01_RES")
    with pytest.raises(MemoryError):
        run.begin(IDENTITY, fail)
    assert not run.exists()


def test_a_run_without_a_frame_leaves_no_files(tmp_path: Path) -> None:
    run = Unfinished(tmp_path / "01_RES")
    run.begin(IDENTITY, nothing)
    run.discard_if_empty()
    assert not any(tmp_path.iterdir())
    run.begin(IDENTITY, nothing)
    run.mark(0, {})
    run.discard_if_empty()
    assert run.exists()


def test_the_folder_of_a_run_is_inside_a_mount_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_mount", lambda _: True)
    run = Unfinished(tmp_path)
    run.begin(IDENTITY, nothing)
    assert run.folder == tmp_path / ".unfinished"
