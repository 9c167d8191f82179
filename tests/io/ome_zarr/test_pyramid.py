from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zarr

from helpers.files.zarr_files import create_pyramid
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.ome_zarr.pyramid import ZarrPyramid, chunk_shape, pyramid_steps


@pytest.mark.parametrize(
    ("shape", "voxel_size", "expected"),
    [
        ((35, 512, 708), (1.0, 0.09, 0.09), [(1, 1, 1), (1, 2, 2), (1, 4, 4)]),
        ((512, 512, 512), (0.2, 0.2, 0.2), [(1, 1, 1), (2, 2, 2)]),
        ((1, 600, 100), None, [(1, 1, 1), (1, 2, 2), (1, 4, 4)]),
        ((9, 64, 64), None, [(1, 1, 1)]),
    ],
)
def test_the_longest_edges_are_halved_until_a_level_is_small(shape, voxel_size, expected) -> None:
    assert pyramid_steps(shape, voxel_size) == expected


def test_a_chunk_is_a_volume_if_it_fits_into_memory() -> None:
    assert chunk_shape((35, 512, 708), 4) == (35, 512, 708)
    assert chunk_shape((100, 2048, 2048), 4) == (100, 512, 1024)


@pytest.mark.parametrize(("zarr_format", "version"), [(2, "0.4"), (3, "0.5")])
def test_each_level_takes_every_other_label(tmp_path: Path, zarr_format: int, version: str) -> None:
    labels = np.random.default_rng(0).integers(0, 9, (3, 600, 40), np.uint32)
    made = create_pyramid(
        tmp_path / "l",
        "l",
        (2, *labels.shape),
        np.uint32,
        voxel_size=(2.0, 0.5, 0.5),
        zarr_format=zarr_format,
    )
    made.write(1, labels)
    group = zarr.open_group(str(tmp_path / "l"), mode="r")
    described = group.attrs.get("ome", group.attrs)["multiscales"][0]
    assert [level["coordinateTransformations"][0]["scale"] for level in described["datasets"]] == [
        [1.0, 2.0, 0.5, 0.5],
        [1.0, 2.0, 1.0, 1.0],
        [1.0, 2.0, 2.0, 2.0],
    ]
    for level, step in ((0, 1), (1, 2), (2, 4)):
        np.testing.assert_array_equal(group[str(level)][1], labels[:, ::step, ::step])
        assert group[str(level)].chunks == (1, *labels[:, ::step, ::step].shape)
    assert not made.read(0).any()
    assert (described.get("version") or group.attrs["ome"]["version"]) == version


def test_overflowing_or_invalid_labels_are_refused(tmp_path: Path) -> None:
    create_pyramid(tmp_path / "l", "l", (1, 2, 3, 4), np.uint16)
    with pytest.raises(ImageFormatError, match="negative"):
        ZarrPyramid(tmp_path / "l").write(0, np.full((2, 3, 4), -1))
