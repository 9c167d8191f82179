from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from napari_devolearn.simulate.membranes.cells import CellShape, Egg, fill_radii, simulate_cells

EGG = Egg(center=(5.0, 6.0, 8.0), semi=(4.0, 5.0, 7.0), flatness=2.0)
SHAPE, STEP = (20, 24, 32), 0.5
PLAIN = CellShape(wave=0.0, bulge=3.0, squash=0.0)
# seen from above, X to the right:  ( a | b )
TWO = np.array([[5.0, 6.0, 5.0], [5.0, 6.0, 11.0]])


def cells(radii: tuple[float, float], form: CellShape = PLAIN) -> np.ndarray:
    """The two cells of `TWO`."""
    return simulate_cells(TWO, np.array(radii), EGG, SHAPE, STEP, np.random.default_rng(0), form)


def test_equal_cells_meet_halfway() -> None:
    row = cells((4.0, 4.0))[10, 12]
    assert row.dtype == np.uint32
    np.testing.assert_array_equal(row[3:16], 1)
    np.testing.assert_array_equal(row[17:30], 2)


def test_a_larger_cell_gets_more_space() -> None:
    counts = np.bincount(cells((4.5, 3.5)).ravel())
    # the plane of equal power: (4.5^2 - 3.5^2) / (2 * 6 um) beyond the middle, in um
    assert counts[1] > 1.3 * counts[2]


def test_nothing_lies_outside_the_egg_and_all_of_it_is_filled() -> None:
    labels = cells((4.0, 4.0))
    volume = np.count_nonzero(labels) * STEP**3
    assert volume == pytest.approx(4 / 3 * np.pi * np.prod(EGG.semi), rel=0.05)
    assert not labels[:2].any()


def test_round_cells_leave_gaps() -> None:
    assert np.count_nonzero(cells((4.0, 4.0), CellShape(bulge=1.0))) < 0.9 * np.count_nonzero(
        cells((4.0, 4.0))
    )


def test_wavy_cells_stay_in_one_piece() -> None:
    for label, labels in enumerate([cells((4.0, 4.0), CellShape(wave=2.0))] * 2, start=1):
        assert ndimage.label(labels == label)[1] == 1


def test_radii_fill_the_egg() -> None:
    radii = fill_radii(np.array([4.0, 4.0, 5.0, 30.0]), EGG)
    assert (radii**3).sum() == pytest.approx(1.05 * np.prod(EGG.semi))
    assert radii[2] > radii[0]
    assert radii[3] / radii[0] < 2  # a diameter measured wrongly does not take the egg
