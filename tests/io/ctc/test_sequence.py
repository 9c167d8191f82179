from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.files.ctc_folders import raw_volume, write_dataset, write_frames, write_tif
from helpers.real_data import DATA, needs_data
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.core.calibration import Calibration
from napari_devolearn.io.core.gaps import placed_stack
from napari_devolearn.io.ctc.sequence import read_ctc


@pytest.mark.parametrize("form", ["t{:03d}.tif", "t{:04d}.tif", "T{:03d}.TIFF"])
def test_as_many_frames_as_files(tmp_path: Path, form: str) -> None:
    movie = read_ctc(write_frames(tmp_path / "01", form=form))
    assert (movie.shape, movie.dtype, movie.frames) == ((5, 2, 6, 8), np.uint8, (7, 8, 9, 10, 11))
    np.testing.assert_array_equal(np.asarray(movie.data), [raw_volume(frame) for frame in movie.frames])
    assert movie.data.chunks[0] == (1,) * 5


def test_planar_frames_have_one_slice(tmp_path: Path) -> None:
    write_tif(tmp_path / "t000.tif", raw_volume(0)[0])
    assert read_ctc(tmp_path).shape == (1, 1, 6, 8)


def test_missing_frames_are_empty_and_reported(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="no file for the frames 2, 5-6; they are shown empty and count as"):
        movie = read_ctc(write_frames(tmp_path, (1, 3, 4, 7)))
    assert (movie.frames, movie.missing) == ((1, 2, 3, 4, 5, 6, 7), {2, 5, 6})
    assert movie.shape[0] == 7
    np.testing.assert_array_equal(np.asarray(movie.data[6]), raw_volume(7))
    assert not np.asarray(movie.data[[1, 4, 5]]).any()
    assert movie.without_missing().frames == (1, 3, 4, 7)
    np.testing.assert_array_equal(np.asarray(movie.without_missing().data[1]), raw_volume(3))


def test_a_distant_frame_number_is_not_a_gap(tmp_path: Path) -> None:
    data = np.zeros((2, 1, 2, 2), np.uint8)
    with pytest.raises(ImageFormatError, match="0 to 900000 of 2 frames leave 899999 missing"):
        placed_stack(data, (0, 900_000), Calibration(), source=tmp_path, name="a")


def test_a_broken_link_is_reported(tmp_path: Path) -> None:
    write_frames(tmp_path, (0, 1))
    (tmp_path / "t002.tif").symlink_to(tmp_path / "on another disk.tif")
    with pytest.warns(UserWarning, match=r"left out t002\.tif: the link leads to no file; fix it"):
        assert read_ctc(tmp_path).frames == (0, 1)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            {"imagej": True, "resolution": (5, 5), "metadata": {"axes": "ZYX", "unit": "um"}},
            "1 x 0.2 x 0.2 um",
        ),
        ({}, "unknown"),
    ],
)
def test_files_with_another_voxel_size_are_reported(tmp_path: Path, other: dict, said: str) -> None:
    kind = {"imagej": True, "resolution": (10, 10), "metadata": {"axes": "ZYX", "unit": "um"}}
    for frame in range(3):
        write_tif(tmp_path / f"t{frame:03d}.tif", raw_volume(frame), **(other if frame == 1 else kind))
    with pytest.warns(UserWarning, match=f"1 x 0.1 x 0.1 um in t000.tif, but {said} in t001.tif"):
        assert read_ctc(tmp_path).voxel_size == (1.0, 0.1, 0.1)
    assert read_ctc(tmp_path, voxel_size=(2, 1, 1)).voxel_size == (2.0, 1.0, 1.0)  # no warning


def test_opening_reads_no_pixels(tmp_path: Path) -> None:
    write_frames(tmp_path)
    movie = read_ctc(tmp_path)
    write_tif(tmp_path / "t009.tif", raw_volume(9) * 0)
    assert not np.asarray(movie.data[2]).any()


def test_a_root_opens_its_first_sequence_with_ground_truth(tmp_path: Path) -> None:
    root = write_dataset(tmp_path / "Fluo-N3DH-CE")
    write_frames(root / "02")
    movie = read_ctc(root)
    assert movie.source == root / "01"
    assert set(movie.truth) == {"TRA", "SEG", "ST"}
    assert (movie.voxel_size, movie.calibration) == ((1.0, 0.09, 0.09), "CTC table: Fluo-N3DH-CE")
    assert movie.frame_interval == 1.0


def test_the_voxel_size_can_be_given(tmp_path: Path) -> None:
    movie = read_ctc(write_frames(tmp_path), voxel_size=(2, 0.5, 0.5))
    assert (movie.voxel_size, movie.calibration) == ((2.0, 0.5, 0.5), "given by the caller")


def test_one_frame_of_a_different_size_is_reported(tmp_path: Path) -> None:
    write_frames(tmp_path)
    write_tif(tmp_path / "t007.tif", raw_volume(7)[:1])
    with pytest.raises(ImageFormatError, match=r"t007.tif: is 1 x 6 x 8.* the other 4 files are 2 x 6 x 8"):
        read_ctc(tmp_path)


def test_one_damaged_frame_is_reported(tmp_path: Path) -> None:
    write_frames(tmp_path)
    (tmp_path / "t009.tif").write_bytes(b"")
    with pytest.raises(ImageFormatError, match=r"t009.tif: is empty"):
        read_ctc(tmp_path)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("empty", "empty: no frames .* choose the folder of the frames"),
        ("gone", "gone: the folder is missing"),
        ("data/01_GT/TRA", "TRA: has masks, not images; use read_labels"),
        ("data/01/t007.tif", "t007.tif: is a file"),
    ],
)
def test_other_inputs_are_refused(tmp_path: Path, path: str, problem: str) -> None:
    (tmp_path / "empty").mkdir()
    write_dataset(tmp_path / "data")
    with pytest.raises(CTCFormatError, match=problem):
        read_ctc(tmp_path / path)


def test_str_and_path_are_accepted(tmp_path: Path) -> None:
    folder = tmp_path / f"embryon n° 3, éàü {'x' * 200}" / "01"
    assert read_ctc(str(write_frames(folder))).source == folder


@needs_data("hela_dic_ctc")
def test_hela_has_its_40_frames() -> None:
    movie = read_ctc(DATA / "hela_dic_ctc")
    assert movie.shape == (40, 1, 512, 512)
    assert np.asarray(movie.data[39]).any()


def test_frames_with_other_digits_are_reported(tmp_path: Path) -> None:
    for name in ("t99.tif", "t100.tif"):
        write_tif(tmp_path / name, raw_volume(0))
    with pytest.warns(UserWarning, match=r"left out t99\.tif: frame numbers need three to six digits"):
        assert read_ctc(tmp_path).frames == (100,)
