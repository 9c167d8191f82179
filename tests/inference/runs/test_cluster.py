from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from helpers.bright_model import BrightModel, bright_movie
from helpers.leftovers import nothing_left
from napari_devolearn.exceptions import ClusterError
from napari_devolearn.inference.runs.connect import connect
from napari_devolearn.inference.runs.segment_to import iter_segment_to
from napari_devolearn.inference.segment import segment
from napari_devolearn.io.image import read_image
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff

distributed = pytest.importorskip("distributed", reason="the extra cluster is not installed")
SIZE = (1.0, 0.5, 0.5)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with connect(None, 2) as client:
        yield client


@pytest.fixture
def movie(tmp_path: Path) -> Path:
    return write_ome_tiff(tmp_path / "movie.ome.tif", bright_movie(8), voxel_size=SIZE, name="movie")


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", ["labels.ome.zarr", "01_RES"])
def test_a_killed_worker_loses_only_its_frame(client: Any, movie: Path, tmp_path: Path, name: str) -> None:
    segment(movie, BrightModel(), out=tmp_path / "here" / name)
    steps = iter_segment_to(tmp_path / "there" / name, movie, BrightModel(0.02), client=client)
    seen = [next(steps).frame]
    victim = next(iter(client.run(os.getpid).values()))
    os.kill(victim, signal.SIGKILL)
    seen += [step.frame for step in steps]
    assert sorted(seen) == list(range(8))
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_a_closed_run_leaves_its_frames_and_no_threads(client: Any, movie: Path, tmp_path: Path) -> None:
    with nothing_left():
        steps = iter_segment_to(tmp_path / "closed.ome.zarr", movie, BrightModel(0.02), client=client)
        next(steps)
        steps.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["closed.ome.zarr.unfinished", "movie.ome.tif"]


def test_workers_in_this_process_do_not_deadlock(movie: Path, tmp_path: Path) -> None:
    with (
        distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as threads,
    ):
        segment(movie, BrightModel(), out=tmp_path / "there" / "x.ome.tif", client=threads)
    segment(movie, BrightModel(), out=tmp_path / "here" / "x.ome.tif")
    assert (tmp_path / "there" / "x.ome.tif").read_bytes() == (tmp_path / "here" / "x.ome.tif").read_bytes()


def test_frames_are_written_under_their_numbers(client: Any, movie: Path, tmp_path: Path) -> None:
    stack = read_image(movie).only((2, 5))
    segment(stack, BrightModel(), out=tmp_path / "01_RES", client=client)
    assert sorted(path.name for path in (tmp_path / "01_RES").glob("*.tif")) == ["mask002.tif", "mask005.tif"]


def test_an_error_in_a_worker_is_raised(client: Any, tmp_path: Path) -> None:
    movie = bright_movie(4).astype(np.float32)
    movie[2, 1, 0, 0] = np.nan
    tifffile.imwrite(tmp_path / "movie.ome.tif", movie, ome=True, metadata={"axes": "TZYX"})
    with nothing_left(), pytest.raises(ValueError, match="frame 2, slice 1"):
        segment(
            tmp_path / "movie.ome.tif", BrightModel(), out=tmp_path / "01_RES", voxel_size=SIZE, client=client
        )


def test_inputs_that_workers_cannot_open_are_refused(client: Any, movie: Path, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="workers cannot read an array"):
        segment(bright_movie(), BrightModel(), out=tmp_path / "01_RES", voxel_size=SIZE, client=client)
    by_hand = BrightModel()
    by_hand.source = None
    with pytest.raises(ClusterError, match="does not come from load_model"):
        segment(movie, by_hand, out=tmp_path / "01_RES", client=client)
    assert not (tmp_path / "01_RES").exists()


def test_a_missing_scheduler_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_devolearn.inference.runs.connect._PATIENCE", "0.1 s")
    with pytest.raises(ClusterError, match="not both"):
        connect("tcp://127.0.0.1:1", 2)
    with pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:1: no scheduler"):
        connect("tcp://127.0.0.1:1", None)
