"""Projections of eight nuclei in bright cytoplasm, taken with few photons and cut close to the embryo."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

PIXEL = 0.25
"""um."""

_SIZE = (27.0, 17.0)  # half of the embryo, X Y, in um
_FIELD = (36.0, 52.0)  # Y X, in um: the embryo is cut a little at all sides but for the ends
_PLACES = ((-16, -3), (-9, 8), (-7, -9), (0, 1), (2, 11), (8, -9), (11, 5), (18, -1))
"""X Y of the nuclei, in um."""


def hazy_embryo(
    *, photons: float = 5.0, haze: float = 0.4, rows: float = 0.05, diameter: float = 6.0
) -> tuple[np.ndarray, float]:
    """A maximum projection of 24 planes, (144, 208), uint8, and the length of the embryo in pixels.

    `photons`: per pixel of a nucleus and plane.
    `haze`: brightness of the cytoplasm, relative to that of nuclei.
    `rows`: noise of whole rows, relative to the brightness of nuclei.
    """
    rng = np.random.default_rng(3)
    height, width = (round(length / PIXEL) for length in _FIELD)
    y, x = np.mgrid[:height, :width] * PIXEL
    y, x = y - _FIELD[0] / 2, x - _FIELD[1] / 2
    image = np.zeros((height, width))
    for plane in range(24):
        z = (plane - 11.5) / 12
        radius = 4 * ((x / _SIZE[0]) ** 2 + (y / _SIZE[1]) ** 2 + z**2 - 1)
        light = haze / (1 + np.exp(np.minimum(2 * radius, 30)))
        for number, (right, down) in enumerate(_PLACES):
            if abs(plane - 7 - number) <= 4:
                light += np.hypot(x - right, y - down) < diameter / 2
        light = gaussian_filter(light, 1) + 0.02
        noisy = rng.poisson(light * photons) / photons + rng.normal(0, rows, (height, 1))
        np.maximum(image, noisy, out=image)
    return np.rint((image * 200 / np.percentile(image, 99.5)).clip(0, 255)).astype(np.uint8), 2 * _SIZE[
        0
    ] / PIXEL
