from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_devolearn.training.data.augment import Augmentation, AugmentParams

STILL = AugmentParams(
    blur=(0, 0),
    coarse=(1, 1),
    gamma=(1, 1),
    offset=(0, 0),
    contrast=(0, 0),
    depth=(0, 0),
    streaks=(0, 0),
    gauss=(0, 0),
    poisson=(0, 0),
)
"""Geometry alone."""


def marked(height: int = 120, width: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """A chessboard of 10 x 10 pixels; ids 7, 300 and 65535 of the mask have brightness 0.3, 0.6 and 0.9."""
    y, x = np.mgrid[:height, :width] // 10
    which = (y + 2 * x) % 4
    mask = np.array([0, 7, 300, 65535], np.uint16)[which]
    return (which * 0.3).astype(np.float32)[None], mask


def test_the_mask_moves_with_the_image() -> None:
    image, mask = marked()
    change = Augmentation(STILL, 96)
    for seed in range(10):
        moved, ids = change(image, mask, np.random.default_rng(seed))
        assert moved.shape == (1, 96, 96)
        assert set(np.unique(ids)) <= {0, 7, 300, 65535}
        expected = np.select([ids == 7, ids == 300, ids == 65535], [0.3, 0.6, 0.9])
        # where squares meet, the image is interpolated
        assert (np.abs(moved[0] - expected) < 0.1).mean() > 0.7


def test_noise_and_intensities_do_not_change_the_mask() -> None:
    image, mask = marked(64, 64)
    lively = AugmentParams(scale=(1, 1), rotate=0, shear=0, flip=False)
    moved = [Augmentation(lively, 64)(image, mask, np.random.default_rng(seed)) for seed in range(12)]
    for _, ids in moved:
        np.testing.assert_array_equal(ids, mask)
    assert sum(not np.array_equal(changed, image) for changed, _ in moved) >= 8


def test_noise_of_coarse_pixels_is_interpolated() -> None:
    noise = np.random.default_rng(0).random((1, 64, 64), np.float32)
    coarse = Augmentation(replace(STILL, coarse=(2, 2), scale=(1, 1), rotate=0, shear=0, flip=False), 64)

    def likeness(seed: int) -> float:
        image, _ = coarse(noise, np.zeros((64, 64), np.uint16), np.random.default_rng(seed))
        return float(np.corrcoef(image[0, :, 1:].ravel(), image[0, :, :-1].ravel())[0, 1])

    like = [likeness(seed) for seed in range(20)]
    assert max(like) > 0.6
    assert 1 <= sum(value > 0.3 for value in like) <= 10  # a fifth of the images, more or less


def test_bright_and_dark_are_inverted() -> None:
    image, mask = marked()
    still = AugmentParams(**{**vars(STILL), "scale": (1, 1), "rotate": 0, "shear": 0, "flip": False})
    crops = [
        Augmentation(replace(still, invert=invert), 96)(image, mask, np.random.default_rng(1))
        for invert in (0.0, 1.0)
    ]
    (plain, ids), (inverted, same) = crops
    np.testing.assert_allclose(inverted, 1 - plain, atol=1e-6)
    np.testing.assert_array_equal(ids, same)


def test_augmentation_depends_only_on_the_generator() -> None:
    image, mask = marked()
    used, fresh = (Augmentation(AugmentParams(), 64) for _ in range(2))
    for seed in range(8):
        used(image, mask, np.random.default_rng(99 + seed))
        pairs = zip(
            used(image, mask, np.random.default_rng(seed)),
            fresh(image, mask, np.random.default_rng(seed)),
            strict=True,
        )
        for one, other in pairs:
            np.testing.assert_array_equal(one, other)
    other = fresh(image, mask, np.random.default_rng(50))[0]
    assert not np.array_equal(fresh(image, mask, np.random.default_rng(51))[0], other)


def test_neighbouring_slices_move_together() -> None:
    image, mask = marked()
    stack = np.concatenate([image, image / 2, image / 4])
    moved, _ = Augmentation(STILL, 64)(stack, mask, np.random.default_rng(1))
    low, middle, high = sorted(moved, key=np.sum)
    np.testing.assert_allclose(middle, high / 2, atol=1e-6)
    np.testing.assert_allclose(low, high / 4, atol=1e-6)


def test_slices_smaller_than_the_crop_are_mirrored_to_it() -> None:
    image, mask = marked(40, 30)
    moved, ids = Augmentation(AugmentParams(), 96)(image, mask, np.random.default_rng(0))
    assert moved.shape == (1, 96, 96)
    assert ids.shape == (96, 96)


def test_invalid_values_are_reported() -> None:
    with pytest.raises(ValueError, match=r"scale \(0, 2\) .*; gauss \(0.2, 0.1\) .*; rotate 300"):
        AugmentParams(scale=(0, 2), gauss=(0.2, 0.1), rotate=300)
    with pytest.raises(ValueError, match=r"shading \(0, 2\) .*; invert 1.5 is not"):
        AugmentParams(shading=(0, 2), invert=1.5)
