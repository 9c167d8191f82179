from __future__ import annotations

import numpy as np

from napari_devolearn.postprocess.label import label_instances, label_mask, label_membrane

SIZE = (1.0, 0.5, 0.5)


def test_a_mask_has_one_label_and_no_specks() -> None:
    probability = np.zeros((3, 20, 20), np.uint8)
    probability[:, 2:10, 2:10] = 200  # 3 x 4 x 4 um
    probability[1, 15, 15] = 255  # a speck
    labels = label_mask(probability, 0.5, SIZE, 1.5)
    assert labels.dtype == np.uint32
    np.testing.assert_array_equal(labels, (probability == 200).astype(np.uint32))


def test_a_volume_of_one_slice_is_treated_as_a_plane() -> None:
    probability = np.zeros((1, 20, 20), np.uint8)
    probability[0, 2:10, 2:10] = 200
    flat = label_instances("nucleus", {"foreground": probability}, 0.5, (50.0, 0.5, 0.5), 3.0)
    assert flat.shape == probability.shape
    np.testing.assert_array_equal(flat > 0, probability > 0)


def test_the_threshold_decides_which_objects_are_separate() -> None:
    probability = np.zeros((1, 12, 40), np.uint8)
    probability[0, 2:10, 4:36] = 140
    probability[0, 2:10, 4:14] = probability[0, 2:10, 26:36] = 250
    outputs = {"foreground": probability}
    assert label_instances("nucleus", outputs, 0.9, SIZE, 0.0).max() == 2
    assert (label_instances("nucleus", outputs, 0.5, SIZE, 0.0) > 0).sum() == 8 * 32


def test_cells_are_split_by_the_predicted_depth() -> None:
    interior = np.zeros((6, 20, 40), np.uint8)
    interior[:, 2:18, 2:38] = 255
    distance = np.zeros_like(interior)
    distance[:, 2:18, 2:38] = 40
    distance[1:5, 5:15, 5:17] = distance[1:5, 5:15, 23:35] = 160
    outputs = {"interior": interior, "distance": distance}
    labels = label_instances("membrane", outputs, 0.5, SIZE, 2.0)
    assert labels.dtype == np.uint32
    assert labels.max() == 2
    assert labels[3, 10, 10] != labels[3, 10, 30]
    np.testing.assert_array_equal(labels > 0, interior > 0)


def test_the_membrane_is_around_cells_and_not_around_specks() -> None:
    interior = np.zeros((1, 40, 40), np.uint8)
    interior[0, 10:20, 10:20] = 255
    interior[0, 35, 35] = 255  # a speck
    membrane = label_membrane(interior, 0.5, SIZE, 1.5)
    assert membrane.dtype == np.uint32
    assert membrane.shape == interior.shape
    assert membrane[0, 15, 8:22].tolist() == [1, 1, *[0] * 10, 1, 1]  # 1 um is two pixels
    assert not membrane[0, 30:, 30:].any()


def test_an_embryo_model_ignores_the_minimum_diameter() -> None:
    """An egg of 20 by 15 um with a hole, and a speck of 3 um."""
    probability = np.zeros((1, 60, 80), np.uint8)
    probability[0, 10:40, 20:60] = probability[0, 50:56, 2:8] = 250
    probability[0, 20:24, 30:34] = 0
    labels = label_instances("embryo", {"foreground": probability}, 0.5, SIZE, 0.0)
    assert labels.max() == 1
    assert (labels == 1).sum() == 30 * 40
