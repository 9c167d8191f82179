"""Movie files as RGB layers, with frames decoded on demand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from napari_devolearn.plugin.layers import LayerData

PATTERNS = ("*.mov", "*.mp4", "*.m4v", "*.avi", "*.mkv", "*.webm")
"""File names of movies in the manifest."""


def is_movie(path: Path) -> bool:
    """Whether a path is a file with the suffix of a movie."""
    from napari_devolearn.io.pictures.movie_file import MOVIE_SUFFIXES

    return path.suffix.lower() in MOVIE_SUFFIXES and path.is_file()


def read_movies(paths: Sequence[Path]) -> list[LayerData]:
    """Open each movie as an RGB Image layer (T, Y, X), in pixels and frames; only headers are read.

    Raises
    ------
    ImageFormatError
        If a file is not a movie, or has no video stream.
    """
    return [_movie_layer(path) for path in paths]


def _movie_layer(path: Path) -> LayerData:
    from napari_devolearn.io.core.lazy import lazy_frames
    from napari_devolearn.io.pictures.movie_file import MovieFile

    movie = MovieFile(path)
    attributes = {
        "name": path.stem,
        "rgb": True,
        "axis_labels": ("t", "y", "x"),
        "units": ("pixel",) * 3,
        "metadata": {"devolearn": {"frames": tuple(range(len(movie))), "source": str(path)}},
    }
    return lazy_frames(movie.read, movie.shape, np.dtype(np.uint8)), attributes, "image"
