"""Prepared pairs as network inputs and targets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from napari_devolearn._types import Floats32
from napari_devolearn.inference.inputs.grid import resample_labels
from napari_devolearn.inference.inputs.normalise import field_pixels, scale_as_trained, slice_levels
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.postprocess.components import bounding_box
from napari_devolearn.training.data.augment import Augmentation, AugmentParams
from napari_devolearn.training.data.pair_files import EIGHT_BIT, PairFiles
from napari_devolearn.training.data.pairs import IMAGES, MASKS, UNKNOWN, Pair
from napari_devolearn.training.data.targets import (
    DEPTH_UNIT,
    depth_of_cells,
    depth_targets,
    make_targets,
    needs_depth,
)


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
        self.pairs, self.spec, self.seed, self.epoch = tuple(pairs), spec, seed, 0
        first = augment or AugmentParams()
        self._final_from = final_from
        self._augments = [Augmentation(params, crop) for params in (first, final_augment or first) if crop]
        self._files, self._masks, self._whole_levels = PairFiles(folder, pairs, spec), masks, whole_levels
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
        image = self._files.slab(pair)
        mask = self._depth(pair) if self._deep else self._files.plane(self._masks, pair)[0].astype(np.uint16)
        if self._augments:
            rng = np.random.default_rng((self.seed, self.epoch, index))
            augment = self._augments[self.epoch >= self._final_from]
            # nothing can be learnt far from known pixels
            known = bounding_box(mask != UNKNOWN, [augment.crop // 2] * 2) or (slice(None), slice(None))
            if self._whole_levels and self.spec.normalisation != "divide-255":
                scaled, mask = _scale_by_levels(augment, image, mask, known, self.spec, rng)
                return torch.from_numpy(scaled), torch.from_numpy(self._targets(mask))
            image, mask = augment(image[:, *known], mask[known], rng)
        eight_bit = self._files.plane(IMAGES, pair)[1] == EIGHT_BIT
        scaled = scale_for_network(image, self.spec, eight_bit=eight_bit)
        return torch.from_numpy(scaled), torch.from_numpy(self._targets(mask))

    def _targets(self, mask: npt.NDArray[np.uint16]) -> Floats32:
        if not self._deep:
            return make_targets(mask, self.spec.outputs, self.spec.pixel_size)
        depth = np.where(mask == UNKNOWN, np.float32(np.nan), mask * np.float32(DEPTH_UNIT))
        return depth_targets(depth.astype(np.float32), self.spec.outputs)

    def _depth(self, pair: Pair) -> npt.NDArray[np.uint16]:
        """Depth in cells, measured in the whole volume: one slice does not show the extent along Z."""
        if pair.file not in self._depths:
            slices = sorted((one for one in self.pairs if one.volume == pair.volume), key=lambda one: one.z)
            masks = [self._files.read(self._masks, one) for one in slices]
            for one, plane in zip(slices, depth_of_cells(masks, slices), strict=True):
                self._depths[one.file] = resample_labels(plane, self._files.shape(one))
        return self._depths[pair.file]


def scale_for_network(image: Floats32, spec: ModelSpec, *, eight_bit: bool) -> Floats32:
    """Scale the intensities of a slice as in inference.

    `image`: (C, Y, X), float32 in 0..1.
    `eight_bit`: whether 1 was 255 in an 8-bit file.
    """
    if spec.normalisation == "divide-255" and eight_bit:
        return image
    return scale_as_trained(image, np.float32, spec)


def _scale_by_levels(
    augment: Augmentation,
    image: Floats32,
    mask: npt.NDArray[np.uint16],
    known: tuple[slice, ...],
    spec: ModelSpec,
    rng: np.random.Generator,
) -> tuple[Floats32, npt.NDArray[np.uint16]]:
    """A crop scaled by the levels of its slice, which are augmented with it, as two planes of one value."""
    levels = slice_levels(image, spec.percentiles, field_pixels(spec))
    low, high = (np.full_like(image[:1], level) for level in levels)
    changed, mask = augment(np.concatenate([low, image, high])[:, *known], mask[known], rng)
    darkest, brightest = sorted(float(changed[end].mean()) for end in (0, -1))  # a flip along Z swaps them
    scaled = (changed[1:-1] - darkest) / max(brightest - darkest, 1e-6)
    return np.clip(scaled, -1, 4), mask
