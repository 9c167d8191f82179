"""Effects of a microscope on a slice: light lost and scattered in depth, scan lines, photon noise."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2

_SIGMA = 3.0  # pixels, blur at depth 1
_LOSS = 1.6  # attenuation at depth 1: a fifth of the light remains
_SCATTER = 0.15  # fraction of the lost light that becomes uniform haze
_HOT_LINES = 3


class Depth(A.ImageOnlyTransform):  # type: ignore[misc]
    """Simulates a deeper slice: blurred, attenuated exponentially (Beer and Lambert), with haze.

    Parameters
    ----------
    depth : tuple of float
        Range within 0..1; 1 blurs by 3 pixels and leaves a fifth of the light.
    p : float
        Probability.
    """

    def __init__(self, depth: tuple[float, float], p: float = 0.5) -> None:
        super().__init__(p=p)
        self.depth = depth

    def get_params(self) -> dict[str, Any]:
        """Draw random parameters."""
        return {"depth": self.py_random.uniform(*self.depth)}

    def apply(self, img: npt.NDArray[np.float32], depth: float, **_: Any) -> npt.NDArray[np.float32]:
        """Change an image (Y, X, C), float32 in 0..1."""
        if depth * _SIGMA < 0.1:
            return img
        blurred = cv2.GaussianBlur(img, (0, 0), depth * _SIGMA, borderType=cv2.BORDER_REFLECT_101)
        kept = np.exp(-_LOSS * depth)
        haze = _SCATTER * (1 - kept) * float(img.mean())
        dimmed: npt.NDArray[np.float32] = (blurred.reshape(img.shape) * kept + haze).astype(np.float32)
        return dimmed


class _Uneven(A.ImageOnlyTransform):  # type: ignore[misc]
    """Changes of a random strength.

    Parameters
    ----------
    strength : tuple of float
        Range of the standard deviation.
    p : float
        Probability.
    """

    def __init__(self, strength: tuple[float, float], p: float = 0.5) -> None:
        super().__init__(p=p)
        self.strength = strength


class Streaks(_Uneven):
    """Lines along one axis that are brighter or darker than their neighbours, a few of them hot.

    The strength is the relative standard deviation between lines.
    """

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Draw random parameters."""
        rng = self.random_generator
        axis = int(rng.integers(2))
        lines = params["shape"][axis]
        strength = rng.uniform(*self.strength)
        gain = 1 + strength * rng.standard_normal(lines)
        hot = np.zeros(lines)
        hot[rng.integers(lines, size=rng.integers(_HOT_LINES + 1))] = strength * rng.random()
        return {"gain": np.expand_dims(gain, 1 - axis), "hot": np.expand_dims(hot, 1 - axis)}

    def apply(
        self,
        img: npt.NDArray[np.float32],
        gain: npt.NDArray[np.float64],
        hot: npt.NDArray[np.float64],
        **_: Any,
    ) -> npt.NDArray[np.float32]:
        """Change an image (Y, X, C), float32 in 0..1."""
        channels = (..., None) if img.ndim == 3 else ...
        changed = img * gain[channels].astype(np.float32) + hot[channels].astype(np.float32)
        return np.clip(changed, 0, 1).astype(np.float32)


class Shading(_Uneven):
    """Uneven illumination: a gradient over the image and a paraboloid around one position.

    The strength, within 0..1, is the standard deviation of each of the three terms across the image.
    """

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Draw random parameters."""
        rng = self.random_generator
        y, x = (np.linspace(-1, 1, n) for n in params["shape"][:2])
        at_y, at_x = rng.uniform(-1, 1, 2)
        bowl = (y[:, None] - at_y) ** 2 + (x - at_x) ** 2
        slope_y, slope_x, depth = rng.standard_normal(3) * rng.uniform(*self.strength)
        return {"light": slope_y * y[:, None] + slope_x * x + depth * (bowl - bowl.mean())}

    def apply(
        self, img: npt.NDArray[np.float32], light: npt.NDArray[np.float64], **_: Any
    ) -> npt.NDArray[np.float32]:
        """Change an image (Y, X, C), float32 in 0..1."""
        channels = (..., None) if img.ndim == 3 else ...
        lit: npt.NDArray[np.float32] = np.clip(img + light[channels].astype(np.float32), 0, 1)
        return lit


class PhotonNoise(A.ImageOnlyTransform):  # type: ignore[misc]
    """Poisson noise of photons.

    ``ShotNoise`` of albumentations assumes a photograph with a gamma of 2.2, but intensities of a
    microscope's camera are linear.

    Parameters
    ----------
    share : tuple of float
        Range of the brightness of one photon, above 0; drawn uniformly in its logarithm.
    p : float
        Probability.
    """

    def __init__(self, share: tuple[float, float], p: float = 0.5) -> None:
        super().__init__(p=p)
        self.share = share

    def get_params(self) -> dict[str, Any]:
        """Draw random parameters."""
        low, high = np.log(self.share)
        return {"share": np.exp(self.py_random.uniform(low, high)), "seed": self.py_random.getrandbits(62)}

    def apply(
        self, img: npt.NDArray[np.float32], share: float, seed: int, **_: Any
    ) -> npt.NDArray[np.float32]:
        """Change an image (Y, X, C), float32 in 0..1."""
        photons = np.random.default_rng(seed).poisson(np.maximum(img, 0) / share)
        noisy: npt.NDArray[np.float32] = np.minimum(photons * np.float32(share), 1).astype(np.float32)
        return noisy
