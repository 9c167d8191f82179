"""Segment a movie to files frame by frame; an interrupted run can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from napari_devolearn._owning import OwningIterator
from napari_devolearn.inference.inputs.opening import as_stack, open_movie
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import OnPlane, iter_finished
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.inference.runs.cluster import ClusterRun
from napari_devolearn.inference.runs.fingerprint import run_fingerprint
from napari_devolearn.inference.runs.job import SegmentJob, label_name
from napari_devolearn.io.ome_zarr.output import label_target
from napari_devolearn.io.writing.unfinished import Fingerprint, Note

SegmentFrames = Callable[[ExitStack, Sequence[int]], Generator[tuple[int, Note], None, None]]
"""Segments frames, given by their indices along T, and yields each index with its notes; the resources end
its threads or tasks."""


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
    job = SegmentJob.plan(
        Path(output),
        stack,
        model,
        chosen,
        probability=probability,
        centroids=centroids,
        overwrite=overwrite,
    )
    compute_backend = model.compute_backend
    write = partial(job.write_frame, movie=movie, model=model)
    segment: SegmentFrames = partial(iter_finished, movie, model, write, on_plane=on_plane)
    if client is not None:
        cluster = ClusterRun(job, stack, model, client)
        compute_backend, segment = cluster.compute_backend(), cluster.segment
    written = {"labels": job.labels.target, "probability": probability, "centroids": centroids}
    fingerprint = run_fingerprint(stack, model.spec, compute_backend, chosen, written)
    return OwningIterator(partial(_iter_frames, job, segment, fingerprint, overwrite))


def _iter_frames(
    job: SegmentJob,
    segment: SegmentFrames,
    fingerprint: Fingerprint,
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
    with closing(segment(resources, [t for t in to_do if t not in absent])) as frames:
        for index, note in frames:
            yield FrameDone(index, len(note["labels"]), kept=False)
    job.finish(free=free)


def labels_path(output: Path | str, model: Predictor, params: SegmentParams) -> Path:
    """Path of the labels that `iter_segment_to` writes."""
    return label_target(Path(output), label_name(model, params))
