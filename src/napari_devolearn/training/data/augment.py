"""Random variation of slices and masks, as between real embryos and microscopes."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats32
from napari_devolearn.exceptions import refuse

# as in optics.py
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2

from napari_devolearn.training.data.optics import Depth, PhotonNoise, Shading, Streaks

Range = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class AugmentParams:
    """Amount of variation of each property of an image; a range of (0, 0), or (1, 1) for factors, is off.

    `scale`: magnification: nuclei shrink by half during development, and the pixel size may be wrong.
    `rotate, shear`: maximum angles, in degrees.
    `flip`: mirror along Y, X and, between the channels of neighbouring slices, Z.
    `blur`: sigma in pixels, as for averages of finer pixels.
    `coarse`: factor by which pixels of the microscope are coarser, from 1; the image, with its noise, is
    interpolated from these. (1, 1) is off.
    `gamma`: exponent of the intensities, which are 0..1; (1, 1) is off.
    `offset`: added to all intensities, as by the camera's offset and background fluorescence.
    `contrast`: relative change of the brightness.
    `depth`: simulated depth of the slice in the embryo, 0..1: see `Depth`.
    `streaks`: variation between the lines of a laser scan: see `Streaks`.
    `shading`: amount of uneven illumination: see `Shading`.
    `invert`: probability of inverting the image, 0..1, as between bright field and phase contrast.
    `gauss, poisson`: standard deviation of the read noise, and brightness of one photon (full scale is its
    inverse in photons). Only on images, never on masks.
    Raises ParameterError if a range is not ascending or out of bounds; the message lists every problem.
    """

    scale: Range = (0.65, 1.5)
    rotate: float = 180.0
    shear: float = 8.0
    flip: bool = True
    blur: Range = (0.3, 1.6)
    coarse: Range = (1.0, 2.3)
    gamma: Range = (0.65, 1.5)
    offset: Range = (0.0, 0.2)
    contrast: Range = (-0.3, 0.15)
    depth: Range = (0.0, 1.0)
    streaks: Range = (0.02, 0.12)
    shading: Range = (0.0, 0.0)
    invert: float = 0.0
    gauss: Range = (0.005, 0.06)
    poisson: Range = (0.001, 0.05)

    def __post_init__(self) -> None:
        bounds = {
            **dict.fromkeys(("scale", "gamma"), (0.1, 10.0)),
            "coarse": (1.0, 10.0),
            **dict.fromkeys(("offset", "contrast"), (-1.0, 1.0)),
            **dict.fromkeys(("depth", "streaks", "shading", "gauss", "poisson"), (0.0, 1.0)),
            "blur": (0.0, 10.0),
        }
        dark = bool(self.poisson[1] and not self.poisson[0])
        checks = [(dark, "poisson begins at 0, but a photon needs a brightness above 0")]
        for name, (low, most) in bounds.items():
            first, last = getattr(self, name)
            text = f"{name} {first, last} is not ascending within {low} to {most}"
            checks.append((not low <= first <= last <= most, text))
        for name, most in {"rotate": 180.0, "shear": 45.0, "invert": 1.0}.items():
            value = getattr(self, name)
            checks.append((not 0 <= value <= most, f"{name} {value} is not from 0 to {most:g}"))
        refuse("AugmentParams", checks, remedy="change the values")


_COARSEN: dict[str, Any] = {"downscale": cv2.INTER_NEAREST, "upscale": cv2.INTER_LINEAR}


class Augmentation:
    """Random geometric changes of image and mask, and random intensity changes of the image.

    `crop`: edge of the square result, in pixels.
    """

    def __init__(self, params: AugmentParams, crop: int) -> None:
        self.params, self.crop = params, crop
        # edge of the square that contains every crop, for all rotations and scales
        self._window = int(np.ceil(crop * np.sqrt(2) / min(params.scale[0], 1))) + 2
        self._change = A.Compose([*_geometry(params, crop), *_intensity(params)])

    def __call__(
        self, image: Floats32, mask: npt.NDArray[np.uint16], rng: np.random.Generator
    ) -> tuple[Floats32, npt.NDArray[np.uint16]]:
        """Change one slice.

        `image`: (C, Y, X), float32 in 0..1; several channels are neighbouring slices.
        `mask`: (Y, X), uint16.
        `rng`: source of all randomness.
        Returns the image, (C, crop, crop) float32, and the mask, (crop, crop) uint16, without new values.
        """
        if self.params.flip and rng.random() < 0.5:
            image = image[::-1]
        window = tuple(
            slice(start, start + self._window)
            for start in (int(rng.integers(max(edge - self._window, 0) + 1)) for edge in mask.shape)
        )
        # one generator for all: with set_random_seed, all transforms would draw the same numbers
        self._change.set_random_state(rng, random.Random(int(rng.integers(2**62))))  # noqa: S311
        changed = self._change(
            image=np.ascontiguousarray(image[:, *window].transpose(1, 2, 0)),
            mask=np.ascontiguousarray(mask[window]),
        )
        channels = changed["image"].reshape(self.crop, self.crop, -1).transpose(2, 0, 1)
        return np.ascontiguousarray(channels, np.float32), changed["mask"]


def _geometry(params: AugmentParams, crop: int) -> list[A.BasicTransform]:
    border: dict[str, Any] = {"border_mode": cv2.BORDER_REFLECT_101}
    flips = [A.HorizontalFlip(p=0.5), A.VerticalFlip(p=0.5)] if params.flip else []
    turn, shear = params.rotate, params.shear
    return [
        A.Affine(scale=params.scale, rotate=(-turn, turn), shear=(-shear, shear), p=0.9, **border),
        A.RandomCrop(crop, crop, pad_if_needed=True, **border),
        *flips,
    ]


def _intensity(params: AugmentParams) -> list[A.BasicTransform]:
    low, high = params.gamma
    transforms: list[tuple[Range, A.BasicTransform]] = [
        (params.blur, A.GaussianBlur(blur_limit=0, sigma_limit=params.blur, p=0.4)),
        (params.depth, Depth(params.depth, p=0.25)),
        ((low - 1, high - 1), A.RandomGamma(gamma_limit=(100 * low, 100 * high), p=0.5)),
        (
            (min(*params.offset, *params.contrast), max(*params.offset, *params.contrast)),
            A.RandomBrightnessContrast(params.offset, params.contrast, p=0.4),
        ),
        (params.shading, Shading(params.shading, p=0.5)),
        ((params.invert, 0.0), A.InvertImg(p=params.invert)),
        (params.streaks, Streaks(params.streaks, p=0.2)),
        (params.gauss, A.GaussNoise(std_range=params.gauss, p=0.4)),
        (params.poisson, PhotonNoise(params.poisson, p=0.3)),
        (
            (params.coarse[0] - 1, params.coarse[1] - 1),
            A.Downscale((1 / params.coarse[1], 1 / params.coarse[0]), interpolation_pair=_COARSEN, p=0.2),
        ),
    ]
    return [transform for amount, transform in transforms if any(amount)]
