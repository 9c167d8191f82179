"""Images and labels in memory, such as layers of a viewer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.inference.inputs.movie import Movie, as_movie
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.pairs import UNKNOWN
from napari_devolearn.training.prepare.slices import fit_ids
from napari_devolearn.training.prepare.source import Planes, Source, Volume, plain_name


def array_source(
    images: Any,
    labels: Any,
    known: npt.ArrayLike | None,
    voxel_size: VoxelSize | None,
    spec: ModelSpec,
    *,
    only_labelled: bool,
) -> Source:
    """Pair an image with its labels, frame by frame.

    `images`: Stack or array-like, (Y, X), (Z, Y, X) or (T, Z, Y, X), real.
    `known`: broadcast to that shape: where the labels are correct.
    `voxel_size`: (Z, Y, X) in um.
    `spec`: gives the pixel size to assume if it is unknown.
    `only_labelled`: leave out frames without labels.
    Raises DatasetError if the shapes differ, labels are not integers, or no frame is labelled and known.
    Raises ImageFormatError if the image cannot be segmented.
    """
    movie = as_movie(images, voxel_size, spec.default_pixel_size, colours=spec.takes_colours)
    if labels is None:
        raise DatasetError("labels are missing; pass them with the images")
    labels = labels.data if isinstance(labels, Stack) else labels
    ids = labels if hasattr(labels, "shape") else np.asarray(labels)
    own = movie.input_shape if np.prod(movie.input_shape) == np.prod(movie.shape) else movie.shape
    if tuple(ids.shape) != tuple(own):
        raise DatasetError(
            f"image of shape {tuple(own)}, but labels of shape {tuple(ids.shape)}; give an image and its "
            "labels"
        )
    if np.dtype(ids.dtype).kind not in "bui":
        raise DatasetError(f"labels: type {ids.dtype}, not integers; pass labels, not an image")
    frames = _Frames(movie, ids.reshape(movie.shape), _known(known, own, movie.shape))
    name = plain_name(getattr(images, "name", "") or "image")
    usable = [t for t in range(movie.shape[0]) if frames.learnable(t, only_labelled=only_labelled)]
    if not usable:
        raise DatasetError("no labels in the known region; label some objects first")
    return Source(name=name, volumes=tuple(frames.volume(name, t) for t in usable))


def _known(
    known: npt.ArrayLike | None, own: tuple[int, ...], shape: tuple[int, ...]
) -> npt.NDArray[np.bool_] | None:
    if known is None:
        return None
    try:
        return np.broadcast_to(np.asarray(known, bool), own).reshape(shape)
    except ValueError as error:
        raise DatasetError(
            f"known: shape {np.shape(known)} does not fit labels of shape {own}; give it that shape"
        ) from error


class _Frames:
    """Frames of an image and its labels, and where these are known."""

    def __init__(self, movie: Movie, ids: Any, known: npt.NDArray[np.bool_] | None) -> None:
        self._movie, self._ids, self._known = movie, ids, known

    def learnable(self, t: int, *, only_labelled: bool) -> bool:
        """Whether any voxel of a frame is known and, if `only_labelled`, labelled."""
        if self._known is not None and not self._known[t].any():
            return False
        labelled = np.asarray(self._ids[t]) > 0
        usable = labelled if self._known is None else labelled & self._known[t]
        return not only_labelled or bool(usable.any())

    def volume(self, name: str, t: int) -> Volume:
        def read_mask() -> Planes:
            ids = fit_ids(np.asarray(self._ids[t]), f"{name}, frame {t}")
            return ids if self._known is None else np.where(self._known[t], ids, np.uint16(UNKNOWN))

        return Volume(
            name=name,
            t=t,
            slices=tuple(range(self._movie.shape[1])),
            voxel_size=self._movie.voxel_size,
            read_image=lambda: np.asarray(self._movie.data[t]),
            read_mask=read_mask,
        )
