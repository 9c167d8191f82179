"""Effects of a microscope on a slice: light lost and scattered in depth, scan lines, photon noise."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from napari_devolearn._types import Floats, Floats32

# keeps albumentations from checking for new versions online at import
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2

_SIGMA = 3.0  # pixels, blur at depth 1
_LOSS = 1.6  # attenuation at depth 1: a fifth of the light remains
_SCATTER = 0.15  # fraction of the lost light that becomes uniform haze
_HOT_LINES = 3

Image = Floats32


class _Effect(A.ImageOnlyTransform):  # type: ignore[misc]
    """An effect on an image (Y, X, C), float32 in 0..1, of a random amount within a range."""

    def __init__(self, amount: tuple[float, float], p: float = 0.5) -> None:
        super().__init__(p=p)
        self.amount = amount


class Depth(_Effect):
    """Simulates a deeper slice: blurred, attenuated exponentially (Beer and Lambert), with haze.

    The amount is the depth, within 0..1; 1 blurs by 3 pixels and leaves a fifth of the light.
    """

    def get_params(self) -> dict[str, Any]:
        """Draw random parameters."""
        return {"depth": self.py_random.uniform(*self.amount)}

    def apply(self, img: Image, depth: float, **_: Any) -> Image:
        """Change an image."""
        if depth * _SIGMA < 0.1:
            return img
        blurred = cv2.GaussianBlur(img, (0, 0), depth * _SIGMA, borderType=cv2.BORDER_REFLECT_101)
        kept = np.exp(-_LOSS * depth)
        haze = _SCATTER * (1 - kept) * float(img.mean())
        return np.asarray((blurred.reshape(img.shape) * kept + haze).astype(np.float32))


class Streaks(_Effect):
    """Lines along one axis that are brighter or darker than their neighbours, a few of them hot.

    The amount is the relative standard deviation between lines.
    """

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Draw random parameters."""
        rng = self.random_generator
        axis = int(rng.integers(2))
        lines = params["shape"][axis]
        strength = rng.uniform(*self.amount)
        gain = 1 + strength * rng.standard_normal(lines)
        hot = np.zeros(lines)
        hot[rng.integers(lines, size=rng.integers(_HOT_LINES + 1))] = strength * rng.random()
        return {"gain": np.expand_dims(gain, 1 - axis), "hot": np.expand_dims(hot, 1 - axis)}

    def apply(self, img: Image, gain: Floats, hot: Floats, **_: Any) -> Image:
        """Change an image."""
        return np.asarray(np.clip(img * _planes(gain, img) + _planes(hot, img), 0, 1))


class Shading(_Effect):
    """Uneven illumination: a gradient over the image and a paraboloid around one position.

    The amount, within 0..1, is the standard deviation of each of the three terms across the image.
    """

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Draw random parameters."""
        rng = self.random_generator
        y, x = (np.linspace(-1, 1, n) for n in params["shape"][:2])
        at_y, at_x = rng.uniform(-1, 1, 2)
        bowl = (y[:, None] - at_y) ** 2 + (x - at_x) ** 2
        slope_y, slope_x, depth = rng.standard_normal(3) * rng.uniform(*self.amount)
        return {"light": slope_y * y[:, None] + slope_x * x + depth * (bowl - bowl.mean())}

    def apply(self, img: Image, light: Floats, **_: Any) -> Image:
        """Change an image."""
        return np.asarray(np.clip(img + _planes(light, img), 0, 1))


class PhotonNoise(_Effect):
    """Poisson noise of photons; the amount is the brightness of one, above 0, uniform in its logarithm.

    ``ShotNoise`` of albumentations assumes a photograph with a gamma of 2.2, but intensities of a
    microscope's camera are linear.
    """

    def get_params(self) -> dict[str, Any]:
        """Draw random parameters."""
        low, high = np.log(self.amount)
        return {"share": np.exp(self.py_random.uniform(low, high)), "seed": self.py_random.getrandbits(62)}

    def apply(self, img: Image, share: float, seed: int, **_: Any) -> Image:
        """Change an image."""
        photons = np.random.default_rng(seed).poisson(np.maximum(img, 0) / share)
        return np.asarray(np.minimum(photons * np.float32(share), 1).astype(np.float32))


def _planes(values: Floats, img: Image) -> Image:
    """Values (Y, X) for every channel of an image (Y, X, C) or (Y, X)."""
    return values[(..., None) if img.ndim == 3 else ...].astype(np.float32)
