from __future__ import annotations

import itertools

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from napari_devolearn.lineage.plot.palette import PALETTES, Theme

_VISION = {
    "full": np.eye(3),
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
"""Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB."""


def linear(colour: str) -> np.ndarray:
    levels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def seen(colour: str, vision: str) -> np.ndarray:
    light = (np.array(_VISION[vision]) @ linear(colour)).clip(0, 1)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return rgb2lab(coded)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.1."""
    low, high = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("vision", _VISION)
def test_all_lineage_colours_are_distinguishable(theme: Theme, vision: str) -> None:
    series = PALETTES[theme].series
    closest = min(
        (float(deltaE_ciede2000(seen(series[a], vision), seen(series[b], vision))), a, b)
        for a, b in itertools.combinations(series, 2)
    )
    assert closest[0] > 10, closest


@pytest.mark.parametrize("theme", PALETTES)
def test_each_curve_has_a_contrast_of_3_to_1(theme: Theme) -> None:
    palette = PALETTES[theme]
    assert min(contrast(colour, palette.ground) for colour in palette.series.values()) >= 3
