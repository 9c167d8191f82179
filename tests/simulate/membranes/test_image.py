from __future__ import annotations

import dataclasses

import numpy as np

from napari_devolearn.simulate.membranes.glow import Glow
from napari_devolearn.simulate.membranes.image import Microscope, render_membranes

STEP = 0.25
CLEAR = Microscope(deep_blur=(0, 0), fade=0, photons=1e5, reading=0)
EVEN = Glow(cell_spread=0, along_spread=0, hidden=(0, 0), grain=0, spots=0)


def bricks() -> np.ndarray:
    """Four cells in a row along X, (24, 32, 64) voxels, with a margin all around."""
    labels = np.zeros((24, 32, 64), np.uint32)
    labels[4:20, 4:28, 4:60] = 1 + np.arange(56) // 14
    return labels


def picture(microscope: Microscope, glow: Glow = EVEN) -> np.ndarray:
    """`bricks` through a microscope."""
    return render_membranes(bricks(), STEP, glow, microscope, np.random.default_rng(0)).astype(int)


def test_a_contact_has_the_gain_as_its_brightness() -> None:
    image = picture(CLEAR)
    assert abs(image[12, 16, 17:19].mean() - CLEAR.gain) < 25
    assert image[12, 16, 11] < 0.4 * image[12, 16, 18]
    assert image[12, 0, 0] == 0


def test_the_far_side_is_dimmer() -> None:
    for low in (True, False):
        image = picture(dataclasses.replace(CLEAR, fade=1.0, far_side_low=low))
        near, far = (image[17], image[6]) if low else (image[6], image[17])
        assert far.mean() < 0.75 * near.mean()


def test_the_black_level_removes_haze() -> None:
    hazy = dataclasses.replace(CLEAR, offset=0.1)
    assert picture(hazy)[0, 0, 0] == round(0.1 * CLEAR.gain)
    assert picture(dataclasses.replace(hazy, black=0.1))[0, 0, 0] <= 1


def test_the_same_seed_gives_the_same_image() -> None:
    first, second = (picture(Microscope(), Glow()) for _ in range(2))
    np.testing.assert_array_equal(first, second)
