"""The files of prepared pairs, at the pixel size of a model and with their neighbouring slices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats32
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.inference.inputs.grid import resample_image, resample_labels, target_shape
from napari_devolearn.io.pictures.picture import open_picture
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.pairs import IMAGES, Pair

EIGHT_BIT = 255.0
"""White in an 8-bit image."""

_CACHE_BYTES = 2**30  # maximum size of decoded slices in memory: decoding takes longer than augmentation


class PairFiles:
    """Slices and masks of a prepared folder; slices of the same volume are context of each other."""

    def __init__(self, folder: Path, pairs: Sequence[Pair], spec: ModelSpec) -> None:
        self._folder, self._spec = folder, spec
        self._slices: dict[tuple[str, int, int], Pair] = {(*pair.volume, pair.z): pair for pair in pairs}
        self._cache: dict[str, tuple[npt.NDArray[Any], float]] = {}
        self._cached_bytes = 0

    def slab(self, pair: Pair) -> Floats32:
        """The slice with its neighbours, from the lowest z up, in 0..1."""
        # noise and offsets need this scale; normalisation removes it later
        itself, white = self.plane(IMAGES, pair)
        planes = [itself]
        if self._spec.z_step is not None:
            step = self._spec.z_step / pair.voxel_z
            planes = [self._at(pair, k * step) for k in range(-self._spec.context, self._spec.context + 1)]
        return np.asarray(planes, np.float32) / np.float32(white)

    def _at(self, pair: Pair, step: float) -> Floats32:
        """The plane at a distance of `step` slices, interpolated as in ``Movie.slab``."""
        low = math.floor(step)
        fraction = step - low
        below = self.plane(IMAGES, self._neighbour(pair, low))[0]
        if fraction == 0:
            return below
        above = self.plane(IMAGES, self._neighbour(pair, low + 1))[0]
        return ((1 - fraction) * below + fraction * above).astype(np.float32)

    def _neighbour(self, pair: Pair, step: int) -> Pair:
        """The slice at this distance, or the last one before a gap or the end of the volume."""
        found = pair
        for offset in range(1, abs(step) + 1):
            z = pair.z + int(math.copysign(offset, step))
            if (*pair.volume, z) not in self._slices:
                break
            found = self._slices[(*pair.volume, z)]
        return found

    def plane(self, kind: str, pair: Pair) -> tuple[npt.NDArray[Any], float]:
        """A file at the model's pixel size, cached up to `_CACHE_BYTES`, and the value of white in images."""
        name = f"{kind}/{pair.file}"
        if name in self._cache:
            return self._cache[name]
        plane = self.read(kind, pair)
        if bad := plane.size - int(np.isfinite(plane).sum()):
            raise DatasetError(
                f"{self._folder / name}: {bad} of {plane.size} pixels are NaN or infinite; replace these in "
                "the images (numpy.nan_to_num) and prepare the folder again"
            )
        white = EIGHT_BIT if plane.dtype == np.uint8 else max(float(plane.max()), 1.0)
        resample = resample_image if kind == IMAGES else resample_labels
        decoded = resample(plane, self.shape(pair)), white
        if self._cached_bytes + decoded[0].nbytes <= _CACHE_BYTES:
            self._cache[name] = decoded
            self._cached_bytes += decoded[0].nbytes
        return decoded

    def shape(self, pair: Pair) -> tuple[int, int]:
        """(Y, X) of a slice at the model's pixel size."""
        return target_shape((pair.height, pair.width), (pair.voxel_y, pair.voxel_x), self._spec.pixel_size)

    def read(self, kind: str, pair: Pair) -> npt.NDArray[Any]:
        """A file in its own pixels, (Y, X)."""
        return np.asarray(open_picture(self._folder / kind / pair.file).read(0, 0)[0])
