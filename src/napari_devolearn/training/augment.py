"""What real embryos and microscopes vary in, applied to a slice and its mask."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

# albumentations asks the network for newer versions at import unless told not to
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2

if TYPE_CHECKING:
    from collections.abc import Sequence


def augmentation(crop: int, seed: int) -> A.Compose:
    """Random geometry on image and mask alike, random intensities on the image alone.

    Parameters
    ----------
    crop : int
        Edge of the square crop, in pixels.
    seed : int
        The same seed gives the same sequence of changes.

    Returns
    -------
    albumentations.Compose
        Called with ``image`` (Y, X) float32 in 0..1 and ``mask`` (Y, X) uint8.
    """
    return A.Compose([*_geometry(crop), *_intensity()], seed=seed)


def _geometry(crop: int) -> Sequence[A.BasicTransform]:
    return [
        # nuclei shrink by half over the movie, and a wrong pixel size scales them once more
        A.Affine(
            scale=(0.65, 1.5),
            rotate=(-180, 180),
            shear=(-8, 8),
            p=0.9,
            border_mode=cv2.BORDER_REFLECT_101,
        ),
        A.RandomCrop(crop, crop, pad_if_needed=True, border_mode=cv2.BORDER_REFLECT_101),
        A.HorizontalFlip(p=0.5),
        A.VerticalFlip(p=0.5),
    ]


def _intensity() -> Sequence[A.BasicTransform]:
    return [
        # smoothing stands for finer pixels averaged to these, noise for coarser or dimmer ones
        A.GaussianBlur(blur_limit=0, sigma_limit=(0.3, 1.6), p=0.4),
        A.RandomGamma(gamma_limit=(65, 150), p=0.5),
        A.RandomBrightnessContrast(brightness_limit=(0.0, 0.2), contrast_limit=(-0.3, 0.15), p=0.4),
        A.GaussNoise(std_range=(0.005, 0.06), p=0.4),
        A.ShotNoise(scale_range=(0.01, 0.08), p=0.3),
    ]
