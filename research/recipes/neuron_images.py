"""Images of neurons with their masks: crops for training, whole images for evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.inference.inputs.grid import resample_image
from napari_devolearn.inference.inputs.normalise import normalise
from napari_devolearn.io.pictures.picture import LUMA, read_colours
from napari_devolearn.training.data.augment import Augmentation, AugmentParams

RGB = npt.NDArray[np.uint8]

_CUT = 127  # masks are 0 and 255


def find_images(folder: Path) -> list[Path]:
    """The images of a folder with ``images/`` and ``masks/``, by name.

    Raises DatasetError if there are none, or one has no mask.
    """
    paths = sorted((folder / "images").glob("*.jpg"))
    missing = [path.name for path in paths if not mask_of(path).is_file()]
    if not paths or missing:
        what = f"no mask for {', '.join(missing[:5])}" if missing else "no images/*.jpg"
        raise DatasetError(f"{folder}: {what}; give the folder of all data sets (--data)")
    return paths


def mask_of(image: Path) -> Path:
    """Path of the mask of an image."""
    return image.parent.parent / "masks" / f"{image.stem}.png"


def read_pair(image: Path) -> tuple[RGB, npt.NDArray[np.bool_]]:
    """An RGB image (Y, X, 3) uint8 and its mask (Y, X) bool.

    Raises DatasetError if they differ in size.
    """
    colours, mask = read_colours(image), read_colours(mask_of(image))
    if colours.shape[:2] != mask.shape[:2]:
        raise DatasetError(
            f"{image}: {colours.shape[:2]} pixels, but its mask {mask.shape[:2]}; restore the files"
        )
    if colours.ndim == 2:
        colours = np.repeat(colours[..., None], 3, axis=2)
    return colours, (mask if mask.ndim == 2 else mask[..., 0]) > _CUT


class NeuronImages(torch.utils.data.Dataset[tuple[Tensor, Tensor]]):
    """Images at the scale of the model, all in memory.

    Parameters
    ----------
    images : sequence of Path
    edge : int
        Longer edge of an image after resampling, in pixels.
    percentiles : tuple of float
        Of the model's spec.
    crop : int, optional
        Edge of the square augmented items; by default items are whole images, converted to greyscale by
        `LUMA`, as in inference.
    repeats : int
        Crops of each image per epoch.
    augment, final_augment : AugmentParams, optional
        Augmentation, and a weaker one from the epoch `final_from` on.
    final_from : int
    seed : int
    """

    def __init__(
        self,
        images: Sequence[Path],
        *,
        edge: int,
        percentiles: tuple[float, float],
        crop: int | None = None,
        repeats: int = 1,
        augment: AugmentParams | None = None,
        final_augment: AugmentParams | None = None,
        final_from: int = 0,
        seed: int = 0,
    ) -> None:
        self.images, self.seed, self.epoch = tuple(images), seed, 0
        self._percentiles, self._repeats, self._final_from = percentiles, repeats, final_from
        first = augment or AugmentParams()
        self._augments = [Augmentation(params, crop) for params in (first, final_augment or first) if crop]
        self._pairs = [_at_scale(*read_pair(path), edge) for path in images]

    def __len__(self) -> int:
        """Number of items per epoch."""
        return len(self._pairs) * self._repeats

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch, which determines the randomness of the next items."""
        self.epoch = epoch

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Image (1, Y, X) and mask (1, Y, X), both float32."""
        colours, mask = self._pairs[index // self._repeats]
        grey = np.tensordot(np.array(LUMA, np.float32), colours, 1)[None]
        if self._augments:
            rng = np.random.default_rng((self.seed, self.epoch, index))
            # cameras differ in colour sensitivity, and most are monochrome
            grey = np.tensordot(rng.dirichlet((2, 3, 2)).astype(np.float32), colours, 1)[None]
            grey, mask = self._augments[self.epoch >= self._final_from](grey, mask, rng)
        scaled = normalise(grey, self._percentiles)
        target = (mask > _CUT).astype(np.float32)[None]
        return torch.from_numpy(scaled), torch.from_numpy(target)


def _at_scale(
    colours: RGB, mask: npt.NDArray[np.bool_], edge: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint16]]:
    """Resampled RGB (3, Y, X) in 0..1, and mask as 0..255, in which 127 is the border between pixels."""
    longest = max(mask.shape)
    height, width = (max(1, round(n * edge / longest)) for n in mask.shape)
    small = resample_image(np.ascontiguousarray(colours.transpose(2, 0, 1)), (height, width)) / 255
    covered = resample_image(mask.astype(np.float32) * 255, (height, width))
    return small.astype(np.float32), np.rint(covered).astype(np.uint16)
