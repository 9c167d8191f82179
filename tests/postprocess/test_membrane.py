from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.postprocess.membrane import WALL, membranes_around

SIZE = (0.5, 0.25, 0.25)


def two_cells(gap: int) -> np.ndarray:
    """Two cells of (8, 12, 12) voxels side by side, `gap` voxels apart.

    ::

        . . . . . . . .
        . 1 1 . . 1 1 .
        . 1 1 . . 1 1 .
        . . . . . . . .
    """
    cells = np.zeros((16, 28, 36 + gap), bool)
    cells[4:12, 8:20, 6:18] = cells[4:12, 8:20, 18 + gap : 30 + gap] = True
    return cells


def test_membranes_have_the_width_of_a_wall() -> None:
    from scipy import ndimage

    cells = two_cells(20)
    distance = ndimage.distance_transform_edt(~cells, sampling=SIZE)
    np.testing.assert_array_equal(membranes_around(cells, SIZE), ~cells & (distance <= WALL))


@pytest.mark.parametrize(("gap", "closed"), [(8, True), (12, False)])
def test_a_narrow_gap_is_all_membrane(gap: int, closed: bool) -> None:
    between = membranes_around(two_cells(gap), SIZE)[6, 12, 18 : 18 + gap]
    assert between.all() == closed
    assert between[[0, -1]].all()


def test_a_slice_has_no_neighbours_along_z() -> None:
    plane = two_cells(4)[6]
    walls = membranes_around(plane, SIZE)
    assert walls.shape == plane.shape
    np.testing.assert_array_equal(walls, membranes_around(plane, (9.0, *SIZE[1:])))


def test_without_cells_there_is_no_membrane() -> None:
    assert not membranes_around(np.zeros((3, 8, 8), bool), SIZE).any()
