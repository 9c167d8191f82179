from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from helpers.files.ctc_folders import raw_volume, write_dataset, write_frames, write_tif
from helpers.real_data import DATA, needs_data
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.image import channels, open_image, read_image

MOVIE = np.stack([raw_volume(t) for t in range(3)])


def test_a_tif_of_three_dimensions_is_one_volume(tmp_path: Path) -> None:
    image = read_image(write_tif(tmp_path / "embryo.tif", MOVIE[0]))
    assert (image.shape, image.frames, image.name) == ((1, 2, 6, 8), (0,), "embryo")


def test_a_hyperstack_keeps_its_axes_and_calibration(tmp_path: Path) -> None:
    metadata = {"axes": "TZYX", "spacing": 1.5, "unit": "micron", "finterval": 90}
    path = write_tif(tmp_path / "a.tif", MOVIE, imagej=True, resolution=(5, 5), metadata=metadata)
    image = read_image(path)
    np.testing.assert_array_equal(np.asarray(image.data), MOVIE)
    assert (image.voxel_size, image.frame_interval) == ((1.5, 0.2, 0.2), 1.5)
    assert image.data.chunks[:2] == ((1, 1, 1), (2,))


def test_a_frame_of_a_sequence_keeps_its_number(tmp_path: Path) -> None:
    write_frames(tmp_path)
    assert read_image(tmp_path / "t009.tif").frames == (9,)


def test_a_folder_is_a_sequence_or_the_root_of_one(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    assert read_image(tmp_path).shape == read_image(tmp_path / "01").shape == (5, 2, 6, 8)


def test_a_picture_is_an_image(tmp_path: Path) -> None:
    Image.fromarray(MOVIE[0, 0]).save(tmp_path / "a.PNG")
    np.testing.assert_array_equal(np.asarray(read_image(tmp_path / "a.PNG").data)[0, 0], MOVIE[0, 0])


def test_a_list_of_files_is_a_movie_in_natural_order(tmp_path: Path) -> None:
    names = ["s10.tif", "s9.tif", "s1.tif"]
    for value, name in enumerate(names):
        write_tif(tmp_path / name, MOVIE[0] * 0 + value)
    with pytest.warns(UserWarning, match="its file names skip 2-8"):
        movie = read_image([tmp_path / name for name in names], voxel_size=(3, 2, 1))
    assert (movie.frames, movie.voxel_size) == ((0, 1, 2), (3.0, 2.0, 1.0))
    assert np.asarray(movie.data)[:, 0, 0, 0].tolist() == [2, 1, 0]


def test_some_files_of_a_sequence_keep_their_numbers(tmp_path: Path) -> None:
    write_frames(tmp_path)
    with pytest.warns(UserWarning, match="no file for the frames 8-10"):
        stack = read_image([tmp_path / "t011.tif", tmp_path / "t007.tif"])
    assert (stack.frames, stack.missing) == ((7, 8, 9, 10, 11), {8, 9, 10})


def test_channels_can_be_split(tmp_path: Path) -> None:
    both = np.stack([MOVIE, MOVIE + 100], axis=2)
    path = write_tif(tmp_path / "a.tif", both, imagej=True, metadata={"axes": "TZCYX"})
    green, red = channels(open_image(path))
    assert (green.name, red.name) == ("a channel 0", "a channel 1")
    np.testing.assert_array_equal(np.asarray(green.data), MOVIE)
    np.testing.assert_array_equal(np.asarray(red.data), MOVIE + 100)
    with pytest.raises(ImageFormatError, match=r"a.tif: has the 2 channels 0, 1; choose one with --channel"):
        read_image(path)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("gone.tif", "no such file"),
        ("notes.txt", "file type is not supported; save it as OME-TIFF"),
        ("not.tif", "not a TIFF"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, problem: str) -> None:
    for text in ("notes.txt", "not.tif"):
        (tmp_path / text).write_text("hello")
    with pytest.raises(ImageFormatError, match=f"{name}: {problem}"):
        read_image(tmp_path / name)


def test_files_that_macos_adds_are_left_out(tmp_path: Path) -> None:
    for name in ("a1.tif", "a2.tif"):
        write_tif(tmp_path / name, MOVIE[0, 0])
        (tmp_path / f"._{name}").write_bytes(b"\0\5\x16\7")
    assert read_image(tmp_path).shape[0] == 2


@pytest.mark.parametrize("listed", [False, True])
def test_images_and_masks_are_not_frames_of_one_movie(tmp_path: Path, listed: bool) -> None:
    files = [write_tif(tmp_path / name, MOVIE[0, 0]) for name in ("a.tif", "a_cp_masks.tif")]
    with pytest.raises(ImageFormatError, match=r"has images and masks \(a_cp_masks\.tif\)"):
        read_image(files if listed else tmp_path)


def test_no_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match="pass at least one"):
        read_image([])
    with pytest.raises(CTCFormatError, match="no frames"):
        read_image(tmp_path)


def test_workers_of_a_cluster_can_take_a_movie(tmp_path: Path) -> None:
    cloudpickle = pytest.importorskip("cloudpickle")
    movie = read_image(write_frames(tmp_path))
    copy = pickle.loads(cloudpickle.dumps(movie.data))
    np.testing.assert_array_equal(np.asarray(copy[1]), raw_volume(8))


@needs_data("nuclei_ctc_3d")
def test_a_real_volume_opens() -> None:
    image = read_image(DATA / "nuclei_ctc_3d")
    assert (image.shape, image.frames) == ((1, 35, 167, 233), (23,))
    assert image.calibration == "unknown: sizes are in pixels"


def test_a_folder_of_other_tifs_is_a_movie_in_natural_order(tmp_path: Path) -> None:
    for name in ("s10.tif", "s9.tif"):
        write_tif(tmp_path / name, MOVIE[0] * 0 + int(name[1:-4]))
    movie = read_image(tmp_path)
    assert np.asarray(movie.data)[:, 0, 0, 0].tolist() == [9, 10]
    write_tif(tmp_path / "s9_masks.tif", MOVIE[0])
    with pytest.raises(ImageFormatError, match=r"has images and masks \(s9_masks.tif\)"):
        read_image(tmp_path)


@pytest.mark.parametrize("channel", [1, "1", "membrane", "MEMBRANE"])
def test_a_channel_is_chosen_by_number_or_name(tmp_path: Path, channel: int | str) -> None:
    both = np.stack([MOVIE, MOVIE + 100], axis=1)
    metadata = {"axes": "TCZYX", "Channel": {"Name": ["histone", "membrane"]}}
    image = read_image(write_tif(tmp_path / "a.ome.tif", both, metadata=metadata), channel=channel)
    assert (image.name, image.channel) == ("a membrane", 1)
    np.testing.assert_array_equal(np.asarray(image.data), MOVIE + 100)


@pytest.mark.parametrize("channel", [2, -1, "gfp", ""])
def test_a_missing_channel_is_refused_with_the_existing_ones(tmp_path: Path, channel: int | str) -> None:
    path = write_tif(tmp_path / "a.tif", np.stack([MOVIE, MOVIE + 100], axis=1))
    problem = r"a.tif: has no channel .*, but 0, 1; choose one with --channel 1"
    with pytest.raises(ImageFormatError, match=problem):
        read_image(path, axes="TCZYX", channel=channel)


def test_axes_and_channel_are_chosen_in_each_file_of_a_movie(tmp_path: Path) -> None:
    both = np.stack([MOVIE[0], MOVIE[0] + 100])
    for t in range(2):
        write_tif(tmp_path / f"t{t:03d}.tif", both + t)
    movie = read_image(tmp_path, axes="CZYX", channel=1)
    np.testing.assert_array_equal(np.asarray(movie.data), np.stack([MOVIE[0] + 100, MOVIE[0] + 101]))
    assert (movie.axes, movie.channel) == ("CZYX", 1)


def test_axes_of_other_files_are_refused(tmp_path: Path) -> None:
    Image.fromarray(MOVIE[0, 0]).save(tmp_path / "a.png")
    with pytest.raises(ImageFormatError, match=r"a.png: --axes is for tif files"):
        read_image(tmp_path / "a.png", axes="ZYX")


def test_one_of_several_images_is_chosen_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as tif:
        tif.write(MOVIE, photometric="minisblack")
        tif.write(MOVIE[0, :, :2], photometric="minisblack")
    with pytest.warns(UserWarning, match=r"a.tif: has 2 images; 0 .* choose another with --series 1"):
        assert read_image(path).shape == MOVIE.shape
    second = read_image(path, series=1)
    np.testing.assert_array_equal(np.asarray(second.data), MOVIE[:1, :, :2])
    assert second.series == 1
    np.testing.assert_array_equal(np.asarray(read_labels(path, series=1).data), MOVIE[:1, :, :2])


def test_the_number_of_an_image_is_for_one_file(tmp_path: Path) -> None:
    write_tif(tmp_path / "t000.tif", MOVIE[0])
    Image.fromarray(MOVIE[0, 0]).save(tmp_path / "a.png")
    for path in (tmp_path, [tmp_path / "t000.tif"]):
        with pytest.raises(ImageFormatError, match="--series is for one file with several images"):
            read_image(path, series=0)
    with pytest.raises(ImageFormatError, match=r"a.png: has no image 1"):
        read_image(tmp_path / "a.png", series=1)
    with pytest.raises(ImageFormatError, match="--channel and --series are for labels in one tif"):
        read_labels(tmp_path, series=0)
