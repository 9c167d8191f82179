"""Random microscopes of simulated membranes."""

from __future__ import annotations

import numpy as np

from napari_devolearn.simulate.membranes.image import render_membranes
from research.drawing.microscopes import draw_glow, draw_microscope


def test_the_same_seed_gives_the_same_image() -> None:
    labels = np.zeros((24, 32, 64), np.uint32)
    labels[4:20, 4:28, 4:60] = 1 + np.arange(56) // 14
    first, second = (
        render_membranes(labels, 0.25, draw_glow(rng), draw_microscope(rng), rng)
        for rng in (np.random.default_rng(3), np.random.default_rng(3))
    )
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, second)
