"""Predict a movie slice by slice: the layer below the pipeline."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing

import numpy as np

from napari_devolearn._types import Probability
from napari_devolearn.inference.cache import ProbabilityCache
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.inference.streams import NetworkInput, PlanePredictor


def iter_planes(
    movie: Movie,
    predictor: PlanePredictor,
    cache: ProbabilityCache,
    planes: Iterable[tuple[int, int]] | None = None,
) -> Generator[tuple[int, int], None, None]:
    """Fill a cache slice by slice; slices in the cache are not predicted again.

    `predictor`: for the movie's pixel size.
    `cache`: has the movie's shape.
    `planes`: (t, z), in this order; by default the whole movie, frame by frame. The caller closes it.
    Yields (t, z) after each slice, in the given order. The caller may stop after any slice.
    """
    spec = predictor.model.spec

    def network_input(plane: tuple[int, int]) -> tuple[tuple[int, int], NetworkInput | None]:
        if cache.done[plane]:
            return plane, None
        slab = movie.plane(*plane) if spec.z_step is None else movie.slab(*plane, spec.context, spec.z_step)
        span = movie.span(plane[0], spec) if spec.normalisation == "volume" else 0.0
        return plane, NetworkInput(slab, span)

    requested = planes if planes is not None else np.ndindex(*movie.shape[:2])
    with closing(predictor.predict_each(map(network_input, requested))) as predicted:
        for (t, z), outputs in predicted:
            if outputs is not None:
                cache.put(t, z, outputs)
            yield t, z


def predict_planes(
    movie: Movie, model: Predictor, cache: ProbabilityCache, planes: Iterable[tuple[int, int]] | None = None
) -> None:
    """Fill a cache with the given slices, by default the whole movie."""
    with ExitStack() as resources:
        predictor = PlanePredictor(model, movie.voxel_size[1:], resources)
        for _ in resources.enter_context(closing(iter_planes(movie, predictor, cache, planes))):
            pass


def predict_movie(movie: Movie, model: Predictor) -> Probability:
    """Foreground probability of a whole movie, in the shape of the input image, uint8 (0..255 for 0..1)."""
    cache = ProbabilityCache(movie.shape, len(model.spec.outputs))
    predict_planes(movie, model, cache)
    return cache.data.reshape(movie.input_shape)
