from __future__ import annotations

import numpy as np

from napari_devolearn.widgets.segment.live import preview_labels


def test_labels_are_kept_for_growing_components_and_new_for_new_ones() -> None:
    """Two touching nuclei (3 and 4) and a free one (7) grow, and a new one appears.

    Before and after; ``*`` is 3 or 4::

        . 3 3 4 . . 7 . . .
        * 3 3 4 * . 7 7 . 8
    """
    before = np.array([[0, 3, 3, 4, 0, 0, 7, 0, 0, 0]], np.uint32)
    mask = np.array([[1, 1, 1, 1, 1, 0, 1, 1, 0, 1]], bool)
    after = preview_labels(mask, before, next_label=8)
    np.testing.assert_array_equal(after[0, [1, 2, 3]], [3, 3, 4])
    assert set(after[0, [0, 4]]) <= {3, 4}
    np.testing.assert_array_equal(after[0, 5:], [0, 7, 7, 0, 8])
    assert after.dtype == np.uint32


def test_labels_are_removed_with_the_mask() -> None:
    before = np.array([[5, 5, 0, 6]], np.uint32)
    np.testing.assert_array_equal(preview_labels(np.array([[1, 0, 0, 0]], bool), before, 7), [[5, 0, 0, 0]])
    assert not preview_labels(np.zeros((1, 4), bool), before, 7).any()
