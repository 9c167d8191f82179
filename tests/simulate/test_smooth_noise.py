from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.simulate.smooth_noise import refine, smooth_noise


@pytest.mark.parametrize("sigma", [0.5, 3.0, 12.0])
def test_smoother_noise_has_more_similar_neighbours(sigma: float) -> None:
    field = smooth_noise((60, 60), sigma, np.random.default_rng(0))
    assert field.shape == (60, 60)
    assert field.dtype == np.float32
    alike = np.corrcoef(field[:, :-3].ravel(), field[:, 3:].ravel())[0, 1]
    # the correlation of white noise under a Gaussian filter, exp(-d^2 / 4 sigma^2)
    assert alike == pytest.approx(np.exp(-9 / (4 * sigma**2)), abs=0.12)


def test_the_step_gives_sigma_its_unit() -> None:
    in_voxels = smooth_noise((20, 20), 4.0, np.random.default_rng(1))
    in_um = smooth_noise((20, 20), 1.0, np.random.default_rng(1), step=0.25)
    np.testing.assert_array_equal(in_voxels, in_um)


def test_refining_keeps_a_ramp() -> None:
    ramp = np.arange(6, dtype=np.float32)[:, None] * np.ones(4, np.float32)
    fine = refine(ramp, (9, 5), 2.0)
    np.testing.assert_allclose(fine, np.arange(9)[:, None] / 2 * np.ones(5), atol=1e-6)
