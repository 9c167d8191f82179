from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from helpers.bright_model import SPEC, bright_movie
from napari_devolearn.inference.inputs.opening import as_movie
from napari_devolearn.inference.runs import resume_cache
from napari_devolearn.inference.runs.resume_cache import StoredRun, describe, has_run_of_shape

MOVIE, BACKEND = bright_movie(), "float32 on cpu"
SHAPE = MOVIE.shape


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(resume_cache, "cache_folder", lambda: tmp_path / "kept")
    return tmp_path / "kept"


def run_of(movie: np.ndarray = MOVIE, spacing: float = 0.5, **spec: object) -> StoredRun:
    changed = dataclasses.replace(SPEC, **spec)
    return StoredRun(describe(as_movie(movie, (1.0, spacing, spacing), 0.5), Path("none"), changed), 2)


def said(t: int) -> tuple[np.ndarray, np.ndarray]:
    return MOVIE[t], 255 - MOVIE[t]


def stop_after(run: StoredRun, frames: range, compute_backend: str = BACKEND) -> None:
    """Store some of six frames, then stop."""
    context = run.recording(compute_backend, range(6))
    context.__enter__()
    for t in frames:
        run.store(t, said(t))
    context.__exit__(GeneratorExit, GeneratorExit(), None)


def test_frames_of_a_stopped_run_are_loaded_by_the_next_run() -> None:
    stop_after(run_of(), range(2))
    again = run_of()
    assert has_run_of_shape(SHAPE)
    assert (again.finished, again.requested) == ({0, 1}, set(range(6)))
    np.testing.assert_array_equal(again.load(1), said(1))


def test_a_complete_run_leaves_no_stored_frames(folder: Path) -> None:
    stop_after(run_of(), range(2))
    with run_of().recording(BACKEND, [2, 3]):
        run_of().store(2, said(2))
        run_of().store(3, said(3))
    assert run_of().finished == {0, 1, 2, 3}  # those of the first run are still wanted
    with run_of().recording(BACKEND, [4, 5]):
        run_of().store(4, said(4))
        run_of().store(5, said(5))
    assert not list(folder.iterdir())
    stop_after(run_of(), range(0))
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    "other",
    [
        run_of(np.where(np.arange(6)[:, None, None, None] == 3, 7, MOVIE).astype(np.uint8)),
        run_of(spacing=0.4),
        run_of(sha256="1" * 64),
        run_of(percentiles=(2.0, 98.0)),
    ],
    ids=["a frame in the middle", "voxel size", "weights", "spec"],
)
def test_runs_with_different_fingerprints_are_kept_apart(other: StoredRun) -> None:
    stop_after(run_of(), range(2))
    assert not other.finished


def test_frames_of_another_backend_are_discarded() -> None:
    stop_after(run_of(), range(3))
    stop_after(run_of(), range(4, 5), "bfloat16 on cpu")
    assert run_of().finished == {4}


def test_a_run_of_another_process_is_not_touched() -> None:
    with run_of().recording(BACKEND, range(6)):
        run_of().store(0, said(0))
        with pytest.raises(OSError, match="is writing it"), run_of().recording(BACKEND, range(6)):
            pass
        run_of().discard()
        assert run_of().finished == {0}


def test_size_and_age_of_stored_runs_are_limited(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for spacing in (0.1, 0.2, 0.3):
        stop_after(run_of(spacing=spacing), range(1))
    oldest = next(path for path in folder.iterdir() if (path / "done").exists())
    os.utime(oldest / "done", (0, 0))
    stop_after(run_of(spacing=0.4), range(1))
    assert not oldest.exists()
    monkeypatch.setattr(resume_cache, "DISK_BUDGET", 1)
    with run_of().recording(BACKEND, range(6)), pytest.raises(OSError, match="exceed their limit"):
        run_of().store(0, said(0))
    assert not list(folder.iterdir())
