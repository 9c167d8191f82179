from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import zarr

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels
from helpers.files.zarr_files import create_pyramid
from napari_devolearn.exceptions import OutputError, OutputExistsError
from napari_devolearn.io.ctc.ctc_result import write_ctc
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.image import read_image
from napari_devolearn.io.ome_zarr.output import label_target
from napari_devolearn.io.outputs import frame_output
from napari_devolearn.io.writing.output import FrameOutput, Layout

LABELS = drawn_labels()
LAYOUT = Layout(LABELS.shape, VOXEL_SIZE, 1.5, tuple(FRAMES))
PRESENT = {t: np.unique(frame[frame > 0]).tolist() for t, frame in enumerate(LABELS)}


def write_all(target: Path, **options: Any) -> FrameOutput:
    """Write the drawn labels in reverse order, and finish."""
    output = frame_output(target, target.with_name("frames"), LAYOUT, **options)
    output.begin()
    for index in reversed(range(len(LABELS))):
        output.write(index, LABELS[index])
    np.testing.assert_array_equal(output.read(1), LABELS[1])
    output.finish(PRESENT)
    return output


@pytest.mark.parametrize("name", ["l.ome.tif", "l.ome.zarr", "01_RES"])
def test_labels_come_back_with_calibration_and_frame_numbers(tmp_path: Path, name: str) -> None:
    output = write_all(tmp_path / name)
    found = read_labels(tmp_path / name)
    assert (found.voxel_size, found.frames) == (pytest.approx(VOXEL_SIZE), tuple(FRAMES))
    np.testing.assert_array_equal(np.asarray(found.data), LABELS)
    assert output.target == tmp_path / name


def test_a_folder_equals_the_output_of_write_ctc(tmp_path: Path) -> None:
    away = LABELS.copy()
    away[3][away[3] == 2] = 0  # leaves and returns: the mask after it is numbered anew
    output = frame_output(tmp_path / "a", tmp_path / "frames", LAYOUT)
    output.begin()
    for index, frame in enumerate(away):
        output.write(index, frame)
    present = {t: np.unique(frame[frame > 0]).tolist() for t, frame in enumerate(away)}
    with pytest.warns(UserWarning, match="leave and return"):
        output.finish(present)
    with pytest.warns(UserWarning, match="leave and return"):
        written = write_ctc(tmp_path / "b", away, frames=FRAMES, voxel_size=VOXEL_SIZE)
    for path in written:
        ours = tmp_path / "a" / path.name
        if path.suffix == ".tif":
            np.testing.assert_array_equal(tifffile.imread(ours), tifffile.imread(path))
        else:
            assert ours.read_bytes() == path.read_bytes()
    assert len(list((tmp_path / "a").iterdir())) == len(written)


@pytest.mark.parametrize("name", ["l.ome.tif", "l.ome.zarr", "01_RES"])
def test_an_existing_result_is_replaced_only_with_overwrite(tmp_path: Path, name: str) -> None:
    write_all(tmp_path / name)
    with pytest.raises(OutputExistsError):
        write_all(tmp_path / name)
    write_all(tmp_path / name, overwrite=True)
    assert not list(tmp_path.glob(".*"))


def test_finishing_twice_has_no_effect(tmp_path: Path) -> None:
    output = write_all(tmp_path / "l.ome.zarr")
    output.finish(PRESENT)
    assert read_labels(tmp_path / "l.ome.zarr").shape == LABELS.shape


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_labels_are_added_to_those_of_an_image(tmp_path: Path, zarr_format: int) -> None:
    image = tmp_path / "movie.ome.zarr"
    made = create_pyramid(image, "movie", LABELS.shape, np.uint8, labels=False, zarr_format=zarr_format)
    for t in range(len(LABELS)):
        made.write(t, np.zeros(LABELS.shape[1:], np.uint8))
    for name in ("nucleus", "cell"):
        write_all(label_target(image, name))
    group = zarr.open_group(str(image / "labels"), mode="r")
    assert dict(group.attrs).get("ome", dict(group.attrs))["labels"] == ["nucleus", "cell"]
    assert group.metadata.zarr_format == group["cell"].metadata.zarr_format == zarr_format
    np.testing.assert_array_equal(np.asarray(read_labels(image / "labels" / "cell").data), LABELS)
    assert not np.asarray(read_image(image).data).any()


def test_labels_of_a_container_are_visible_to_other_tools(tmp_path: Path) -> None:
    write_all(tmp_path / "l.ome.zarr", name="nucleus")
    group = zarr.open_group(str(tmp_path / "l.ome.zarr"), mode="r")
    path = group.attrs["ome"]["multiscales"][0]["datasets"][0]["path"]
    assert path == "labels/nucleus/0"
    np.testing.assert_array_equal(group[path][:], LABELS)
    assert label_target(tmp_path / "l.ome.zarr", "cell") == tmp_path / "l.ome.zarr"


@pytest.mark.parametrize("name", ["l.ome.tif", "l.ome.zarr"])
def test_a_full_disk_is_reported(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    output = frame_output(tmp_path / name, tmp_path / "frames", LAYOUT)
    output.begin()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="disk is full"):
        output.write(0, LABELS[0])
