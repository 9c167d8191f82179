"""Slices of a movie to probabilities: the layer below the pipeline, stepped slice by slice."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing

import numpy as np

from napari_devolearn._types import Probability
from napari_devolearn.inference.cache import ProbabilityCache
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.inference.streams import NetworkInput, PlanePredictor
from napari_devolearn.models.spec import ModelSpec


def iter_planes(
    movie: Movie,
    predictor: PlanePredictor,
    cache: ProbabilityCache,
    planes: Iterable[tuple[int, int]] | None = None,
) -> Generator[tuple[int, int], None, None]:
    """Fill a cache slice by slice; slices that it holds already cost nothing.

    Parameters
    ----------
    movie : Movie
    predictor : PlanePredictor
        Of the movie's pixel size.
    cache : ProbabilityCache
        Of the movie's shape.
    planes : iterable of (t, z), optional
        Slices requested, in this order; by default all of the movie, frame by frame. The caller closes it.

    Yields
    ------
    (t, z)
        After each slice, in the order requested, while others are under way; the caller may stop between
        any two of them.
    """

    def network_input(plane: tuple[int, int]) -> tuple[tuple[int, int], NetworkInput | None]:
        return plane, None if cache.done[plane] else _network_input(movie, predictor.model.spec, *plane)

    requested = planes if planes is not None else np.ndindex(*movie.shape[:2])
    with closing(predictor.predict_each(map(network_input, requested))) as predicted:
        for (t, z), outputs in predicted:
            if outputs is not None:
                cache.put(t, z, outputs)
            yield t, z


def _network_input(movie: Movie, spec: ModelSpec, t: int, z: int) -> NetworkInput:
    """The slice, with its neighbours where the model takes them, and its volume's span."""
    planes = movie.slab(t, z, spec.context, spec.z_step) if spec.z_step is not None else movie.plane(t, z)
    return NetworkInput(planes, movie.span(t, spec) if spec.normalisation == "volume" else 0.0)


def predict_planes(
    movie: Movie,
    model: Predictor,
    cache: ProbabilityCache,
    planes: Iterable[tuple[int, int]] | None = None,
) -> None:
    """Fill a cache at once.

    Parameters
    ----------
    movie : Movie
    model : Predictor
    cache : ProbabilityCache
        Of the movie's shape.
    planes : iterable of (t, z), optional
        Slices requested; by default all of the movie.
    """
    with ExitStack() as resources:
        predictor = PlanePredictor(model, movie.voxel_size[1:], resources)
        for _ in resources.enter_context(closing(iter_planes(movie, predictor, cache, planes))):
            pass


def predict_movie(movie: Movie, model: Predictor) -> Probability:
    """Probability of the foreground of a whole movie.

    Parameters
    ----------
    movie : Movie
    model : Predictor

    Returns
    -------
    ndarray, shape of what the movie was made from, uint8
        0..255 for 0..1.
    """
    cache = ProbabilityCache(movie.shape, len(model.spec.outputs))
    predict_planes(movie, model, cache)
    return cache.data.reshape(movie.input_shape)
