from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.data.targets import FULL_DISTANCE, make_targets


@pytest.fixture
def touching() -> np.ndarray:
    """Ids 700 and 3, both 5 rows high; they touch between the columns 4 and 5.

    ::

        . . . . . . . . .
        . 7 7 7 7 3 3 3 .
        . 7 7 7 7 3 3 3 .   five rows
        . . . . . . . . .
    """
    ids = np.zeros((7, 9), np.uint16)
    ids[1:6, 1:5], ids[1:6, 5:8] = 700, 3
    return ids


def only(ids: np.ndarray, name: str, pixel_size: float = 1.0) -> np.ndarray:
    return make_targets(ids, (name,), pixel_size)[0]


def test_all_outputs_are_in_0_to_1_in_the_requested_order(touching: np.ndarray) -> None:
    names = ("boundary", "foreground", "interior", "distance", "center")
    targets = make_targets(touching, names, 0.5)
    assert targets.shape == (5, 7, 9)
    assert targets.dtype == np.float32
    assert targets.min() == 0
    assert targets.max() == 1
    np.testing.assert_array_equal(targets[1], touching > 0)


def test_the_interior_excludes_one_pixel_on_each_side_of_a_contact(touching: np.ndarray) -> None:
    expected = (touching > 0).astype(np.float32)
    expected[1:6, 4:6] = 0
    np.testing.assert_array_equal(only(touching, "interior"), expected)


def test_the_boundary_is_the_border_of_each_instance(touching: np.ndarray) -> None:
    expected = (touching > 0).astype(np.float32)
    expected[2:5, 2:4] = expected[2:5, 6] = 0
    np.testing.assert_array_equal(only(touching, "boundary"), expected)


def test_distance_is_in_um_to_the_border_of_the_object(touching: np.ndarray) -> None:
    distance = only(touching, "distance", pixel_size=0.5) * FULL_DISTANCE
    np.testing.assert_allclose(distance[3, 1:8], [0.5, 1, 1, 0.5, 0.5, 1, 0.5])
    assert only(touching, "distance", pixel_size=9.0).max() == 1


def test_every_instance_reaches_1_at_its_centre(touching: np.ndarray) -> None:
    center = only(touching, "center")
    assert center[touching == 700].max() == center[touching == 3].max() == 1
    assert center[1, 1] == 0.5


@pytest.mark.parametrize("value", [0, 5])
def test_a_mask_with_one_value(value: int) -> None:
    targets = make_targets(np.full((4, 6), value, np.uint16), ("foreground", "distance", "center"), 1.0)
    assert np.isfinite(targets).all()
    assert targets.max() == (value > 0)


def test_unknown_outputs_are_reported() -> None:
    with pytest.raises(DatasetError, match=r"outputs halo: cannot be made .* foreground, interior"):
        make_targets(np.zeros((4, 4), np.uint16), ("foreground", "halo"), 1.0)
