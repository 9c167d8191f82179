"""Segment a movie to files frame by frame; an interrupted run can be resumed."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from napari_devolearn._owning import OwningIterator
from napari_devolearn._types import Probability
from napari_devolearn.inference.inputs.movie import Movie, as_movie, open_movie
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import OnPlane, iter_finished
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.inference.runs.cluster import ClusterRun
from napari_devolearn.inference.runs.fingerprint import run_fingerprint
from napari_devolearn.inference.runs.job import SegmentJob
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ome_zarr.output import label_target
from napari_devolearn.io.outputs import frame_output
from napari_devolearn.io.writing.output import Layout, check_free
from napari_devolearn.io.writing.unfinished import Fingerprint, Note, Unfinished
from napari_devolearn.models.spec import ModelSpec


class FrameDone(NamedTuple):
    """A completed frame.

    `frame`: index along T.
    `objects`: number of labels.
    `kept`: whether an interrupted run had completed it.
    """

    frame: int
    objects: int
    kept: bool


def iter_segment_to(
    output: Path | str,
    image: Any,
    model: Predictor,
    params: SegmentParams | None = None,
    *,
    voxel_size: Sequence[float] | None = None,
    probability: Path | str | None = None,
    centroids: Path | str | None = None,
    overwrite: bool = False,
    client: Any = None,
    on_plane: OnPlane | None = None,
) -> OwningIterator[FrameDone]:
    """Segment a movie into files, one finished frame at a time.

    If it is interrupted, calling it again with the same arguments resumes: completed frames are kept, and the
    result is the same to the byte.

    Parameters
    ----------
    output : Path or str
        ``x.ome.tif``, ``x.ome.zarr``, an OME-Zarr image that gets labels, or a folder of masks.
    image : path, Stack or array-like, (Y, X), (Z, Y, X) or (T, Z, Y, X), real
        Read frame by frame.
    model : Predictor
        From ``load_model``.
    params : SegmentParams, optional
    voxel_size : sequence of float, optional
        (Z, Y, X) or (Y, X) in um; by default the stack's own.
    probability : Path or str, optional
        Also write the probability, 0..255, as ``.ome.tif`` or ``.ome.zarr``.
    centroids : Path or str, optional
        Also write a table of each object's centre and size, as ``.csv``.
    overwrite : bool
        Replace existing results, and discard an unfinished run with another fingerprint.
    client : distributed.Client, optional
        Run on this cluster, with one task per frame. All workers must find image, model and outputs by the
        same paths.
    on_plane : callable, optional
        Called with (t, z) after each slice; not from a cluster.

    Returns
    -------
    OwningIterator of FrameDone
        Frames of an interrupted run first; from a cluster in the order of completion. If you may stop
        before the last frame, use it in a ``with`` block or call its ``close``.

    Raises
    ------
    ImageFormatError
        If the image cannot be segmented.
    OutputExistsError, OutputError
        If a result exists or cannot be written; completed frames are kept.
    FolderInUseError
        If another process is writing this output.
    UnfinishedRunError
        If there is an unfinished run with another fingerprint; the message names the differences.
    ClusterError
        If workers cannot open the image or load the model.
    """
    chosen = params or SegmentParams()
    chosen.check_task(model.spec.task)
    stack = as_stack(image, voxel_size, model.spec)
    movie = open_movie(stack, None, model.spec)
    job = _job(Path(output), stack, model, chosen, probability, centroids is not None, overwrite)
    written = {"labels": job.labels.target, "probability": probability, "centroids": centroids}
    local = client is None
    run = LocalRun(job, movie, model, on_plane) if local else ClusterRun(job, stack, model, client)
    fingerprint = run_fingerprint(stack, model.spec, run.compute_backend(), chosen, written)
    return OwningIterator(partial(_iter_frames, job, run, fingerprint, centroids, overwrite))


def _iter_frames(
    job: SegmentJob,
    run: LocalRun | ClusterRun,
    fingerprint: Fingerprint,
    centroids: Path | str | None,
    overwrite: bool,
    resources: ExitStack,
) -> Generator[FrameDone, None, None]:
    resources.enter_context(job.run.lock())
    free = overwrite or job.run.finishing
    job.begin(fingerprint, restart=overwrite)
    resources.callback(job.run.discard_if_empty)
    finished = job.run.notes()
    for index, note in finished.items():
        yield FrameDone(index, len(note["labels"]), kept=True)
    to_do = [t for t in range(len(job.layout.frames)) if t not in finished]
    absent = [t for t in to_do if job.layout.frames[t] in job.layout.missing]
    for index in absent:
        job.write_empty_frame(index)
        yield FrameDone(index, 0, kept=False)
    with closing(run.iter_frames([t for t in to_do if t not in absent], resources)) as frames:
        for index, note in frames:
            yield FrameDone(index, len(note["labels"]), kept=False)
    _write_results(job, centroids, free=free)


def _write_results(job: SegmentJob, centroids: Path | str | None, *, free: bool) -> None:
    from napari_devolearn.io.tables.table import write_table

    if centroids is not None:
        if not free:
            check_free(Path(centroids))
        job.run.start_finishing()  # after an interruption, an existing table is then this run's own
        with closing(job.tables()) as tables:
            write_table(Path(centroids), tables, overwrite=True)
    job.finish()


def as_stack(image: Any, voxel_size: Sequence[float] | None, spec: ModelSpec) -> Stack:
    """Convert a path, Stack or array to a Stack.

    The voxel size, (Z, Y, X) or (Y, X) in um, replaces that of the image; it may stay unknown.
    """
    from napari_devolearn.io.core.calibration import check_voxel_size
    from napari_devolearn.io.image import read_image

    if isinstance(image, str | Path):
        image = read_image(Path(image), colours=spec.takes_colours)
    known = check_voxel_size(voxel_size) if voxel_size is not None else None
    if isinstance(image, Stack):
        return dataclasses.replace(image, voxel_size=known) if known else image
    movie = as_movie(image, voxel_size or (1.0,) * 3, 1.0, colours=spec.takes_colours)
    frames = tuple(range(movie.shape[0]))
    return Stack(data=movie.data, name="image", source=Path("image"), voxel_size=known, frames=frames)


def labels_path(output: Path | str, model: Predictor, params: SegmentParams) -> Path:
    """Path of the labels that `iter_segment_to` writes."""
    return label_target(Path(output), _label_name(model, params))


def _label_name(model: Predictor, params: SegmentParams) -> str:
    return model.spec.task if params.output == "instances" else f"{model.spec.task}-{params.output}"


def _job(
    output: Path,
    stack: Stack,
    model: Predictor,
    params: SegmentParams,
    probability: Path | str | None,
    measured: bool,
    overwrite: bool,
) -> SegmentJob:
    name, layout = _label_name(model, params), Layout.of(stack)
    target = label_target(output, name)
    run = Unfinished(target)
    outputs = partial(frame_output, layout=layout, overwrite=overwrite or run.finishing)
    probabilities = None
    if probability is not None:
        folder = run.folder / "probability"
        probabilities = outputs(Path(probability), folder, name="probability", dtype=np.uint8)
    return SegmentJob(
        run=run,
        layout=layout,
        params=params,
        labels=outputs(target, run.folder / "labels", name=name),
        probability=probabilities,
        measured=measured,
    )


class LocalRun:
    """A run in this process."""

    def __init__(self, job: SegmentJob, movie: Movie, model: Predictor, on_plane: OnPlane | None) -> None:
        self._job, self._movie, self._model, self._on_plane = job, movie, model, on_plane

    def compute_backend(self) -> str:
        """Backend and number type of the model."""
        return self._model.compute_backend

    def iter_frames(
        self, missing: Sequence[int], resources: ExitStack
    ) -> Generator[tuple[int, Note], None, None]:
        """Segment frames, by index along T; yields (index, note) in their order."""

        def write(index: int, outputs: Sequence[Probability]) -> Note:
            return self._job.write_frame(index, outputs, self._movie, self._model)

        return iter_finished(self._movie, self._model, write, resources, missing, on_plane=self._on_plane)
