from __future__ import annotations

import numpy as np

from helpers.drawn.movies import discs
from napari_devolearn.tracking.merged import iter_cut_merged
from napari_devolearn.tracking.objects import Objects, measure_objects, usual_diameters
from napari_devolearn.tracking.steps import finish

OTHERS = {5: (33.0, 8.0), 6: (33.0, 20.0), 7: (33.0, 32.0)}
SIZE = (1.0, 1.0, 1.0)


def measured(movie: np.ndarray) -> list[Objects]:
    """Objects with their halves."""
    return [measure_objects(frame, SIZE, halves=True) for frame in movie]


def times_cut(movie: np.ndarray) -> list[int]:
    """Number of additional objects in each frame, compared with the labels."""
    objects = measured(movie)
    cut = finish(iter_cut_merged(objects, usual_diameters(objects), 1.1))
    return [len(two) - len(one) for one, two in zip(objects, cut, strict=True)]


def test_a_label_over_two_nuclei_is_split_at_their_positions() -> None:
    """Labels 1 and 2 become one label in frames 3 to 6."""
    movie = discs([{1: (12.0, 12.0), 2: (12.0, 18.0), **OTHERS}] * 10)
    movie[3:7][movie[3:7] == 2] = 1
    assert times_cut(movie) == [0, 0, 0, 1, 1, 1, 1, 0, 0, 0]
    halves = measure_objects(movie[4], SIZE, halves=True).halves
    assert halves.labels[:2].tolist() == [1, 1]
    np.testing.assert_allclose(np.sort(halves.centers[:2, 2]), [12.5, 18.5], atol=0.3)


def test_a_large_nucleus_is_not_split_before_it_divides() -> None:
    """Label 1 is 1.5 times as wide as the others, and divides after frame 5."""
    large = np.where(discs([{1: (12.0, 15.0)}] * 6, radius=4.5) > 0, 1, discs([OTHERS] * 6))
    two = discs([{1: (12.0, 12.0), 2: (12.0, 18.0), **OTHERS}] * 4)
    cut = times_cut(np.concatenate([large, two]).astype(np.uint16))
    assert sum(cut[:5]) == 0
    assert sum(times_cut(np.concatenate([large, large]).astype(np.uint16))) == 0


def test_the_usual_diameter_is_that_between_divisions() -> None:
    """All nuclei are small plates in two of twelve frames."""
    movie = discs([OTHERS] * 12)
    movie[5:7] = discs([OTHERS] * 2, radius=1.5)
    usual = usual_diameters(measured(movie))
    np.testing.assert_allclose(usual, usual[0])
    assert usual_diameters([]).tolist() == []
