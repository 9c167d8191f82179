from __future__ import annotations

import numpy as np

from napari_devolearn.web.parts.view import COLOURS, MAX_EDGE, contrast, grey, outlines, subsample


def test_outlines_are_borders_of_labels_coloured_by_number() -> None:
    """Two labels that touch.

    ::

        . . . . . .        . . . . . .
        . 1 1 1 8 .   to   . 2 2 2 2 .
        . 1 1 1 8 .        . 2 . 2 2 .
        . 1 1 1 8 .        . 2 2 2 2 .
        . . . . . .        . . . . . .
    """
    labels = np.zeros((5, 6), np.uint32)
    labels[1:4, 1:4], labels[1:4, 4] = 1, 1 + COLOURS
    drawn = outlines(labels)
    assert drawn[2, 2] == 0
    assert set(drawn[labels > 0]) == {0, 2}
    assert (drawn[1:4, 4] == 2).all()
    assert not drawn[labels == 0].any()


def test_black_and_white_are_percentiles_and_nan_is_black() -> None:
    plane = np.linspace(0, 100, 10_000).reshape(100, 100)
    low, high = contrast(plane)
    np.testing.assert_allclose((low, high), (1, 99.8), atol=0.1)
    plane[0, 0] = np.nan
    shown = grey(plane, (low, high))
    assert shown.dtype == np.uint8
    assert (shown[0, 0], shown[0, 1], shown[-1, -1]) == (0, 0, 255)


def test_a_constant_image_is_shown_without_division_by_0() -> None:
    plane = np.full((4, 5), 7.0)
    assert not grey(plane, contrast(plane)).any()


def test_large_images_are_subsampled() -> None:
    assert subsample(np.zeros((10, 2 * MAX_EDGE + 1))).shape == (4, 801)
    assert subsample(np.zeros((10, MAX_EDGE))).shape == (10, MAX_EDGE)
