"""Prepared pairs as network inputs and targets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.inference.inputs.grid import resample_image, resample_labels, target_shape
from napari_devolearn.inference.inputs.normalise import field_pixels, scale_as_trained, slice_levels
from napari_devolearn.io.pictures.picture import open_picture
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.augment import Augmentation, AugmentParams
from napari_devolearn.training.data.pairs import IMAGES, MASKS, UNKNOWN, Pair
from napari_devolearn.training.data.targets import (
    DEPTH_UNIT,
    depth_of_cells,
    depth_targets,
    make_targets,
    needs_depth,
)

_EIGHT_BIT = 255.0
_CACHE_BYTES = 2**30
"""Maximum size of decoded slices in memory: decoding takes longer than augmentation."""


class PairsDataset:
    """Slices with their targets at the pixel size of a model.

    With a crop, items are augmented; their randomness depends only on the seed, the epoch and the index, so
    that a resumed run uses the same items as an uninterrupted one. Without a crop, for held-out pairs, items
    are whole slices as in inference; their sizes may differ.

    `folder`: contains ``images/`` and `masks`, a folder of masks with the same names.
    `pairs`: rows of its index; slices of the same volume serve as context of each other.
    `spec`: gives pixel size, outputs, context, z_step and percentiles.
    `crop`: edge of the square augmented items.
    `final_augment`: used from the epoch `final_from` on: strong augmentation prevents overfitting in a long
    training, weak augmentation at its end adapts the network to real slices.
    `whole_levels`: scale a crop by the percentiles of its whole slice, as inference does, instead of its own.
    These differ if the slice is much larger than the crop, or a few objects are brighter than all others.
    """

    def __init__(
        self,
        folder: Path,
        pairs: Sequence[Pair],
        spec: ModelSpec,
        *,
        crop: int | None = None,
        augment: AugmentParams | None = None,
        final_augment: AugmentParams | None = None,
        final_from: int = 0,
        seed: int = 0,
        masks: str = MASKS,
        whole_levels: bool = False,
    ) -> None:
        self.folder, self.pairs, self.spec, self.seed, self.epoch = folder, tuple(pairs), spec, seed, 0
        first = augment or AugmentParams()
        self._final_from = final_from
        self._augments = [Augmentation(params, crop) for params in (first, final_augment or first) if crop]
        self._slices: dict[tuple[str, int, int], Pair] = {(*pair.volume, pair.z): pair for pair in pairs}
        self._masks, self._whole_levels = masks, whole_levels
        self._cache: dict[str, tuple[npt.NDArray[Any], float]] = {}
        self._cached_bytes = 0
        self._deep = needs_depth(spec)
        self._depths: dict[str, npt.NDArray[np.uint16]] = {}

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.pairs)

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch, which determines the randomness of the next items."""
        self.epoch = epoch

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Image (C, Y, X) and targets (K, Y, X), both float32."""
        pair = self.pairs[index]
        image = self._slab(pair)
        mask = self._depth(pair) if self._deep else self._plane(self._masks, pair)[0].astype(np.uint16)
        if self._augments:
            rng = np.random.default_rng((self.seed, self.epoch, index))
            augment = self._augments[self.epoch >= self._final_from]
            known = _known_box(mask, augment.crop // 2)
            if self._whole_levels and self.spec.normalisation != "divide-255":
                scaled, mask = _scale_by_levels(augment, image, mask, known, self.spec, rng)
                return torch.from_numpy(scaled), torch.from_numpy(self._targets(mask))
            image, mask = augment(image[:, *known], mask[known], rng)
        scaled = scale_for_network(image, self.spec, eight_bit=self._plane(IMAGES, pair)[1] == _EIGHT_BIT)
        return torch.from_numpy(scaled), torch.from_numpy(self._targets(mask))

    def _targets(self, mask: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
        if not self._deep:
            return make_targets(mask, self.spec.outputs, self.spec.pixel_size)
        depth = np.where(mask == UNKNOWN, np.float32(np.nan), mask * np.float32(DEPTH_UNIT))
        return depth_targets(depth.astype(np.float32), self.spec.outputs)

    def _slab(self, pair: Pair) -> npt.NDArray[np.float32]:
        """The slice with its neighbours, from the lowest z up, in 0..1."""
        # noise and offsets need this scale; normalisation removes it later
        itself, white = self._plane(IMAGES, pair)
        planes = [itself]
        if self.spec.z_step is not None:
            step = self.spec.z_step / pair.voxel_z
            planes = [self._at(pair, k * step) for k in range(-self.spec.context, self.spec.context + 1)]
        return np.asarray(planes, np.float32) / np.float32(white)

    def _at(self, pair: Pair, step: float) -> npt.NDArray[np.float32]:
        """The plane at a distance of `step` slices, interpolated as in ``Movie.slab``."""
        low = math.floor(step)
        fraction = step - low
        below = self._plane(IMAGES, self._neighbour(pair, low))[0]
        if fraction == 0:
            return below
        above = self._plane(IMAGES, self._neighbour(pair, low + 1))[0]
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

    def _plane(self, kind: str, pair: Pair) -> tuple[npt.NDArray[Any], float]:
        """A file at the model's pixel size, cached up to `_CACHE_BYTES`, and the value of white in images."""
        name = f"{kind}/{pair.file}"
        if name in self._cache:
            return self._cache[name]
        plane = open_picture(self.folder / name).read(0, 0)[0]
        if bad := plane.size - int(np.isfinite(plane).sum()):
            raise DatasetError(
                f"{self.folder / name}: {bad} of {plane.size} pixels are NaN or infinite; replace these in "
                "the images (numpy.nan_to_num) and prepare the folder again"
            )
        white = _EIGHT_BIT if plane.dtype == np.uint8 else max(float(plane.max()), 1.0)
        resample = resample_image if kind == IMAGES else resample_labels
        decoded = resample(plane, self._shape(pair)), white
        if self._cached_bytes + decoded[0].nbytes <= _CACHE_BYTES:
            self._cache[name] = decoded
            self._cached_bytes += decoded[0].nbytes
        return decoded

    def _depth(self, pair: Pair) -> npt.NDArray[np.uint16]:
        """Depth in cells, measured in the whole volume: one slice does not show the extent along Z."""
        if pair.file not in self._depths:
            slices = sorted((one for one in self.pairs if one.volume == pair.volume), key=lambda one: one.z)
            masks = [open_picture(self.folder / self._masks / one.file).read(0, 0)[0] for one in slices]
            for one, plane in zip(slices, depth_of_cells(masks, slices), strict=True):
                self._depths[one.file] = resample_labels(plane, self._shape(one))
        return self._depths[pair.file]

    def _shape(self, pair: Pair) -> tuple[int, int]:
        return target_shape((pair.height, pair.width), (pair.voxel_y, pair.voxel_x), self.spec.pixel_size)


def scale_for_network(
    image: npt.NDArray[np.float32], spec: ModelSpec, *, eight_bit: bool
) -> npt.NDArray[np.float32]:
    """Scale the intensities of a slice as in inference.

    `image`: (C, Y, X), float32 in 0..1.
    `eight_bit`: whether 1 was 255 in an 8-bit file.
    """
    if spec.normalisation == "divide-255" and eight_bit:
        return image
    return scale_as_trained(image, np.float32, spec)


def _scale_by_levels(
    augment: Augmentation,
    image: npt.NDArray[np.float32],
    mask: npt.NDArray[np.uint16],
    known: tuple[slice, slice],
    spec: ModelSpec,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint16]]:
    """A crop scaled by the levels of its slice, which are augmented with it, as two planes of one value."""
    levels = slice_levels(image, spec.percentiles, field_pixels(spec))
    low, high = (np.full_like(image[:1], level) for level in levels)
    changed, mask = augment(np.concatenate([low, image, high])[:, *known], mask[known], rng)
    darkest, brightest = sorted(float(changed[end].mean()) for end in (0, -1))  # a flip along Z swaps them
    scaled = (changed[1:-1] - darkest) / max(brightest - darkest, 1e-6)
    return np.clip(scaled, -1, 4), mask


def _known_box(mask: npt.NDArray[np.uint16], margin: int) -> tuple[slice, slice]:
    """Bounding box of all known pixels plus a margin; nothing can be learnt elsewhere."""
    known = mask != UNKNOWN
    rows, columns = (np.flatnonzero(known.any(axis)) for axis in (1, 0))
    if not len(rows):
        return slice(None), slice(None)
    starts = max(int(rows[0]) - margin, 0), max(int(columns[0]) - margin, 0)
    return slice(starts[0], int(rows[-1]) + 1 + margin), slice(starts[1], int(columns[-1]) + 1 + margin)
