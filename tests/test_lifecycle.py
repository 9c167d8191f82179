"""However work ends, no threads, files or suspended generators remain."""

from __future__ import annotations

import dataclasses
import errno
import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import torch

from helpers.bright_model import SPEC, BrightModel, bright_movie
from helpers.counting_model import CountingModel, aging_movie
from helpers.drawn.movies import dividing
from helpers.leftovers import nothing_left, own_threads, suspended, threads_end
from napari_devolearn._owning import OwningIterator
from napari_devolearn.cli import main
from napari_devolearn.exceptions import OutputError
from napari_devolearn.inference.outline import iter_outline, open_outline_input
from napari_devolearn.inference.runs.segment_to import iter_segment_to
from napari_devolearn.inference.segment import iter_segment
from napari_devolearn.inference.threads import THREAD_NAME
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff
from napari_devolearn.postprocess.centroids import iter_centroids
from napari_devolearn.tracking.corrections.edit import Corrections
from napari_devolearn.tracking.corrections.relink import iter_relink
from napari_devolearn.tracking.link import iter_linked, link

SIZE = (1.0, 0.5, 0.5)
EMBRYO = dataclasses.replace(SPEC, task="embryo", field_of_view=64.0)


class BrokenError(OSError):
    """Raised by the tests in the middle of the work."""


class Fragile:
    """A movie with an unreadable frame."""

    def __init__(self, data: np.ndarray, bad: int) -> None:
        self._data, self._bad = data, bad
        self.shape, self.dtype, self.ndim = data.shape, data.dtype, data.ndim

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, at: Any) -> np.ndarray:
        t = at[0] if isinstance(at, tuple) else at
        if isinstance(t, int | np.integer) and t == self._bad:
            raise BrokenError("the disk is gone")
        return self._data[at]

    def reshape(self, *_: object) -> Fragile:
        return self


class FragileModel(BrightModel):
    """Predicts some slices, then fails."""

    def __init__(self, slices: int) -> None:
        super().__init__()
        self._left = slices

    def predict_planes(self, batch: Any, *_: object) -> list[np.ndarray]:
        self._left -= len(batch)
        if self._left < 0:
            raise BrokenError("the device is gone")
        return super().predict_planes(batch)


Steps = Iterator[object]
Make = Callable[[Any, Path], Steps]
"""Begins work on a movie, which may be fragile; files go to the folder."""


def _segment(movie: Any, _: Path) -> Steps:
    return iter_segment(movie, BrightModel(), voxel_size=SIZE)


def _segment_to(movie: Any, folder: Path) -> Steps:
    return iter_segment_to(folder / "l.ome.zarr", movie, BrightModel(), voxel_size=SIZE)


def _centroids(movie: Any, _: Path) -> Steps:
    return iter_centroids(movie)


def _lineage(movie: Any, _: Path) -> Steps:
    return CountingModel().iter_counts(movie)


def _outline(movie: Any, _: Path) -> Steps:
    model = BrightModel(spec=EMBRYO)
    return iter_outline(open_outline_input(movie, model, SIZE), model)


def _track(movie: Any, _: Path) -> Steps:
    return iter_linked(movie, voxel_size=SIZE)


def _relink(movie: Any, _: Path) -> Steps:
    corrections = Corrections(*link(dividing()))
    return iter_relink(movie, corrections, voxel_size=SIZE)


WORK: dict[str, tuple[Make, np.ndarray]] = {
    "segment": (_segment, bright_movie()),
    "segment_to": (_segment_to, bright_movie()),
    "centroids": (_centroids, bright_movie()),
    "lineage": (_lineage, aging_movie(rgb=False)),
    "outline": (_outline, bright_movie()),
    "track": (_track, dividing()),
    "relink": (_relink, dividing()),
}


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    """Use two threads in torch, on any machine, so that slices are predicted in threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture(params=WORK)
def work(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Callable[[Any], Steps], np.ndarray]:
    make, movie = WORK[request.param]
    return lambda data: make(data, tmp_path), movie


def test_a_failure_leaves_no_threads_or_files(work: tuple[Callable[[Any], Steps], np.ndarray]) -> None:
    begin, movie = work
    with nothing_left(), pytest.raises(BrokenError) as failure:
        list(begin(Fragile(movie, 2)))
    assert failure.value.__traceback__  # alive until here, and with it all frames of its traceback


def test_closing_leaves_no_threads_or_files(work: tuple[Callable[[Any], Steps], np.ndarray]) -> None:
    begin, movie = work
    with nothing_left():
        steps = begin(movie)
        next(steps)
        steps.close()  # type: ignore[attr-defined]
        assert list(steps) == []


def test_the_end_leaves_no_threads_or_files(work: tuple[Callable[[Any], Steps], np.ndarray]) -> None:
    begin, movie = work
    with nothing_left():
        steps = begin(movie)
        assert list(steps)


@pytest.mark.parametrize("name", ["segment", "segment_to", "outline"])
def test_dropping_an_iterator_does_not_wait_for_threads(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, movie = WORK[name]
    gc.collect()
    before = suspended()
    steps = make(movie, tmp_path)
    next(steps)
    assert own_threads()
    joined: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "join", lambda thread, *_: joined.append(thread.name))
        del steps
        gc.collect()
    assert not [name for name in joined if name.startswith(THREAD_NAME)]
    assert threads_end()
    assert not suspended() - before


def test_a_dropped_run_to_files_can_be_resumed(tmp_path: Path) -> None:
    steps = _segment_to(bright_movie(), tmp_path)
    next(steps)
    del steps
    gc.collect()
    with iter_segment_to(tmp_path / "l.ome.zarr", bright_movie(), BrightModel(), voxel_size=SIZE) as again:
        assert next(again).kept


@pytest.mark.parametrize("slices", [1, 9])
def test_a_failing_device_leaves_no_threads_or_files(slices: int) -> None:
    with nothing_left(), pytest.raises(BrokenError) as failure:
        list(iter_segment(bright_movie(), FragileModel(slices), voxel_size=SIZE))
    assert failure.value.__traceback__


def test_failing_labelling_leaves_no_threads_or_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The following frames are already in work then."""

    def broken(*_: object, **__: object) -> None:
        raise BrokenError("no memory")

    monkeypatch.setattr("napari_devolearn.inference.segment.label_frame", broken)
    with nothing_left(), pytest.raises(BrokenError) as failure:
        list(iter_segment(bright_movie(), BrightModel(), voxel_size=SIZE))
    assert failure.value.__traceback__


def test_a_failing_progress_bar_leaves_no_threads_or_files() -> None:
    def full(t: int, _: int) -> None:
        if t == 2:
            raise BrokenError("nobody listens")

    with nothing_left(), pytest.raises(BrokenError) as failure:
        list(iter_segment(bright_movie(), BrightModel(), voxel_size=SIZE, on_plane=full))
    assert failure.value.__traceback__


def test_a_full_disk_leaves_no_threads_or_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, calls = tifffile.imwrite, iter(range(100))

    def full(*arguments: object, **options: object) -> None:
        if next(calls) >= 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(*arguments, **options)

    monkeypatch.setattr(tifffile, "imwrite", full)
    with nothing_left(), pytest.raises(OutputError, match="disk is full") as failure:
        list(iter_segment_to(tmp_path / "01_RES", bright_movie(), BrightModel(), voxel_size=SIZE))
    assert failure.value.__traceback__


def test_an_unwritable_table_leaves_no_threads_or_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, tables: Iterator[object], **__: object) -> int:
        next(tables)
        raise BrokenError("the disk is full")

    write_ome_tiff(tmp_path / "labels.ome.tif", bright_movie(), voxel_size=SIZE)
    monkeypatch.setattr("napari_devolearn.cli.centroids.write_table", full)
    with nothing_left():
        assert main(["centroids", str(tmp_path / "labels.ome.tif"), "-o", str(tmp_path / "c.csv"), "--quiet"])


def test_the_pipeline_runs_during_garbage_collection(tmp_path: Path) -> None:
    """Failed runs, which only reference cycles keep alive, are collected in any thread at any time."""
    expected = dict(iter_segment(bright_movie(), BrightModel(), voxel_size=SIZE))
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for number in range(3):
            failed = _segment_to(Fragile(bright_movie(), 3), tmp_path / f"{number}")
            (tmp_path / f"{number}").mkdir()
            try:
                list(failed)
            except BrokenError as error:
                cycle: list[object] = [error, failed]
                cycle.append(cycle)
                del cycle
            with iter_segment(bright_movie(), BrightModel(), voxel_size=SIZE) as left:
                next(left)
            found = dict(iter_segment(bright_movie(), BrightModel(), voxel_size=SIZE))
            assert all((found[t] == labels).all() for t, labels in expected.items())
    finally:
        gc.set_threshold(*before)


def test_resources_are_released_once_in_reverse_order() -> None:
    log: list[str] = []

    def begin(resources: Any) -> Iterator[int]:
        def steps() -> Iterator[int]:
            resources.callback(log.append, "first")
            resources.callback(log.append, "second")
            try:
                yield 1
                yield 2
            finally:
                log.append("steps")

        return steps()

    with OwningIterator(begin) as steps:
        assert next(steps) == 1
        steps.close()
    assert log == ["steps", "second", "first"]
