"""Images and labels in memory, such as layers of a viewer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.inference.inputs.opening import as_movie
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
    ids, given = ids.reshape(movie.shape), None
    if known is not None:
        try:
            given = np.broadcast_to(np.asarray(known, bool), own).reshape(movie.shape)
        except ValueError as error:
            raise DatasetError(
                f"known: shape {np.shape(known)} does not fit labels of shape {own}; give it that shape"
            ) from error
    name = plain_name((isinstance(images, Stack) and images.name) or "image")

    def is_usable(t: int) -> bool:
        labelled = np.asarray(ids[t]) > 0 if only_labelled else np.True_
        return bool(np.any(labelled if given is None else labelled & given[t]))

    def volume(t: int) -> Volume:
        def read_mask() -> Planes:
            mask = fit_ids(np.asarray(ids[t]), f"{name}, frame {t}")
            return mask if given is None else np.where(given[t], mask, np.uint16(UNKNOWN))

        return Volume(
            name=name,
            t=t,
            slices=tuple(range(movie.shape[1])),
            voxel_size=movie.voxel_size,
            read_image=lambda: np.asarray(movie.data[t]),
            read_mask=read_mask,
        )

    volumes = tuple(volume(t) for t in range(movie.shape[0]) if is_usable(t))
    if not volumes:
        where = "" if given is None else " in the known region"
        raise DatasetError(f"no labels{where}; label some objects first")
    return Source(name=name, volumes=volumes)
