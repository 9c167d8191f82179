"""Real stacks are labelled by a model, on its own voxels."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from skimage.io import imsave

from drawn_cells import STEP, Dark, bricks, bright_membranes
from napari_devolearn.inference.model import Model
from napari_devolearn.training.membrane import SPEC
from napari_devolearn.training.self_training import cubic, label_stacks, touching
from napari_devolearn.training.volumes import DEPTH_UNIT, GAP

RAW = (0.5, 0.125, 0.125)  # um, Z Y X


def test_a_stack_gets_the_cells_that_the_model_sees(tmp_path: Path) -> None:
    image = bright_membranes(bricks())[::2].repeat(2, 1).repeat(2, 2)
    imsave(tmp_path / "t001.tif", image, check_contrast=False)
    model = Model(dataclasses.replace(SPEC, percentiles=(0.0, 100.0)), Dark(), "cpu")
    (volume,) = label_stacks([tmp_path / "t001.tif"], RAW, model)
    assert volume.image.shape == volume.depth.shape == (31, 56, 56)
    depth = volume.depth[15] * DEPTH_UNIT
    assert depth[16, 16] > 2
    assert depth[28, 28] < 0.5  # where four cells meet
    assert depth[0, 0] == 0
    assert volume.beyond < 0


def test_resampling_keeps_a_ramp_a_ramp() -> None:
    ramp = np.broadcast_to(np.arange(10, dtype=np.uint8)[:, None, None] * 20, (10, 8, 8))
    fine = cubic(np.ascontiguousarray(ramp), (0.5, 0.25, 0.25), 0.25)
    assert fine.shape == (19, 8, 8)
    np.testing.assert_array_equal(fine[:, 0, 0], np.arange(19) * 10)


def test_cells_grow_until_they_touch_but_not_outwards() -> None:
    whole = bricks()
    inside = whole.copy()
    inside[:, 27:29] = inside[:, :, 27:29] = 0
    grown = touching(inside, STEP)
    assert (grown[10, 10:46, 10:46] > 0).all()
    np.testing.assert_array_equal(np.unique(grown), np.arange(5))
    outermost = np.flatnonzero((grown[10] > 0).any(1))
    assert outermost[0] == 4 - round(GAP / STEP)
