"""Random views and brightness of slices with their neighbours: the same change for every channel."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def random_view(
    rng: np.random.Generator, shape: tuple[int, ...], crop: int, pixel: float
) -> tuple[npt.NDArray[np.float64], float]:
    """Random rotation, mirroring, scale (up to a quarter) and slight anisotropy.

    `shape`: (Y, X) of the slice; the centre of the crop is in its middle half.
    `crop`: edge of the crop, in pixels.
    `pixel`: edge of the crop's pixel, in pixels of the slice.
    Returns the (2, 3) matrix from (x, y) of the crop to the slice, for ``cv2.warpAffine`` with
    ``WARP_INVERSE_MAP``, and the scale: um of the embryo per um of the crop.
    """
    angle, side = rng.uniform(0, 2 * np.pi), rng.choice([-1.0, 1.0])
    scale, squeeze = np.exp(rng.uniform(-0.25, 0.25)), np.exp(rng.uniform(-0.08, 0.08))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn = turn @ np.diag([side * squeeze, 1 / squeeze]) * (scale * pixel)
    middle = rng.uniform(0.25, 0.75, 2) * np.array(shape[::-1])
    return np.column_stack([turn, middle - turn @ np.full(2, crop / 2)]), float(scale)


def vary_light(slab: Floats, rng: np.random.Generator) -> Floats:
    """Blur, contrast, uneven illumination, haze and noise; `slab` is (C, Y, X), mostly in 0..1."""
    if rng.random() < 0.3:
        sigma = rng.uniform(0.3, 1.0)
        slab = np.stack([cv2.GaussianBlur(plane, (0, 0), sigma) for plane in slab])
    if rng.random() < 0.5:
        slab = np.sign(slab) * np.abs(slab) ** np.exp(rng.uniform(-0.4, 0.3))
    slab = slab * np.exp(rng.uniform(-0.3, 0.4))
    if rng.random() < 0.3:
        uneven = rng.normal(0, 0.35, (3, 3)).astype(np.float32)
        slab = slab * np.exp(cv2.resize(uneven, slab.shape[:0:-1], interpolation=cv2.INTER_CUBIC))
    if rng.random() < 0.3:
        slab = slab + rng.uniform(0, 0.15)
    if rng.random() < 0.4:
        slab = slab + rng.normal(0, rng.uniform(0, 0.08), slab.shape).astype(np.float32)
    return slab.astype(np.float32)
