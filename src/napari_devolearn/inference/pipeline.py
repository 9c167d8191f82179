"""The pipeline: a generator that yields the finished frames of a movie one at a time.

`inference/segment.py` collects the frames, the docks step it in a worker thread, the command-line interface
writes each frame to files.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from math import prod
from typing import TypeVar

from napari_devolearn._types import Array, Labels, Probability
from napari_devolearn.inference.cache import ProbabilityCache
from napari_devolearn.inference.centres import predict_centres
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.planes import iter_planes
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.inference.streams import PlanePredictor
from napari_devolearn.inference.threads import follow_up, labelling_threads, read_ahead, thread_pool
from napari_devolearn.models.registry import find_model
from napari_devolearn.postprocess.label import label_instances, label_mask, label_membrane

T = TypeVar("T")

OnPlane = Callable[[int, int], object]
"""Callable for a progress bar, called with (t, z) after each slice."""


def iter_finished(
    movie: Movie,
    model: Predictor,
    finish: Callable[[int, tuple[Probability, ...]], T],
    resources: ExitStack,
    frames: Iterable[int] | None = None,
    *,
    cache: ProbabilityCache | None = None,
    on_plane: OnPlane | None = None,
) -> Generator[tuple[int, T], None, None]:
    """Predict frames, and process the outputs of each in threads while the network predicts the next.

    `finish`: takes an index along T and the model's outputs for this frame; called in threads.
    Other parameters as for `iter_outputs`. Yields (t, result of `finish`) in the order of the frames.
    """
    threads = labelling_threads(prod(movie.shape[1:]), model.device)
    pool = thread_pool(resources, threads, "label")
    with closing(iter_outputs(movie, model, resources, frames, cache=cache, on_plane=on_plane)) as outputs:
        yield from follow_up(outputs, finish, pool, threads)


def iter_outputs(
    movie: Movie,
    model: Predictor,
    resources: ExitStack,
    frames: Iterable[int] | None = None,
    *,
    cache: ProbabilityCache | None = None,
    on_plane: OnPlane | None = None,
) -> Generator[tuple[int, tuple[Probability, ...]], None, None]:
    """Predict frames; the next frame is read in the meantime.

    `resources`: ends the threads, after the generator was closed.
    `frames`: indices along T; by default all.
    `cache`: stores the outputs; has the movie's shape. By default only one frame's outputs are in memory.
    Yields t, and an ndarray (Z, Y, X), uint8, for each output of the model.
    """

    def read(t: int) -> Array | None:
        return None if cache is not None and cache.done[t].all() else movie.load(t)

    predictor = PlanePredictor(model, movie.voxel_size[1:], resources)
    requested = range(movie.shape[0]) if frames is None else frames
    with closing(read_ahead(requested, read, thread_pool(resources, 1, "read"))) as volumes:
        for t, volume in volumes:
            if volume is not None:
                movie.keep(t, volume)
            yield t, _frame_outputs(movie, t, predictor, cache, on_plane)


def label_frame(
    t: int,
    outputs: Sequence[Probability],
    params: SegmentParams,
    movie: Movie,
    model: Predictor,
    cache: ProbabilityCache | None = None,
) -> Labels:
    """Apply the threshold to one frame's probability and label the objects, (Z, Y, X).

    `outputs`: of the model, (Z, Y, X) each, from ``ProbabilityCache.frame``; one slice of frame t, or all.
    `cache`: stores the frame's result of `predict_centres`, so that another threshold needs no second one.
    """
    return label_outputs(name_outputs(t, outputs, movie, model, cache), params, movie, model)


def name_outputs(
    t: int,
    outputs: Sequence[Probability],
    movie: Movie,
    model: Predictor,
    cache: ProbabilityCache | None = None,
) -> dict[str, Probability]:
    """The outputs by name, the one for the threshold first; of nuclei in a volume as `predict_centres` says.

    Parameters as for `label_frame`.
    """
    named = dict(zip(model.spec.outputs, outputs, strict=True))
    if model.spec.task == "nucleus" and len(outputs[0]) > 1:
        nuclei = _nuclei(t, outputs[0], movie, model, cache)
        named["centres"], named[model.spec.outputs[0]] = nuclei
    return named


def label_outputs(
    outputs: Mapping[str, Probability], params: SegmentParams, movie: Movie, model: Predictor
) -> Labels:
    """Label the objects of `name_outputs`, (Z, Y, X)."""
    task, size = model.spec.task, movie.voxel_size
    if params.output == "instances":
        return label_instances(task, outputs, params.threshold, size, params.min_diameter)
    label = {"mask": label_mask, "membrane": label_membrane}[params.output]
    return label(outputs[model.spec.outputs[0]], params.threshold, size, params.min_diameter)


def _nuclei(
    t: int, probability: Probability, movie: Movie, model: Predictor, cache: ProbabilityCache | None
) -> Probability:
    """Centres and foreground of a volume's nuclei, (2, Z, Y, X), from the cache if it has them."""
    nuclei = None if cache is None else cache.nuclei(t)
    if nuclei is None:
        nuclei = predict_centres(movie.load(t), probability, movie.voxel_size, model.device)
        if model.spec != find_model("nucleus").spec:  # trained on masks that may be drawn differently
            nuclei[1] = probability
        if cache is not None:
            cache.put_nuclei(t, nuclei)
    return nuclei


def _frame_outputs(
    movie: Movie, t: int, predictor: PlanePredictor, cache: ProbabilityCache | None, on_plane: OnPlane | None
) -> tuple[Probability, ...]:
    row = t
    if cache is None:
        movie, row = movie.only(t), 0
        cache = ProbabilityCache(movie.shape, len(predictor.model.spec.outputs))
    with closing(iter_planes(movie, predictor, cache, [(row, z) for z in range(movie.shape[1])])) as planes:
        for _, z in planes:
            if on_plane is not None:
                on_plane(t, z)
    return cache.frame(row)
