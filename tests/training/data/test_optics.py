from __future__ import annotations

import random

import numpy as np

from napari_devolearn.training.data.optics import Depth, PhotonNoise, Shading, Streaks


def spot() -> np.ndarray:
    """A bright square on a dim background, (64, 48, 1)."""
    image = np.full((64, 48, 1), 0.1, np.float32)
    image[24:40, 16:32] = 0.9
    return image


def test_deeper_slices_are_dimmer_and_blurred() -> None:
    sharpness, brightness = [], []
    for depth in (0.0, 0.3, 0.6, 1.0):
        image = Depth((depth, depth)).apply(spot(), depth)
        assert image.shape == (64, 48, 1)
        sharpness.append(float(np.abs(np.diff(image[..., 0], axis=0)).max() / image.max()))
        brightness.append(float(image.mean()))
    assert sharpness == sorted(sharpness, reverse=True)
    assert brightness == sorted(brightness, reverse=True)


def test_a_streak_changes_whole_lines_along_one_axis() -> None:
    flat = np.full((64, 48, 3), 0.5, np.float32)
    transform = Streaks((0.1, 0.1), p=1)
    seen = set()
    for seed in range(8):
        transform.set_random_state(np.random.default_rng(seed), random.Random(seed))
        streaked = transform(image=flat)["image"]
        varies = tuple(bool(np.ptp(streaked, axis=axis).max() > 1e-3) for axis in (0, 1, 2))
        assert varies in {(True, False, False), (False, True, False)}
        seen.add(varies)
    assert len(seen) == 2


def test_shading_is_smooth_and_keeps_structures() -> None:
    transform = Shading((0.1, 0.1), p=1)
    transform.set_random_state(np.random.default_rng(0), random.Random(0))
    light = transform(image=np.full((64, 48, 2), 0.5, np.float32))["image"]
    assert light.shape == (64, 48, 2)
    assert light[..., 0].std() > 0.02
    assert np.abs(np.diff(light, n=2, axis=0)).max() < 1e-3
    np.testing.assert_array_equal(light[..., 0], light[..., 1])


def test_photon_noise_is_the_square_root_of_the_number() -> None:
    for brightness in (0.2, 0.8):
        flat = np.full((128, 128, 1), brightness, np.float32)
        noisy = PhotonNoise((0.01, 0.01)).apply(flat, share=0.01, seed=1)
        assert noisy.dtype == np.float32
        np.testing.assert_allclose(noisy.mean(), brightness, rtol=0.02)
        np.testing.assert_allclose(noisy.std(), np.sqrt(brightness * 0.01), rtol=0.1)
