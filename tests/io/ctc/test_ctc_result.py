from __future__ import annotations

import errno
from pathlib import Path

import dask.array
import numpy as np
import pytest
import tifffile

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels, drawn_tracks
from napari_devolearn.exceptions import (
    CTCFormatError,
    ImageFormatError,
    OutputError,
    OutputExistsError,
    TooManyLabelsError,
)
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ctc.ctc_result import write_ctc
from napari_devolearn.io.ctc.tracktable import read_tracks
from napari_devolearn.lineage.tracks import Track, Tracks


def read_masks(folder: Path) -> np.ndarray:
    return np.stack([tifffile.imread(path) for path in sorted(folder.glob("mask*.tif"))])


def one_pixel(*labels: int) -> np.ndarray:
    """A movie of a single pixel, TZYX, with the given label in each frame."""
    return np.array(labels).reshape(-1, 1, 1, 1)


def test_masks_and_table_round_trip(tmp_path: Path) -> None:
    folder = tmp_path / "é 01_RES"
    written = write_ctc(folder, drawn_labels(), drawn_tracks(), frames=FRAMES, voxel_size=VOXEL_SIZE)

    assert [path.name for path in written] == [*(f"mask{n:03d}.tif" for n in FRAMES), "res_track.txt"]
    assert sorted(folder.iterdir()) == written
    np.testing.assert_array_equal(read_masks(folder), drawn_labels())
    stack = Stack(data=read_masks(folder), name="", source=folder, frames=FRAMES)
    assert read_tracks(folder / "res_track.txt", stack) == drawn_tracks()


def test_a_mask_is_compressed_uint16_pages_with_the_voxel_size(tmp_path: Path) -> None:
    path, *_ = write_ctc(tmp_path / "out", drawn_labels().astype(np.int64), voxel_size=VOXEL_SIZE)

    with tifffile.TiffFile(path) as tif:
        assert [(page.dtype, page.shape) for page in tif.pages] == [(np.uint16, (6, 8))] * 2
        assert tif.pages[0].compression == tifffile.COMPRESSION.ADOBE_DEFLATE
        assert 'PhysicalSizeX="0.09"' in tif.ome_metadata
        assert 'PhysicalSizeZ="1.0"' in tif.ome_metadata


def test_an_unknown_voxel_size_is_not_written(tmp_path: Path) -> None:
    path, *_ = write_ctc(tmp_path / "out", drawn_labels())
    with tifffile.TiffFile(path) as tif:
        assert "PhysicalSize" not in tif.ome_metadata


@pytest.mark.parametrize(
    "form",
    [
        lambda labels: dask.array.from_array(labels, chunks=(1, -1, -1, -1)),
        lambda labels: ((index, frame) for index, frame in enumerate(labels)),
        lambda labels: Stack(data=labels, name="", source=Path(), frames=(0, 1, 2, 3, 4)),
    ],
    ids=["dask", "iterable", "Stack"],
)
def test_labels_can_be_given_in_several_forms(tmp_path: Path, form) -> None:
    write_ctc(tmp_path / "out", form(drawn_labels()), voxel_size=VOXEL_SIZE)
    np.testing.assert_array_equal(read_masks(tmp_path / "out"), drawn_labels())


@pytest.mark.parametrize(("shape", "frame"), [((6, 8), (6, 8)), ((2, 6, 8), (2, 6, 8))])
def test_missing_axes_are_one_frame(tmp_path: Path, shape, frame) -> None:
    mask, _ = write_ctc(tmp_path / "out", np.ones(shape, bool))
    assert tifffile.imread(mask).shape == frame


def test_a_stream_has_one_frame_in_memory_at_a_time(tmp_path: Path) -> None:
    def frames():
        for number in range(4):
            written = list(tmp_path.rglob("*.tif"))
            assert len(written) == number
            yield number, np.ones((1, 2, 2), np.uint32)

    assert len(write_ctc(tmp_path / "out", frames())) == 5


@pytest.mark.parametrize(
    ("frames", "digits", "names"),
    [((8, 1000), 3, ["mask0008.tif", "mask1000.tif"]), ((8, 9), 4, ["mask0008.tif", "mask0009.tif"])],
)
def test_file_names_have_enough_digits_for_the_largest_number(tmp_path: Path, frames, digits, names) -> None:
    written = write_ctc(tmp_path / "out", one_pixel(1, 1), frames=frames, digits=digits)
    assert [path.name for path in written[:-1]] == names


def test_a_label_that_returns_is_split_with_a_warning(tmp_path: Path) -> None:
    labels = np.stack([one_pixel(1, 0, 1, 0, 1), one_pixel(2, 2, 2, 2, 2)], axis=3)[..., 0]
    with pytest.warns(UserWarning, match="1 labels leave and return"):
        write_ctc(tmp_path / "out", labels, frames=(3, 4, 5, 6, 7))

    tracks = read_tracks(tmp_path / "out" / "res_track.txt")
    assert tracks.rows == (Track(1, 3, 3, 0), Track(2, 3, 7, 0), Track(3, 5, 5, 1), Track(4, 7, 7, 3))
    assert tracks.gaps() == (1, 3)
    np.testing.assert_array_equal(read_masks(tmp_path / "out")[:, 0, 0], [1, 0, 3, 0, 4])


def test_split_labels_get_unused_numbers(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="2 labels leave"):
        write_ctc(tmp_path / "out", one_pixel(65535, 1, 65535, 1))
    np.testing.assert_array_equal(read_masks(tmp_path / "out").ravel(), [65535, 1, 3, 2])


def test_a_frame_without_a_file_is_not_a_gap(tmp_path: Path) -> None:
    write_ctc(tmp_path / "out", one_pixel(1, 1, 1), frames=(0, 1, 5))
    assert read_tracks(tmp_path / "out" / "res_track.txt").rows == (Track(1, 0, 5, 0),)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (one_pixel(1, 65536), TooManyLabelsError, "label 65536 is larger than 65535.*relabel_sequential"),
        (one_pixel(1, -1), ImageFormatError, "label -1 is negative"),
        (one_pixel(1, 1) * 1.0, ImageFormatError, "labels are float64; convert them"),
        (np.zeros((0, 1, 1, 1), int), ImageFormatError, "give YX, ZYX or TZYX with"),
        (np.zeros((1, 1, 1, 1, 1), int), ImageFormatError, "give YX, ZYX or TZYX"),
        ([], ImageFormatError, "nothing to write"),
        ([(0, np.ones((1, 1, 1), int)), (0, np.ones((1, 1, 1), int))], ImageFormatError, "frame 0: .* once"),
        ([(-1, np.ones((1, 1, 1), int))], ImageFormatError, "frame -1: "),
        ([(0, np.ones((1, 1, 1), int)), (1, np.ones((1, 2, 1), int))], ImageFormatError, "frame 1: shape"),
    ],
)
def test_labels_too_large_for_the_format_leave_no_files(tmp_path: Path, labels, error, message) -> None:
    with pytest.raises(error, match=message):
        write_ctc(tmp_path / "new" / "out", labels)
    assert not list(tmp_path.iterdir())


def test_a_split_without_a_free_label_is_refused(tmp_path: Path) -> None:
    every = np.arange(1, 65536).reshape(1, 1, 1, -1)
    labels = np.concatenate([every, np.zeros_like(every), every])
    with pytest.raises(TooManyLabelsError, match="leave and return need more than 65535"):
        write_ctc(tmp_path / "out", labels)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("tracks", "message"),
    [
        (Tracks((Track(1, 0, 1, 4),)), "track 1: parent 4 has no row"),
        (
            Tracks((Track(1, 0, 2, 0),)),
            "label 1 is not in the mask of frame 2.*label 5 .*frame 1 has no row",
        ),
    ],
)
def test_tracks_that_contradict_the_labels_are_refused(tmp_path: Path, tracks, message) -> None:
    labels = np.stack([one_pixel(1, 1), one_pixel(0, 5)], axis=3)[..., 0]
    with pytest.raises(CTCFormatError, match=message):
        write_ctc(tmp_path / "out", labels, tracks)
    assert not list(tmp_path.iterdir())


def test_frame_numbers_must_be_as_many_as_frames(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match="2 frames of labels but 3 frame numbers"):
        write_ctc(tmp_path / "out", one_pixel(1, 1), frames=(0, 1, 2))
    with pytest.raises(ImageFormatError, match=r"frame 0.5: a frame number is whole"):
        write_ctc(tmp_path / "out", one_pixel(1, 1), frames=(0.5, 1.5))  # type: ignore[arg-type]


def test_overwriting_replaces_only_the_result(tmp_path: Path) -> None:
    for name in ("mask000.tif", "mask050.tif", "res_track.txt", "notes.txt", "mask_of_mine.tif"):
        (tmp_path / name).write_text("old")
    with pytest.raises(OutputExistsError, match="is not empty; choose a new folder name"):
        write_ctc(tmp_path, one_pixel(1))
    assert (tmp_path / "mask000.tif").read_text() == "old"

    write_ctc(tmp_path, one_pixel(1), overwrite=True)
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {"mask000.tif", "res_track.txt", "notes.txt", "mask_of_mine.tif"}
    assert (tmp_path / "res_track.txt").read_text() == "1 0 0 0\n"


def test_a_full_disk_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tifffile.imwrite

    def until_full(path, *args, **kwargs):
        if path.name.startswith("2"):
            path.write_bytes(b"II*")
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(path, *args, **kwargs)

    monkeypatch.setattr(tifffile, "imwrite", until_full)
    with pytest.raises(OutputError, match="out: cannot be written: the disk is full; free some space"):
        write_ctc(tmp_path / "out", drawn_labels())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [(-1, 0.1, 0.1), (float("nan"), 1, 1), (0.1, 0.1)])
def test_an_invalid_voxel_size_is_not_written(tmp_path: Path, size: tuple[float, ...]) -> None:
    with pytest.raises(ImageFormatError, match=r"voxel size .*: give Z, Y, X"):
        write_ctc(tmp_path / "out", np.zeros((2, 3, 4, 5), np.uint16), voxel_size=size)
    assert not (tmp_path / "out").exists()
