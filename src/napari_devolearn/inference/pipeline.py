"""The one pipeline: a movie goes in, finished frames come out, one at a time.

A notebook collects it, a worker thread steps it, the command line writes what it yields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, Probability
from napari_devolearn.inference.cache import ProbabilityCache, allocate
from napari_devolearn.inference.grid import check_scale
from napari_devolearn.inference.movie import Movie, as_movie
from napari_devolearn.inference.overlap import follow_up, labelling_threads, read_ahead
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.streams import Seen, predict_each
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.postprocess.label import label_instances, label_mask, label_membrane

if TYPE_CHECKING:
    from napari_devolearn.inference.model import Model


def iter_planes(
    movie: Movie,
    model: Model,
    cache: ProbabilityCache,
    planes: Iterable[tuple[int, int]] | None = None,
) -> Iterator[tuple[int, int]]:
    """Fill a cache slice by slice; slices that it holds already cost nothing.

    Parameters
    ----------
    movie : Movie
    model : Model
    cache : ProbabilityCache
        Of the movie's shape.
    planes : iterable of (t, z), optional
        Slices wanted, in the order wanted; by default all of the movie, frame by frame.

    Yields
    ------
    (t, z)
        After each slice, in the order wanted, while others are under way; the caller may stop between any
        two of them.
    """
    wanted = planes if planes is not None else np.ndindex(*movie.shape[:2])
    seen = ((plane, None if cache.done[plane] else _seen(movie, model.spec, *plane)) for plane in wanted)
    for (t, z), outputs in predict_each(seen, model, movie.voxel_size[1:]):
        if outputs is not None:
            cache.put(t, z, outputs)
        yield t, z


def _seen(movie: Movie, spec: ModelSpec, t: int, z: int) -> Seen:
    """The slice, with its neighbours where the model sees them, and its volume's span."""
    planes = movie.slab(t, z, spec.context, spec.z_step) if spec.z_step is not None else movie.plane(t, z)
    return Seen(planes, movie.span(t, spec.percentiles) if spec.normalisation == "volume" else 0.0)


def iter_segment(
    image: Any,
    model: Model,
    params: SegmentParams | None = None,
    *,
    voxel_size: Sequence[float] | None = None,
    frames: Iterable[int] | None = None,
    cache: ProbabilityCache | None = None,
    on_plane: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[int, Labels]]:
    """Segment a movie, one finished frame at a time.

    Parameters
    ----------
    image : path, Stack or array-like, (Y, X), (Z, Y, X) or (T, Z, Y, X), real
        Read frame by frame.
    model : Model
    params : SegmentParams, optional
    voxel_size : sequence of float, optional
        (Z, Y, X) or (Y, X) in um; by default the stack's own.
    frames : iterable of int, optional
        Indices along T; by default all.
    cache : ProbabilityCache, optional
        Of the movie's shape, to keep the probabilities; by default one frame's at a time.
    on_plane : callable, optional
        Called with (t, z) after each slice, for a progress bar.

    Yields
    ------
    t : int
        Index along T.
    labels : ndarray, (Z, Y, X), uint32
        In the order of the frames; the network is already at the next one.

    Raises
    ------
    ImageFormatError
        If the image is of a kind that cannot be segmented.
    ValueError
        If the model cannot give the output.
    """
    chosen = params or SegmentParams()
    chosen.check_task(model.spec.task)
    movie = as_movie(image, voxel_size, model.spec.default_pixel_size, colours=model.spec.takes_colours)
    check_scale(movie.name, movie.shape[2:], movie.voxel_size[1:], model.spec.pixel_size)
    outputs = iter_outputs(movie, model, frames, cache=cache, on_plane=on_plane)
    threads = labelling_threads(prod(movie.shape[1:]), model.device)
    yield from follow_up(outputs, lambda _, said: label_frame(said, chosen, movie, model.spec), threads)


def iter_outputs(
    movie: Movie,
    model: Model,
    frames: Iterable[int] | None = None,
    *,
    cache: ProbabilityCache | None = None,
    on_plane: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[int, tuple[Probability, ...]]]:
    """What the model says of each frame; the next frame is read meanwhile.

    Parameters
    ----------
    movie : Movie
    model : Model
    frames : iterable of int, optional
        Indices along T; by default all.
    cache : ProbabilityCache, optional
        Of the movie's shape, to keep it; by default one frame's at a time.
    on_plane : callable, optional
        Called with (t, z) after each slice.

    Yields
    ------
    t : int
    outputs : tuple of ndarray, (Z, Y, X), uint8
        One for each output of the model.
    """

    def read(t: int) -> npt.NDArray[np.generic] | None:
        return None if cache is not None and cache.done[t].all() else movie.load(t)

    for t, volume in read_ahead(range(movie.shape[0]) if frames is None else frames, read):
        if volume is not None:
            movie.keep(t, volume)
        yield t, _frame_outputs(movie, t, model, cache, on_plane)


def label_frame(
    outputs: Sequence[Probability], params: SegmentParams, movie: Movie, spec: ModelSpec
) -> Labels:
    """Cut one frame's probability at the threshold and label what is left.

    Parameters
    ----------
    outputs : sequence of ndarray, (Z, Y, X), uint8
        What the model said, from ``ProbabilityCache.frame``.
    params : SegmentParams
    movie : Movie
        Gives the voxel size.
    spec : ModelSpec
        Says what the outputs mean.

    Returns
    -------
    ndarray, (Z, Y, X), uint32
    """
    if params.output != "instances":
        label = {"mask": label_mask, "membrane": label_membrane}[params.output]
        return label(outputs[0], params.threshold, movie.voxel_size, params.min_diameter)
    named = dict(zip(spec.outputs, outputs, strict=True))
    return label_instances(spec.task, named, params.threshold, movie.voxel_size, params.min_diameter)


def segment(
    image: Any,
    model: Model,
    params: SegmentParams | None = None,
    *,
    voxel_size: Sequence[float] | None = None,
) -> Labels:
    """Segment an image of any size at once.

    Parameters
    ----------
    image : path, Stack or array-like, (Y, X), (Z, Y, X) or (T, Z, Y, X), real
    model : Model
        From ``load_model``.
    params : SegmentParams, optional
    voxel_size : sequence of float, optional
        (Z, Y, X) or (Y, X) in um; by default the stack's own.

    Returns
    -------
    ndarray, shape of the image, uint32
        In memory up to 1 GiB, else a memmap on a temporary file.

    Raises
    ------
    ImageFormatError
        If the image cannot be read or is not one of real numbers.

    Examples
    --------
    >>> labels = segment(movie, load_model("nucleus"), SegmentParams(threshold=0.6))  # doctest: +SKIP
    """
    movie = as_movie(image, voxel_size, model.spec.default_pixel_size, colours=model.spec.takes_colours)
    labels = allocate(movie.shape, np.uint32)
    for t, frame in iter_segment(movie, model, params):
        labels[t] = frame
    return labels.reshape(movie.input_shape)


def _frame_outputs(
    movie: Movie,
    t: int,
    model: Model,
    cache: ProbabilityCache | None,
    on_plane: Callable[[int, int], None] | None,
) -> tuple[Probability, ...]:
    row = t
    if cache is None:
        movie, row = movie.only(t), 0
        cache = ProbabilityCache(movie.shape, len(model.spec.outputs))
    for _, z in iter_planes(movie, model, cache, [(row, z) for z in range(movie.shape[1])]):
        if on_plane is not None:
            on_plane(t, z)
    return cache.frame(row)
