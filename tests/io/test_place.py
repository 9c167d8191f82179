from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_devolearn.io.ctc.ctc_result import write_ctc
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.outputs import frame_output
from napari_devolearn.io.writing.output import Layout
from napari_devolearn.plugin.reader import read
from napari_devolearn.plugin.writer import write_ctc_folder, write_labels, write_run_lengths

LABELS = np.arange(1, 5, dtype=np.uint32)[:, None, None, None] * np.ones((1, 2, 6, 8), np.uint32)
LAYER = {
    "name": "crop",
    "scale": (1, 2, 0.1, 0.1),
    "translate": (3, 5, 2, -2.05),
    "units": ("pixel", "um", "um", "um"),
    "axis_labels": ("t", "z", "y", "x"),
}


@pytest.mark.parametrize("voxel_size", [(2.0, 0.1, 0.1), None])
@pytest.mark.parametrize("name", ["l.ome.tif", "l.ome.zarr"])
def test_offset_and_missing_frames_are_kept(tmp_path: Path, name: str, voxel_size) -> None:
    layout = Layout(LABELS.shape, voxel_size, None, (3, 4, 5, 6), frozenset({5}), (2.5, 20.0, -20.5))
    output = frame_output(tmp_path / name, tmp_path / "frames", layout)
    output.begin()
    for t, frame in enumerate(LABELS):
        output.write(t, frame * (t != 2))
    output.finish({})
    found = read_labels(tmp_path / name)
    assert (found.frames, found.missing) == ((3, 4, 5, 6), {5})
    assert found.offset == pytest.approx((2.5, 20.0, -20.5))
    (_, attributes, _), *_ = read(str(tmp_path / name))
    place = (2.5 * 2, 2.0, -2.05) if voxel_size else (2.5, 20.0, -20.5)
    assert attributes["translate"] == pytest.approx((3, *place))


def test_a_ctc_folder_has_no_mask_of_a_missing_frame(tmp_path: Path) -> None:
    layout = Layout(LABELS.shape, None, None, (3, 4, 5, 6), frozenset({5}))
    output = frame_output(tmp_path / "01_RES", tmp_path / "frames", layout)
    output.begin()
    for t in range(4):
        output.write(t, np.full((2, 6, 8), t != 2, np.uint32))
    output.finish({0: [1], 1: [1], 2: [], 3: [1]})
    names = sorted(path.name for path in (tmp_path / "01_RES").iterdir())
    assert names == ["mask003.tif", "mask004.tif", "mask006.tif", "res_track.txt"]
    assert (tmp_path / "01_RES" / "res_track.txt").read_text().split() == ["1", "3", "6", "0"]
    with pytest.warns(UserWarning, match="no mask for frames 5"):
        again = read_labels(tmp_path / "01_RES")
    write_ctc(tmp_path / "02_RES", again)
    assert sorted(path.name for path in (tmp_path / "02_RES").iterdir()) == names


def test_the_position_of_a_layer_is_kept_in_an_ome_tiff(tmp_path: Path) -> None:
    write_labels(str(tmp_path / "crop.ome.tif"), LABELS, LAYER)
    ((_, attributes, _),) = read(str(tmp_path / "crop.ome.tif"))
    assert attributes["translate"] == pytest.approx(LAYER["translate"])
    assert attributes["scale"] == pytest.approx(LAYER["scale"])


def test_formats_without_a_position_give_a_warning(tmp_path: Path) -> None:
    with pytest.warns(
        UserWarning, match=r"stores no position, and the layer begins at voxel 2\.5 x 20 x -20\.5"
    ):
        write_ctc_folder(str(tmp_path / "01_RES"), [(LABELS, LAYER, "labels")])
    with pytest.warns(UserWarning, match="stores no position"):
        write_run_lengths(str(tmp_path / "a.csv"), LABELS, LAYER)


def test_a_scale_without_a_unit_of_length_is_reported(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"crop: its scale \(2 x 0\.1 x 0\.1\) has no unit of length"):
        write_labels(str(tmp_path / "a.ome.tif"), LABELS, LAYER | {"units": ("pixel",) * 4})


def test_an_edited_missing_frame_is_saved(tmp_path: Path) -> None:
    layer = {"metadata": {"devolearn": {"frames": (0, 1, 2, 3), "missing": (1, 2), "linked": True}}}
    drawn = LABELS * np.array([1, 1, 0, 1], np.uint32)[:, None, None, None]
    write_ctc_folder(str(tmp_path / "01_RES"), [(drawn, layer, "labels")])
    names = sorted(path.name for path in (tmp_path / "01_RES").glob("*.tif"))
    assert names == ["mask000.tif", "mask001.tif", "mask003.tif"]
