from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.data.pairs import UNKNOWN, Pair, slice_name
from napari_devolearn.training.data.targets import DEPTH_UNIT, FULL_DISTANCE, depth_of_cells, make_targets


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


def rows(numbers: list[int]) -> list[Pair]:
    size = {"height": 40, "width": 40, "voxel_z": 0.5, "voxel_y": 0.2, "voxel_x": 0.2}
    return [
        Pair(file=slice_name("a", 0, z), t=0, z=z, n_instances=2, foreground=9, split="train", **size)
        for z in numbers
    ]


def measured(labels: np.ndarray, numbers: list[int] | None = None) -> np.ndarray:
    depths = depth_of_cells(list(labels), rows(numbers or list(range(len(labels)))))
    return np.where(np.stack(depths) == UNKNOWN, np.nan, np.stack(depths) * DEPTH_UNIT)


def halves(gap: int = 0, planes: int = 9) -> np.ndarray:
    labels = np.zeros((planes, 40, 40), np.uint16)
    labels[:, :, : 20 - gap] = 1
    labels[:, :, 20 + gap :] = 2
    return labels


def test_a_gap_between_two_cells_is_a_membrane_in_its_middle() -> None:
    touching, apart = measured(halves()), measured(halves(gap=2))
    assert touching[4, 20, 10] == pytest.approx(2.0, abs=0.11)
    assert apart[4, 20, 10] == pytest.approx(touching[4, 20, 10], abs=0.02)
    assert measured(halves(gap=6))[4, 20, 20] == 0  # too wide: outside


def test_the_end_of_a_cell_along_z_counts_only_in_neighbouring_slices() -> None:
    labels = halves()
    labels[5:] = 0
    assert measured(labels)[4, 20, 5] == pytest.approx(0.1, abs=0.02)
    assert measured(labels[[4, 5]], [4, 7])[0, 20, 5] == pytest.approx(3.0, abs=0.15)


def test_depth_is_unknown_near_unknown_pixels() -> None:
    labels = halves(planes=1)
    labels[0, :, 30:] = UNKNOWN
    depth = measured(labels)[0]
    assert np.isnan(depth[20, 25:]).all()
    assert depth[20, 21] == pytest.approx(0.3, abs=0.02)


def test_without_cells_there_is_no_depth() -> None:
    assert not measured(np.zeros((2, 40, 40), np.uint16)).any()
