from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.postprocess.threshold import threshold_mask


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        (0.5, [False, False, True, True]),
        (1.0, [False, False, False, True]),
        (1e-6, [False, True, True, True]),
    ],
)
def test_pixels_at_the_threshold_are_foreground(threshold: float, expected: list[bool]) -> None:
    probability = np.array([0, 127, 128, 255], np.uint8)
    np.testing.assert_array_equal(threshold_mask(probability, threshold), expected)
