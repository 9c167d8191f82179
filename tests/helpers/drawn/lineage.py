"""A movie drawn by hand: a division, a gap, and a first frame that is not 0."""

from __future__ import annotations

import numpy as np

from napari_devolearn.lineage.tracks import Track, Tracks

FRAMES = (7, 8, 9, 10, 11)
VOXEL_SIZE = (1.0, 0.09, 0.09)


def drawn_tracks() -> Tracks:
    """The rows of `drawn_labels`: 1 divides into 2 and 3; 3 is missing in frame 10 and returns as 4."""
    return Tracks((Track(1, 7, 8, 0), Track(2, 9, 11, 1), Track(3, 9, 9, 1), Track(4, 11, 11, 3)))


def drawn_labels() -> np.ndarray:
    """Labels (5, 2, 6, 8) uint16, each nucleus of 2 x 2 x 3 voxels.

    One row per frame; the top and bottom plane side by side::

    frame  7   1 1 .      .
    frame  8   1 1 .      .
    frame  9   . 2 2      3
    frame 10   . 2 2      .
    frame 11   . 2 2      4
    """
    labels = np.zeros((5, 2, 6, 8), np.uint16)
    labels[:2, :, 1:3, 0:3] = 1
    labels[2:, :, 1:3, 2:5] = 2
    labels[2, :, 4:6, 5:8] = 3
    labels[4, :, 4:6, 5:8] = 4
    return labels
