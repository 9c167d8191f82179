from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from helpers.bright_model import SPEC, BrightModel, bright_movie
from napari_devolearn.exceptions import (
    FolderInUseError,
    ImageFormatError,
    OutputExistsError,
    UnfinishedRunError,
)
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.runs.segment_to import iter_segment_to
from napari_devolearn.inference.segment import segment
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.image import read_image
from napari_devolearn.io.writing.unfinished import Unfinished

MOVIE, SIZE = bright_movie(), (1.0, 0.5, 0.5)
NAMES = ["l.ome.tif", "l.ome.zarr", "01_RES"]


def run(folder: Path, name: str, seconds: float = 0.0) -> None:
    """Write labels, probability and table into a folder."""
    folder.mkdir(exist_ok=True)
    segment(
        MOVIE,
        BrightModel(seconds),
        out=folder / name,
        voxel_size=SIZE,
        probability=folder / "p.ome.zarr",
        centroids=folder / "c.csv",
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Content of every file below a folder, by path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", NAMES)
def test_files_equal_the_array(tmp_path: Path, name: str) -> None:
    run(tmp_path, name)
    expected = segment(MOVIE, BrightModel(), voxel_size=SIZE)
    labels = read_labels(tmp_path / name)
    np.testing.assert_array_equal(np.asarray(labels.data), expected)
    np.testing.assert_array_equal(np.asarray(read_image(tmp_path / "p.ome.zarr").data), MOVIE)
    assert labels.voxel_size == pytest.approx(SIZE)
    assert len(pd.read_csv(tmp_path / "c.csv")) == sum(frame.max() for frame in expected)
    assert {path.name for path in tmp_path.iterdir()} == {name, "p.ome.zarr", "c.csv"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the child is a fork, which starts at once")
@pytest.mark.parametrize("name", NAMES)
def test_runs_killed_at_random_moments_give_identical_files(tmp_path: Path, name: str) -> None:
    run(tmp_path / "whole", name)
    fork, random, kills = multiprocessing.get_context("fork"), np.random.default_rng(), 0
    for seconds in (*random.uniform(0.0, 0.3, 12), 60.0):
        child = fork.Process(target=run, args=(tmp_path / "broken", name, 0.005))
        child.start()
        child.join(seconds)
        if not child.is_alive():
            break
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        kills += 1
        unfinished = Unfinished(tmp_path / "broken" / name)
        if unfinished.target.exists() and not (unfinished.exists() or unfinished.finishing):
            with pytest.raises(OutputExistsError):  # killed between its last step and its end
                run(tmp_path / "broken", name)
            break
    assert child.exitcode in (0, -signal.SIGKILL), f"after {kills} kills"
    assert contents(tmp_path / "broken") == contents(tmp_path / "whole"), f"after {kills} kills"


def stopped_after(frames: int, output: Path, **options: object) -> None:
    """Start a run and abandon it."""
    steps = iter_segment_to(output, MOVIE, BrightModel(), voxel_size=SIZE, **options)
    for _ in range(frames):
        next(steps)
    steps.close()


def test_a_chunk_truncated_by_a_kill_is_written_again(tmp_path: Path) -> None:
    output = tmp_path / "l.ome.zarr"
    stopped_after(2, output)
    (chunk,) = Unfinished(output).folder.rglob("nucleus/0/c/1/0/0/0")
    chunk.with_suffix(".0e86b6463cb74efda980e37f54e12d31.partial").touch()  # as zarr names what it begins
    segment(MOVIE, BrightModel(), out=output, voxel_size=SIZE)
    assert not list(tmp_path.rglob("*.partial"))


def test_two_runs_at_once_on_one_output_are_refused(tmp_path: Path) -> None:
    steps = iter_segment_to(tmp_path / "01_RES", MOVIE, BrightModel(), voxel_size=SIZE)
    next(steps)
    with pytest.raises(FolderInUseError, match="is writing it; wait until it ends"):
        segment(MOVIE, BrightModel(), out=tmp_path / "01_RES", voxel_size=SIZE, overwrite=True)
    assert len(list(steps)) == len(MOVIE) - 1


def test_completed_frames_are_not_computed_again(tmp_path: Path) -> None:
    stopped_after(2, tmp_path / "01_RES")
    model = BrightModel()
    steps = list(iter_segment_to(tmp_path / "01_RES", MOVIE, model, voxel_size=SIZE))
    kept = sum(step.kept for step in steps)
    assert kept >= 2
    assert model.forward_passes == (len(MOVIE) - kept) * MOVIE.shape[1]
    assert sorted(step.frame for step in steps) == list(range(len(MOVIE)))


@pytest.mark.parametrize("what", ["params", "model", "input", "outputs"])
def test_frames_of_another_run_are_never_used(tmp_path: Path, what: str) -> None:
    output, movie, model = tmp_path / "01_RES", MOVIE, BrightModel()
    stopped_after(2, output)
    params, options = SegmentParams(), {}
    if what == "params":
        params = SegmentParams(threshold=0.9)
    elif what == "model":
        model = BrightModel(spec=type(SPEC)(**{**vars(SPEC), "sha256": "1" * 64}))
    elif what == "input":
        movie = MOVIE[::-1]
    else:
        options = {"probability": tmp_path / "p.ome.tif"}
    with pytest.raises(UnfinishedRunError, match=what):
        segment(movie, model, params, out=output, voxel_size=SIZE, **options)
    segment(movie, model, params, out=output, voxel_size=SIZE, overwrite=True, **options)
    expected = segment(movie, model, params, voxel_size=SIZE)
    np.testing.assert_array_equal(np.asarray(read_labels(output).data), expected)


def test_existing_outputs_are_refused_before_the_network_runs(tmp_path: Path) -> None:
    (tmp_path / "l.ome.tif").write_bytes(b"a week of work")
    model = BrightModel()
    with pytest.raises(OutputExistsError):
        segment(MOVIE, model, out=tmp_path / "l.ome.tif", voxel_size=SIZE)
    assert model.forward_passes == 0
    assert (tmp_path / "l.ome.tif").read_bytes() == b"a week of work"


def test_completed_frames_are_kept_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, calls = tifffile.imwrite, iter(range(100))

    def full(*arguments: object, **options: object) -> None:
        if next(calls) >= 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(*arguments, **options)

    monkeypatch.setattr(tifffile, "imwrite", full)
    with pytest.raises(OSError, match="disk is full"):
        run(tmp_path / "broken", "01_RES")
    monkeypatch.undo()
    steps = iter_segment_to(
        tmp_path / "broken" / "01_RES",
        MOVIE,
        BrightModel(),
        voxel_size=SIZE,
        probability=tmp_path / "broken" / "p.ome.zarr",
        centroids=tmp_path / "broken" / "c.csv",
    )
    assert sum(step.kept for step in steps) == 3
    run(tmp_path / "whole", "01_RES")
    assert (tmp_path / "broken" / "01_RES" / "mask005.tif").read_bytes() == (
        tmp_path / "whole" / "01_RES" / "mask005.tif"
    ).read_bytes()


def test_a_mistyped_voxel_size_leaves_no_files(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match="pixels of 90 x 90 um"):
        segment(bright_movie(2), BrightModel(), out=tmp_path / "out.ome.tif", voxel_size=(90, 90))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_frame_stays_missing(tmp_path: Path, name: str) -> None:
    numbers = tuple(range(4, 4 + len(MOVIE)))
    image = Stack(
        data=MOVIE,
        name="m",
        source=tmp_path,
        voxel_size=SIZE,
        frames=numbers,
        missing=frozenset({5}),
        offset=(0, 2, 3),
    )
    segment(image, BrightModel(), out=tmp_path / name, centroids=tmp_path / "c.csv")
    if name == "01_RES":
        with pytest.warns(UserWarning, match="no mask for frames 5"):
            labels = read_labels(tmp_path / name)
    else:
        labels = read_labels(tmp_path / name)
        assert labels.offset == (0, 2, 3)
    assert (labels.frames, labels.missing) == (numbers, {5})
    assert not np.asarray(labels.data[1]).any()
    assert np.asarray(labels.data[0]).any()
    assert 5 not in set(pd.read_csv(tmp_path / "c.csv")["frame"])
