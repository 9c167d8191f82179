"""The same geometry on image and mask; the same sequence for the same seed."""

from __future__ import annotations

import numpy as np

from napari_devolearn.training.augment import augmentation


def test_the_mask_moves_with_the_image_and_stays_binary() -> None:
    y, x = np.mgrid[:120, :150]
    mask = ((y - 60) ** 2 + (x - 75) ** 2 < 30**2).astype(np.uint8)
    image = mask * np.float32(0.8) + np.float32(0.1)
    change = augmentation(96, seed=1)
    for _ in range(10):
        out = change(image=image, mask=mask)
        assert out["image"].shape == out["mask"].shape == (96, 96)
        assert set(np.unique(out["mask"])) <= {0, 1}
        bright = out["image"] > (out["image"].max() + out["image"].min()) / 2
        if out["mask"].sum() > 500:
            assert (bright & (out["mask"] > 0)).sum() > 0.7 * out["mask"].sum()


def test_the_same_seed_gives_the_same_changes() -> None:
    image = np.random.default_rng(0).random((80, 80), np.float32)
    mask = (image > 0.5).astype(np.uint8)
    first, again, other = (augmentation(64, seed)(image=image, mask=mask)["image"] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
