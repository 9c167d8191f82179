from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.training.data.depth import DEPTH_UNIT, depth_of_cells
from napari_devolearn.training.data.pairs import UNKNOWN, Pair, slice_name


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
