"""However a dock's job ends, no threads, files or suspended generators remain."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from napari.layers import Image, Labels, Tracks
from pytestqt.qtbot import QtBot

from helpers.bright_model import SPEC, BrightModel, bright_movie
from helpers.counting_model import CountingModel
from helpers.docks.common import threads_over
from helpers.drawn.movies import dividing
from helpers.leftovers import nothing_left
from napari_devolearn.inference.counting.projections import Projections
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.runs import resume_cache
from napari_devolearn.inference.segment import segment
from napari_devolearn.tracking.corrections.edit import Corrections
from napari_devolearn.tracking.link import link
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.widgets.centroids.measure import iter_measure
from napari_devolearn.widgets.common.worker import Job
from napari_devolearn.widgets.evaluate.run import Sides, iter_evaluate
from napari_devolearn.widgets.outline.run import iter_outline_layer
from napari_devolearn.widgets.populations.counting import Counted, iter_counting
from napari_devolearn.widgets.populations.source import MovieSource
from napari_devolearn.widgets.segment.live import _follow
from napari_devolearn.widgets.segment.run import Request, iter_run
from napari_devolearn.widgets.segment.session import Source
from napari_devolearn.widgets.tracks.after import _iter_relink
from napari_devolearn.widgets.tracks.linking import iter_read, iter_track
from napari_devolearn.widgets.tracks.state import TrackState

SECONDS = 60_000  # ms
SIZE = (1.0, 0.5, 0.5)
EMBRYO = dataclasses.replace(SPEC, task="embryo")
Steps = Callable[[], Iterator[object]]


class BrokenError(OSError):
    """Raised by the tests in the middle of the work."""


class Fuse:
    """Passes calls through until it is triggered, and fails after a few more."""

    def __init__(self) -> None:
        self.left: int | None = None

    def check(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise BrokenError("it broke")


@pytest.fixture
def fuse() -> Fuse:
    return Fuse()


class FragileModel(BrightModel):
    def __init__(self, fuse: Fuse, spec: object = SPEC) -> None:
        super().__init__(spec=spec)
        self._fuse = fuse

    def predict_planes(self, batch: list[np.ndarray], *_: object) -> list[np.ndarray]:
        self._fuse.check()
        return super().predict_planes(batch)


class FragileCounts(CountingModel):
    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self._fuse = fuse

    def count_frame(self, projections: Projections, frame: int) -> object:
        self._fuse.check()
        return super().count_frame(projections, frame)


def fragile(fuse: Fuse, function: Callable[..., object]) -> Callable[..., object]:
    def checked(*arguments: object, **options: object) -> object:
        fuse.check()
        return function(*arguments, **options)

    return checked


def _layers() -> tuple[Image, Labels]:
    movie = bright_movie()
    image = Image(
        movie, name="movie", scale=(1, *SIZE), axis_labels=("t", "z", "y", "x"), units=("pixel", *("um",) * 3)
    )
    labels = Labels(segment(movie, BrightModel(), voxel_size=SIZE).astype(int), name="labels")
    return image, labels


def _tracked() -> tuple[Labels, Tracks]:
    linked = link(dividing())
    points = [
        (label, t, *np.argwhere(frame == label).mean(axis=0))
        for t, frame in enumerate(linked.labels)
        for label in np.unique(frame[frame > 0])
    ]
    rows = sorted(points)
    graph = {row.label: [row.parent] for row in linked.tracks.rows if row.parent}
    labels = Labels(linked.labels, name="tracked", axis_labels=("t", "y", "x"))
    return labels, Tracks(np.array(rows), graph=graph, name="tracks")


def _segment(fuse: Fuse, patch: pytest.MonkeyPatch) -> Steps:
    model = FragileModel(fuse)
    patch.setattr("napari_devolearn.widgets.segment.run.load_in_background", lambda *_: model)
    image, _ = _layers()
    planes = [(t, z) for t in range(6) for z in range(4)]
    source = Source(image, image.data, SIZE, "nucleus")
    return partial(
        iter_run,
        Request(source=source, device="cpu", params=SegmentParams(), planes=planes, as_volumes=True),
    )


def _live(fuse: Fuse, patch: pytest.MonkeyPatch) -> Steps:
    with iter_run(_segment(fuse, patch).args[0]) as steps:  # type: ignore[attr-defined]
        session = next(steps).session  # type: ignore[attr-defined]
    session.cache.done[:] = False
    return partial(_follow, session, [(0, 0), (0, 1), (0, 2)], [(0, 0)])


def _outline(fuse: Fuse, patch: pytest.MonkeyPatch) -> Steps:
    model = FragileModel(fuse, EMBRYO)
    patch.setattr("napari_devolearn.widgets.outline.run.load_in_background", lambda *_: model)
    return partial(iter_outline_layer, _layers()[0])


def _centroids(fuse: Fuse, patch: pytest.MonkeyPatch) -> Steps:
    from napari_devolearn.widgets.centroids import measure

    patch.setattr(measure, "frame_centroids", fragile(fuse, measure.frame_centroids))
    return partial(iter_measure, _layers()[1])


def _lineage(fuse: Fuse, _: pytest.MonkeyPatch) -> Steps:
    image, _labels = _layers()
    counted = Counted(source=MovieSource(image, image.data), model="lineage")
    return partial(iter_counting, counted, "cpu", FragileCounts(fuse))


def _track(fuse: Fuse, patch: pytest.MonkeyPatch) -> Steps:
    from napari_devolearn.tracking import link as module

    patch.setattr(module, "measure_objects", fragile(fuse, module.measure_objects))
    return partial(iter_track, _tracked()[0], LinkParams())


def _read(fuse: Fuse, patch: pytest.MonkeyPatch) -> Steps:
    from napari_devolearn.widgets.tracks import linking

    patch.setattr(linking, "points_of_frame", fragile(fuse, linking.points_of_frame))
    return partial(iter_read, *_tracked())


def _state() -> TrackState:
    labels, tracks = _tracked()
    return TrackState(labels, tracks, list(iter_read(labels, tracks))[-1])  # type: ignore[arg-type]


def _correct(fuse: Fuse, _: pytest.MonkeyPatch) -> Steps:
    state = _state()
    one, other = np.unique(state.corrections.labels[0])[1:3]

    def edit(corrections: Corrections) -> None:
        fuse.check()
        corrections.merge(0, int(one), int(other))

    return partial(state.iter_correct, edit)


def _relink(fuse: Fuse, patch: pytest.MonkeyPatch) -> Steps:
    from napari_devolearn.tracking import link as module

    state = _state()
    patch.setattr(module, "measure_objects", fragile(fuse, module.measure_objects))
    movie = state.corrections.labels
    return partial(_iter_relink, movie, state.corrections, SIZE, movie.shape)


def _evaluate(fuse: Fuse, patch: pytest.MonkeyPatch) -> Steps:
    from napari_devolearn.widgets.evaluate import run

    patch.setattr(run, "inspect_frame", fragile(fuse, run.inspect_frame))
    _, labels = _layers()
    return partial(iter_evaluate, Sides(result=labels, truth=Labels(labels.data, name="truth")))


JOBS = {
    "segment": _segment,
    "live threshold": _live,
    "outline": _outline,
    "centroids": _centroids,
    "lineage": _lineage,
    "track": _track,
    "read tracks": _read,
    "correct": _correct,
    "relink": _relink,
    "evaluate": _evaluate,
}


@pytest.fixture(params=JOBS)
def steps(
    request: pytest.FixtureRequest, fuse: Fuse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Steps:
    monkeypatch.setattr(resume_cache, "cache_folder", lambda: tmp_path / "kept")
    return JOBS[request.param](fuse, monkeypatch)


@pytest.mark.parametrize("calls", [0, 1])
def test_a_failure_leaves_no_threads_or_files(steps: Steps, fuse: Fuse, calls: int, qtbot: QtBot) -> None:
    job, failures = Job(), list[Exception]()
    job.failed.connect(failures.append)
    fuse.left = calls
    with nothing_left():
        job.start(steps)
        qtbot.waitUntil(lambda: not job.running and threads_over(), timeout=SECONDS)
        assert [type(error) for error in failures] == [BrokenError] or (calls and not failures)


def test_cancel_leaves_no_threads_or_files(steps: Steps, qtbot: QtBot) -> None:
    job = Job()
    with nothing_left():
        with qtbot.waitSignal(job.stepped, timeout=SECONDS):
            job.start(steps)
        job.stop()
        qtbot.waitUntil(threads_over, timeout=SECONDS)
