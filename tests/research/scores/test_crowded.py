from __future__ import annotations

import numpy as np

from napari_devolearn.evaluation.overlap import overlap_of
from napari_devolearn.inference.model import Model
from napari_devolearn.simulate.nucleus import diameter
from research.drawing.positions import Embryo
from research.drawing.projection import Nuclei
from research.scores.crowded import VOXEL, _sizes, crowded_scores, draw_volume


def lattice(count: int = 8) -> Nuclei:
    """Nuclei in a row along x, 8 um apart, at heights that alternate.

    ::

    z = 6   o   o   o   o
    z = 10    o   o   o   o
    """
    place = np.arange(count, dtype=np.float32)
    position = np.stack([6 + 4 * (place % 2), np.full(count, 9, np.float32), 8 * place + 5], axis=1)
    none = np.full(count, 99, np.float32)
    return Nuclei(
        position=position.astype(np.float32),
        diameter=none,
        since_birth=none,
        to_division=none,
        axis=np.tile(np.float32([0, 0, 1]), (count, 1)),
        lineage=np.zeros(count, np.int64),
    )


def embryo(nuclei: Nuclei) -> Embryo:
    """An embryo of one frame."""
    return Embryo(name="row", times=np.array([1]), frames=(nuclei,), counts=np.zeros((1, 7), np.int64))


def test_every_nucleus_is_completely_in_the_field() -> None:
    nuclei = lattice()
    image, truth = draw_volume(nuclei, seed=0)
    assert image.shape == truth.shape
    assert sorted(np.unique(truth)) == list(range(9))
    assert not np.concatenate(
        [truth[[0, -1]].ravel(), truth[:, [0, -1]].ravel(), truth[..., [0, -1]].ravel()]
    ).any()
    centres = np.array([np.mean(np.nonzero(truth == label), axis=1) + 0.5 for label in range(1, 9)]) * VOXEL
    moved = centres - nuclei.position
    np.testing.assert_allclose(moved, np.broadcast_to(moved[0], moved.shape), atol=0.3)
    wide = np.ptp(np.nonzero(truth == 3)[2]) * VOXEL[2]
    assert abs(wide - diameter(8)) < 0.6


def test_the_frame_with_the_nearest_number_of_nuclei_is_simulated(nucleus: Model) -> None:
    scores = crowded_scores([embryo(lattice())], 30, nucleus)
    assert scores["ground_truth"] == scores["predicted"] == 8
    assert scores["f1"] == 1


def test_blur_along_z_reaches_into_more_slices() -> None:
    sharp, truth = draw_volume(lattice(), seed=0, blur=(0.3, 0.25, 0.25))
    blurred, same = draw_volume(lattice(), seed=0, blur=(2.5, 0.25, 0.25))
    np.testing.assert_array_equal(truth, same)
    inside = truth.any(axis=(1, 2))
    assert blurred[~inside].mean() > sharp[~inside].mean() + 0.5


def test_what_is_merged_or_a_part_is_wrong_and_unusual() -> None:
    truth = np.repeat(np.arange(1, 9), 10)[None]
    labels = truth.copy()
    labels[0, 10:20] = 1  # two nuclei in one
    labels[0, 70:73] = 9  # a part of the last one
    assert _sizes(overlap_of(labels, truth)) == [2, 2, 2]
    assert _sizes(overlap_of(truth, truth)) == [0, 0, 0]
