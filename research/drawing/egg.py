"""Shape of the egg: a superellipsoid at any angle, and its fit to a recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_SOFT = 0.8  # um, width of the edge of the fitted egg
_OUTSIDE = 2.0  # weight of nuclear voxels outside the egg
_MAX_FLATNESS = 4.0


@dataclass(frozen=True, kw_only=True)
class TurnedEgg:
    """A superellipsoid (Barr 1981): an ellipse in the XY plane, flatter along Z for higher exponents.

    Parameters
    ----------
    center, semi : tuple of float
        Centre and semi-axes, (Z, Y, X) in um. Y and X are the egg's own axes.
    angle : float
        Of its long axis to X, in radians.
    flatness : float
        Exponent along Z: 2 is an ellipsoid.
    """

    center: tuple[float, float, float]
    semi: tuple[float, float, float]
    angle: float = 0.0
    flatness: float = 2.0

    def level(self, z: npt.ArrayLike, y: npt.ArrayLike, x: npt.ArrayLike) -> Floats:
        """Level of positions (in um, broadcast together): 0 in the middle, 1 on the surface."""
        away = [
            np.asarray(p, np.float32) - np.float32(c) for p, c in zip((z, y, x), self.center, strict=True)
        ]
        sine, cosine = np.float32(np.sin(self.angle)), np.float32(np.cos(self.angle))
        along, across = cosine * away[2] + sine * away[1], cosine * away[1] - sine * away[2]
        flat = (along / self.semi[2]) ** 2 + (across / self.semi[1]) ** 2
        high = np.abs(away[0] / np.float32(self.semi[0])) ** self.flatness
        return np.asarray((high + flat ** (self.flatness / 2)) ** (1 / self.flatness), np.float32)

    def planes(self, depths: npt.ArrayLike, shape: tuple[int, int], size: tuple[float, float]) -> Mask:
        """Masks of the egg in slices, (N, Y, X) bool.

        `depths`: (N,): Z of each slice, in um.
        `shape`: (Y, X).
        `size`: pixel size, (Y, X), in um.
        """
        y, x = ((np.arange(n) + 0.5) * s for n, s in zip(shape, size, strict=True))
        return self.level(np.asarray(depths)[:, None, None], y[:, None], x) <= 1


def fit_egg(light: Floats, depths: npt.NDArray[np.float64], nuclei: Mask, voxel_size: VoxelSize) -> TurnedEgg:
    """Fit an egg to the faint light of the cytoplasm and the positions of the nuclei.

    Least squares of a soft-edged egg and the light, plus a penalty for nuclear voxels outside (Nelder and
    Mead 1965).

    `light`: (N, Y, X), float32: mean of many frames in which the egg does not move, 0 for background and 1
    for cytoplasm; brighter light is clipped, so that nuclei do not matter. NaN where nothing was recorded.
    `depths`: (N,): Z of these slices, in um.
    `nuclei`: (N, Y, X), bool: where a nucleus was in any frame.
    `voxel_size`: (Z, Y, X) in um.
    """
    from scipy.optimize import minimize

    y, x = ((np.arange(n) + 0.5) * s for n, s in zip(light.shape[1:], voxel_size[1:], strict=True))
    seen = np.isfinite(light)

    def misfit(numbers: npt.NDArray[np.float64]) -> float:
        egg = _egg(numbers)
        away = (egg.level(depths[:, None, None], y[:, None], x) - 1) * np.float32(min(egg.semi))
        inside = 1 / (1 + np.exp(np.clip(away / np.float32(_SOFT / 2), -30, 30)))
        left_out = float(np.mean(np.maximum(away, 0)[nuclei])) if nuclei.any() else 0.0
        return float(np.mean((inside - light)[seen] ** 2)) + _OUTSIDE * left_out * float(nuclei.mean())

    start = _first_guess(np.nan_to_num(light) > 0.5, depths, y, x)
    found = minimize(misfit, start, method="Nelder-Mead", options={"maxfev": 700, "xatol": 0.02})
    return _egg(found.x)


def _egg(numbers: npt.NDArray[np.float64]) -> TurnedEgg:
    z, y, x, high, wide, long, angle, flatness = (float(n) for n in numbers)
    return TurnedEgg(
        center=(z, y, x),
        semi=(abs(high) + 1, abs(wide) + 1, abs(long) + 1),
        angle=angle,
        flatness=float(np.clip(flatness, 2, _MAX_FLATNESS)),
    )


def _first_guess(
    found: Mask, depths: npt.NDArray[np.float64], y: npt.NDArray[np.float64], x: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    if not found.any():
        raise ValueError("light: not above 0.5 anywhere, so no egg can be fitted; check the background level")
    k, i, j = np.nonzero(found)
    places = np.stack([depths[k], y[i], x[j]])
    middle = np.median(places, axis=1)
    spread = 2 * places.std(axis=1)
    return np.array([*middle, *spread, 0.0, 2.5])
