"""What real embryos and microscopes vary in, applied to a slice and its mask."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ParameterError

# albumentations asks the network for newer versions at import unless told not to
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2

from napari_devolearn.training.data.optics import Depth, PhotonNoise, Shading, Streaks

Range = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class AugmentParams:
    """How far each property of an image is varied; a range of (0, 0), where it multiplies (1, 1), is off.

    Parameters
    ----------
    scale : tuple of float
        Magnification: nuclei shrink by half over a movie, and a wrong pixel size scales them once more.
    rotate, shear : float
        Largest angles, in degrees.
    flip : bool
        Mirror along Y, X and, between the channels of neighbouring slices, Z.
    blur : tuple of float
        Sigma in pixels: finer pixels averaged to these.
    coarse : tuple of float
        How many times coarser the microscope's pixels seem, from 1 up: what lies between them, noise
        too, is then interpolated. (1, 1) is off.
    gamma : tuple of float
        Exponent of the intensities, which lie in 0..1; (1, 1) is off.
    offset : tuple of float
        Added to all intensities: the camera's offset, the medium's glow.
    contrast : tuple of float
        Relative change of the brightness.
    depth : tuple of float
        How deep in the embryo the slice seems to lie, 0..1: see `Depth`.
    streaks : tuple of float
        How much the lines of a laser scan differ: see `Streaks`.
    shading : tuple of float
        How much uneven the illumination is: see `Shading`.
    invert : float
        How often bright and dark change places, 0..1, as between bright field and phase contrast.
    gauss, poisson : tuple of float
        Standard deviation of the reading noise, and brightness of one photon (so that full scale is its
        inverse in photons). On images alone, never on masks.

    Raises
    ------
    ValueError
        If a range falls or leaves its bounds; the message names every problem.
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
        problems = [
            f"{name} {getattr(self, name)} does not rise within {least} to {most}"
            for name, (least, most) in bounds.items()
            if not least <= getattr(self, name)[0] <= getattr(self, name)[1] <= most
        ]
        angles = {"rotate": 180.0, "shear": 45.0}
        if self.poisson[1] and not self.poisson[0]:
            problems.append("poisson begins at 0: no photon carries nothing")
        if not 0 <= self.invert <= 1:
            problems.append(f"invert {self.invert} is not from 0 to 1")
        problems += [
            f"{name} {getattr(self, name)} is not from 0 to {most:g}"
            for name, most in angles.items()
            if not 0 <= getattr(self, name) <= most
        ]
        if problems:
            raise ParameterError("AugmentParams: " + "; ".join(problems))


_COARSEN: dict[str, Any] = {"downscale": cv2.INTER_NEAREST, "upscale": cv2.INTER_LINEAR}


class Augmentation:
    """Random geometry on image and mask alike, random intensities on the image alone.

    Parameters
    ----------
    params : AugmentParams
    crop : int
        Edge of the square that comes out, in pixels.
    """

    def __init__(self, params: AugmentParams, crop: int) -> None:
        self.params, self.crop = params, crop
        self._change = A.Compose([*_geometry(params, crop), *_intensity(params)])

    def __call__(
        self, image: npt.NDArray[np.float32], mask: npt.NDArray[np.uint16], rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint16]]:
        """Change one slice.

        Parameters
        ----------
        image : ndarray, (C, Y, X), float32
            In 0..1; several channels are neighbouring slices.
        mask : ndarray, (Y, X), uint16
        rng : numpy.random.Generator
            All randomness comes from it.

        Returns
        -------
        image : ndarray, (C, crop, crop), float32
        mask : ndarray, (crop, crop), uint16
            No value that was not there.
        """
        if self.params.flip and rng.random() < 0.5:
            image = image[::-1]
        window = _window(mask.shape, self._reach, rng)
        # one generator for all of them: set_random_seed would make every transform throw the same dice
        self._change.set_random_state(rng, random.Random(int(rng.integers(2**62))))  # noqa: S311
        changed = self._change(
            image=np.ascontiguousarray(image[:, *window].transpose(1, 2, 0)),
            mask=np.ascontiguousarray(mask[window]),
        )
        channels = changed["image"].reshape(self.crop, self.crop, -1).transpose(2, 0, 1)
        return np.ascontiguousarray(channels, np.float32), changed["mask"]

    @property
    def _reach(self) -> int:
        """Edge of the square that a crop can come from, however it is turned and scaled."""
        return int(np.ceil(self.crop * np.sqrt(2) / min(self.params.scale[0], 1))) + 2


def _window(shape: Sequence[int], reach: int, rng: np.random.Generator) -> tuple[slice, ...]:
    starts = [int(rng.integers(max(edge - reach, 0) + 1)) for edge in shape]
    return tuple(slice(start, start + reach) for start in starts)


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
    wanted: list[tuple[Range, A.BasicTransform]] = [
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
    return [transform for amount, transform in wanted if any(amount)]
