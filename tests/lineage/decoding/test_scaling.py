from __future__ import annotations

import numpy as np

from napari_devolearn.lineage.decoding.scaling import LARGEST, scale_counts, unscale_counts


def test_counts_are_scaled_from_minus_1_to_1_and_back() -> None:
    counts = np.array([[0] * 7, LARGEST, [32, 2, 4, 1, 4, 1, 0]])
    scaled = scale_counts(counts)
    np.testing.assert_allclose(scaled[0], -1)
    np.testing.assert_allclose(scaled[1], 1, rtol=1e-6)
    np.testing.assert_array_equal(np.rint(unscale_counts(scaled)), counts)


def test_impossible_counts_are_clipped() -> None:
    assert (unscale_counts(np.full(7, -3.0)) == 0).all()
    assert np.isfinite(unscale_counts(np.full(7, 1e9))).all()
