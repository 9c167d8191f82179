from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.postprocess.centroids import centroids, iter_centroids, track_points, unusual_sizes

DRAWN = [
    (1, 7, 0.5, 1.5, 1),
    (1, 8, 0.5, 1.5, 1),
    (2, 9, 0.5, 1.5, 3),
    (2, 10, 0.5, 1.5, 3),
    (2, 11, 0.5, 1.5, 3),
    (3, 9, 0.5, 4.5, 6),
    (4, 11, 0.5, 4.5, 6),
]


@pytest.mark.parametrize("far", [0, 3_000_000_000], ids=["few labels", "labels too far apart to count by"])
def test_centres_are_sorted_by_label_and_carry_the_frame_number(far: int) -> None:
    labels = drawn_labels().astype(np.uint32)
    labels[labels > 0] += far
    found = track_points(Stack(data=labels, name="", source=Path(), frames=FRAMES))

    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, np.add(DRAWN, (far, 0, 0, 0, 0)))


def test_an_array_is_numbered_from_0(tmp_path: Path) -> None:
    np.testing.assert_array_equal(track_points(drawn_labels()), np.subtract(DRAWN, (0, 7, 0, 0, 0)))


def test_images_without_objects_give_no_rows() -> None:
    assert track_points(np.zeros((2, 1, 4, 4), np.uint16)).shape == (0, 5)


def stack(labels: np.ndarray) -> Stack:
    return Stack(data=labels, name="", source=Path(), frames=FRAMES, voxel_size=VOXEL_SIZE)


def test_a_table_has_one_row_per_object_in_voxels_and_um() -> None:
    table = centroids(stack(drawn_labels()))
    assert table[["label", "frame", "z", "y", "x"]].to_numpy().tolist() == [
        list(row) for row in sorted(DRAWN, key=lambda row: (row[1], row[0]))
    ]
    np.testing.assert_allclose(table[["z_um", "y_um", "x_um"]], table[["z", "y", "x"]] * VOXEL_SIZE)
    assert set(table["voxels"]) == {12}
    np.testing.assert_allclose(table["volume_um3"], 12 * 1.0 * 0.09 * 0.09)


def test_tables_are_made_frame_by_frame_and_empty_frames_have_no_row() -> None:
    labels = drawn_labels()
    labels[1] = 0
    tables = list(iter_centroids(stack(labels)))
    assert [len(table) for table in tables] == [1, 0, 2, 1, 2]
    assert centroids(stack(labels)).dtypes.equals(tables[0].dtypes)


def test_a_slice_has_areas(recwarn: pytest.WarningsRecorder) -> None:
    table = centroids(drawn_labels()[0, 0], voxel_size=(0.5, 0.5))
    assert table.to_dict("records") == [
        {"frame": 0, "label": 1, "z": 0, "y": 1.5, "x": 1, "z_um": 0, "y_um": 0.75, "x_um": 0.5}
        | {"relative_size": 1, "voxels": 6, "area_um2": 1.5}
    ]
    assert not recwarn.list


@pytest.mark.parametrize(("objects", "unusual"), [(50, [0, 1]), (49, [])])
def test_sizes_are_unusual_only_in_a_crowded_frame(objects: int, unusual: list[int]) -> None:
    labels = np.zeros((objects, 10), np.uint8)
    for row in range(objects):
        labels[row, : {0: 9, 1: 2}.get(row, 5)] = row + 1
    assert np.flatnonzero(unusual_sizes(centroids(labels))).tolist() == unusual


def test_sizes_are_relative_to_the_median_of_the_frame() -> None:
    labels = np.zeros((2, 4, 8), np.uint8)
    labels[0, 0], labels[0, 1, :4], labels[:, 3] = 1, 2, 3
    assert centroids(labels)["relative_size"].tolist() == [1, 0.5, 2]


def test_without_a_voxel_size_um_columns_are_empty() -> None:
    table = centroids(drawn_labels())
    assert table[["z_um", "volume_um3"]].isna().all(axis=None)
    assert not table[["z", "voxels"]].isna().any(axis=None)


@pytest.mark.parametrize(
    ("labels", "size", "said"),
    [
        (np.zeros((2, 4, 4)), None, "give integers"),
        (np.zeros((1, 1, 1, 4, 4), np.uint8), None, "YX, ZYX or TZYX"),
        (np.zeros((4, 4), np.uint8), (0.0, 1.0), "voxel size"),
    ],
)
def test_invalid_inputs_are_refused(labels: np.ndarray, size: tuple[float, ...] | None, said: str) -> None:
    with pytest.raises(ImageFormatError, match=said):
        centroids(labels, voxel_size=size)


def test_intensity_is_the_mean_over_an_object() -> None:
    labels = np.zeros((2, 3, 4), int)
    labels[0, 0, :2], labels[1, 1, 2:] = 5, 7
    image = np.arange(24).reshape(labels.shape) / 10
    table = centroids(labels, image=image)
    assert table["mean_intensity"].tolist() == pytest.approx([0.05, 1.85])
    assert list(centroids(labels)) == [name for name in table if name != "mean_intensity"]
    assert list(table)[-2:] == ["voxels", "volume_um3"]
    with pytest.raises(ImageFormatError, match=r"shape \(1, 1, 3, 4\), but the labels have \(1, 2, 3, 4\)"):
        centroids(labels, image=image[0])
