from __future__ import annotations

import cv2
import numpy as np
import pytest

from research.recipes.volume_augment import random_view, vary_light


@pytest.mark.parametrize("seed", range(5))
def test_a_view_keeps_areas_up_to_its_scale(seed: int) -> None:
    view, scale = random_view(np.random.default_rng(seed), (100, 80), 32, 1.5)
    assert abs(np.linalg.det(view[:, :2])) == pytest.approx((1.5 * scale) ** 2)
    assert 0.75 < scale < 1.3


def test_the_middle_of_the_crop_is_near_the_middle_of_the_slice() -> None:
    for seed in range(20):
        view, _ = random_view(np.random.default_rng(seed), (100, 80), 32, 1.0)
        x, y = view @ (16, 16, 1)
        assert 20 <= x <= 60
        assert 25 <= y <= 75


def test_views_show_either_side() -> None:
    sides = {
        np.sign(np.linalg.det(random_view(np.random.default_rng(seed), (9, 9), 8, 1.0)[0][:, :2]))
        for seed in range(20)
    }
    assert sides == {-1.0, 1.0}


def test_light_changes_all_channels_and_keeps_bright_structures() -> None:
    plane = np.zeros((32, 32), np.float32)
    plane[:, 14:18] = 1
    for seed in range(20):
        slab = vary_light(np.stack([plane, plane]), np.random.default_rng(seed))
        assert slab.dtype == np.float32
        assert slab[0, :, 15].mean() > slab[0, :, :8].mean() + 0.2
        smooth = [cv2.GaussianBlur(one, (0, 0), 4) for one in slab]
        np.testing.assert_allclose(smooth[0], smooth[1], atol=0.05)
