from __future__ import annotations

import numpy as np

from napari_devolearn.postprocess.hills import hills_of

ROW = np.array([[[1, 3, 2, 5, 4, 4.5, 0]]], np.float32)


def test_each_voxel_belongs_to_the_peak_uphill_of_it() -> None:
    hills = hills_of(ROW, np.ones(ROW.shape, np.int32))
    assert hills.hill[0, 0].tolist() == [1, 1, 3, 3, 3, 2, 2]
    assert hills.peak == [0, 3, 4.5, 5]


def test_saddles_are_sorted_from_the_highest() -> None:
    hills = hills_of(ROW, np.ones(ROW.shape, np.int32))
    assert hills.saddles == [(2, 3, 4.0), (1, 3, 2.0)]


def test_no_hill_extends_into_another_part() -> None:
    part = np.array([[[1, 1, 2, 2, 2, 0, 3]]], np.int32)
    hills = hills_of(ROW, part)
    assert hills.hill[0, 0].tolist() == [2, 2, 3, 3, 3, 0, 1]
    assert hills.saddles == []


def test_a_constant_height_is_one_hill() -> None:
    height = np.zeros((3, 4, 5), np.float32)
    hills = hills_of(height, np.ones(height.shape, np.int32))
    assert np.unique(hills.hill).tolist() == [1]


def test_an_empty_mask_has_no_hills() -> None:
    hills = hills_of(np.zeros((2, 3, 4), np.float32), np.zeros((2, 3, 4), np.int32))
    assert not hills.hill.any()
    assert len(hills.peak) == 1
