from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels
from helpers.files.ctc_folders import write_dataset, write_masks, write_tif
from helpers.files.zarr_files import create_pyramid
from napari_devolearn.evaluation.evaluate import find_truth
from napari_devolearn.evaluation.frames import frames_of, open_frames
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ome_zarr.pyramid import ZarrPyramid


def test_a_folder_of_masks(tmp_path: Path) -> None:
    frames = open_frames(write_masks(tmp_path / "01_RES", "mask{:03d}.tif", "res_track.txt"))
    assert frames.shape == (2, 6, 8)
    assert frames.planes == dict.fromkeys(FRAMES)
    np.testing.assert_array_equal(frames.read(9), drawn_labels()[2])


@pytest.mark.parametrize("path", ["01_GT/SEG", "01_GT/SEG/man_seg_008_001.tif"])
def test_a_single_labelled_plane(tmp_path: Path, path: str) -> None:
    frames = open_frames(write_dataset(tmp_path) / path)
    assert frames.planes == {8: (1,)}
    np.testing.assert_array_equal(frames.read(8)[1], drawn_labels()[1, 1])


def test_the_depth_of_planes_comes_from_the_result(tmp_path: Path) -> None:
    write_tif(tmp_path / "man_seg_008_001.tif", drawn_labels()[1, 1])
    assert open_frames(tmp_path, depth=7).shape == (7, 6, 8)


def test_one_file_has_frames_from_0(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "labels.tif", drawn_labels(), metadata={"axes": "TZYX"}, imagej=True)
    frames = open_frames(path)
    assert frames.planes == dict.fromkeys(range(5))
    np.testing.assert_array_equal(frames.read(4), drawn_labels()[4])


def test_an_ome_zarr(tmp_path: Path) -> None:
    path = tmp_path / "cells.ome.zarr"
    create_pyramid(path, "cells", drawn_labels().shape, np.uint32, voxel_size=VOXEL_SIZE)
    for t, frame in enumerate(drawn_labels()):
        ZarrPyramid(path).write(t, frame)
    frames = open_frames(path)
    assert list(frames.planes) == list(range(5))
    np.testing.assert_array_equal(frames.read(2), drawn_labels()[2])
    assert find_truth(path) == (path, None)


def test_labels_of_fractions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match=r"labels.tif: has float32 values"):
        open_frames(write_tif(tmp_path / "labels.tif", drawn_labels().astype(np.float32)))


def test_missing_files_are_reported(tmp_path: Path) -> None:
    with pytest.raises(CTCFormatError, match="nowhere: no such file or folder"):
        open_frames(tmp_path / "nowhere")


def test_a_missing_frame_is_not_compared(tmp_path: Path) -> None:
    stack = Stack(
        data=drawn_labels(), name="l", source=tmp_path, frames=(3, 4, 5, 6, 7), missing=frozenset({5})
    )
    assert list(frames_of(stack).planes) == [3, 4, 6, 7]
