from __future__ import annotations

from pathlib import Path

import npe2
import numpy as np
import pytest
import tifffile

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels, drawn_tracks
from helpers.saved_layers import CALIBRATED, PLACED, ours, points
from napari_devolearn.exceptions import DevolearnError, OutputExistsError
from napari_devolearn.io.ctc.ctc_result import write_ctc
from napari_devolearn.io.ctc.tracktable import read_tracks
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.plugin.reader import read
from napari_devolearn.plugin.writer import write_ctc_folder, write_labels


def ome(path: Path) -> str:
    with tifffile.TiffFile(path) as tif:
        return tif.ome_metadata


def size(path: Path) -> list[str]:
    """PhysicalSizeZ, Y and X."""
    words = ome(path).split()
    return [word.split('"')[1] for axis in "ZYX" for word in words if word.startswith(f"PhysicalSize{axis}=")]


def test_labels_and_tracks_make_a_result_folder(tmp_path: Path) -> None:
    folder = tmp_path / "01_RES"
    layers = [
        (points(), {"graph": drawn_tracks().graph}, "tracks"),
        (drawn_labels(), PLACED | ours(), "labels"),
    ]
    assert write_ctc_folder(str(folder), layers) == [str(folder)]

    masks = sorted(folder.glob("mask*.tif"))
    assert [mask.name for mask in masks] == [f"mask{number:03d}.tif" for number in FRAMES]
    np.testing.assert_array_equal([tifffile.imread(mask) for mask in masks], drawn_labels())
    assert size(masks[0]) == ["1.0", "0.09", "0.09"]
    assert read_tracks(folder / "res_track.txt") == drawn_tracks()


def test_labels_of_separate_frames_are_not_tracks_and_give_a_warning(tmp_path: Path) -> None:
    attributes = PLACED | ours()
    attributes["metadata"]["devolearn"]["linked"] = False
    with pytest.warns(UserWarning, match="res_track.txt are not tracks"):
        write_ctc_folder(str(tmp_path / "01_RES"), [(drawn_labels(), attributes, "labels")])


@pytest.mark.filterwarnings("ignore:.*no mask for frames 11-14")
@pytest.mark.parametrize("frames", [FRAMES, (7, 8, 9, 10, 15)], ids=["consecutive", "without 11 to 14"])
def test_opened_layers_round_trip(tmp_path: Path, frames) -> None:
    rows = tuple(
        row._replace(begin=frames[row.begin - 7], end=frames[row.end - 7]) for row in drawn_tracks().rows
    )
    first = tmp_path / "first"
    write_ctc(first, drawn_labels(), Tracks(rows), frames=frames, voxel_size=VOXEL_SIZE)
    opened = npe2.read([str(first)], stack=False, plugin_name="napari-devolearn")

    write_ctc_folder(str(tmp_path / "again"), opened)
    labels, tracks = npe2.read([str(tmp_path / "again")], stack=False, plugin_name="napari-devolearn")

    assert (labels[2], tracks[2]) == ("labels", "tracks")
    assert labels[1]["metadata"]["devolearn"]["frames"] == tuple(range(7, frames[-1] + 1))
    there = [number - 7 for number in frames]
    np.testing.assert_array_equal(np.asarray(labels[0])[there], drawn_labels())
    for key in ("scale", "units", "translate", "axis_labels"):
        assert labels[1][key] == opened[0][1][key]
    assert labels[1]["scale"] == (1, *VOXEL_SIZE)
    assert sorted(path.name for path in first.iterdir()) == sorted(
        path.name for path in (tmp_path / "again").iterdir()
    )
    assert tracks[1]["graph"] == drawn_tracks().graph
    np.testing.assert_array_equal(tracks[0], opened[1][0])
    assert (first / "res_track.txt").read_text() == (tmp_path / "again" / "res_track.txt").read_text()


def test_an_ome_tiff_opens_again_as_the_same_labels(tmp_path: Path) -> None:
    path = str(tmp_path / "a.ome.tif")
    write_labels(path, drawn_labels(), PLACED | ours())
    [(data, attributes, kind)] = npe2.read([path], stack=False, plugin_name="napari-devolearn")

    assert kind == "labels"
    np.testing.assert_array_equal(data, drawn_labels())
    assert attributes["scale"] == (1.5, *VOXEL_SIZE)
    assert attributes["translate"] == (7 * 1.5, 0, 0, 0)
    assert attributes["metadata"]["devolearn"].items() >= ours()["metadata"]["devolearn"].items()


def test_tracks_of_different_labels_are_refused(tmp_path: Path) -> None:
    layers = [(drawn_labels(), CALIBRATED, "labels"), (points(), {"graph": {}}, "tracks")]
    with pytest.raises(DevolearnError, match="outside the frames of the Labels layer"):
        write_ctc_folder(str(tmp_path / "out"), layers)


def test_napari_saves_and_refuses(tmp_path: Path, make_napari_viewer) -> None:
    viewer = make_napari_viewer()
    viewer.add_labels(drawn_labels(), **PLACED, **ours())
    viewer.add_tracks(points(), graph=drawn_tracks().graph)
    folder = tmp_path / "01_RES"

    assert viewer.layers.save(str(folder), plugin="napari-devolearn") == [str(folder)]
    assert read_tracks(folder / "res_track.txt") == drawn_tracks()
    assert size(folder / "mask007.tif") == ["1.0", "0.09", "0.09"]
    with pytest.raises(OutputExistsError, match="is not empty; choose a new folder name"):
        viewer.layers.save(str(folder), plugin="napari-devolearn")

    viewer.layers.selection = {viewer.layers[0]}
    file = tmp_path / "a.ome.tif"
    assert viewer.layers.save(str(file), selected=True) == [str(file)]
    assert size(file) == ["1.0", "0.09", "0.09"]


@pytest.mark.parametrize(
    ("name", "plugin", "is_folder"),
    [
        ("a.ome.tif", None, False),
        ("a.ome.tif", "napari-devolearn", False),
        ("01_RES", "napari-devolearn.write_ctc", True),
    ],
)
def test_npe2_finds_the_writer_of_a_single_layer(tmp_path: Path, name: str, plugin, is_folder: bool) -> None:
    layer = (drawn_labels(), PLACED | ours(), "labels")
    assert npe2.write(str(tmp_path / name), [layer], plugin_name=plugin) == [str(tmp_path / name)]
    assert (tmp_path / name).is_dir() == is_folder
    assert is_folder or 'Name="labels"' in ome(tmp_path / name)


def test_messages_are_shown_by_napari(tmp_path: Path) -> None:
    labels = np.full((1, 1, 2, 2), 70000)
    with pytest.raises(DevolearnError, match="relabel_sequential") as caught:
        write_ctc_folder(str(tmp_path / "out"), [(labels, {}, "labels")])
    assert not isinstance(caught.value, ValueError)
    with pytest.raises(DevolearnError, match="label -1 is negative") as caught:
        write_labels(str(tmp_path / "a.ome.tif"), -labels // 70000, {})
    assert not isinstance(caught.value, ValueError)
    assert not list(tmp_path.iterdir())


def test_an_ome_tiff_keeps_calibration_and_frames_and_replaces_an_existing_one(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    for _ in range(2):
        assert write_labels(str(path), drawn_labels(), PLACED | ours()) == [str(path)]
    assert 'TimeIncrement="1.5"' in ome(path)
    assert "7,8,9,10,11" in ome(path)
    np.testing.assert_array_equal(tifffile.imread(path), drawn_labels())


@pytest.mark.parametrize(
    ("shape", "attributes", "expected"),
    [
        ((6, 8), {}, (1, 1, 6, 8)),
        ((3, 6, 8), {}, (1, 3, 6, 8)),
        ((3, 6, 8), {"axis_labels": ("-3", "-2", "-1")}, (1, 3, 6, 8)),
        ((3, 6, 8), {"axis_labels": ("time", "y", "x")}, (3, 1, 6, 8)),
        ((3, 6, 8), {"units": ("pixel", "um", "um"), "scale": (1, 0.5, 0.5)}, (3, 1, 6, 8)),
        ((3, 5, 6, 8), {"axis_labels": ("z", "t", "y", "x")}, (5, 3, 6, 8)),
    ],
)
def test_axes_follow_from_the_layer(tmp_path: Path, shape, attributes, expected) -> None:
    path = tmp_path / "a.ome.tif"
    write_labels(str(path), np.ones(shape, np.uint8), attributes)
    with tifffile.TiffFile(path) as tif:
        assert tif.series[0].get_shape(squeeze=False)[:2] + tif.series[0].shape[-2:] == expected


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (("pixel",) * 4, []),
        (("second", "micrometer", "micrometer", "micrometer"), ["2.0", "0.5", "0.5"]),
        (("pixel", "nm", "nm", "nm"), ["0.002", "0.0005", "0.0005"]),
        (("pixel", "pixel", "um", "um"), []),
        ((), []),
    ],
)
def test_the_voxel_size_is_written_only_if_units_are_lengths(tmp_path: Path, units, expected) -> None:
    path = tmp_path / "a.ome.tif"
    write_labels(str(path), drawn_labels(), {"scale": (1, 2, 0.5, 0.5), "units": units})
    assert size(path) == expected


def test_the_first_frame_of_another_layer_is_its_translation(tmp_path: Path) -> None:
    layer = (drawn_labels(), {"scale": (2, 1, 1, 1), "translate": (14, 0, 0, 0)}, "labels")
    write_ctc_folder(str(tmp_path / "out"), [layer])
    assert (tmp_path / "out" / "mask007.tif").exists()


def test_five_axes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DevolearnError, match="labels with 5 axes cannot be saved"):
        write_labels(str(tmp_path / "a.ome.tif"), np.ones((1, 1, 1, 2, 2), int), {})


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ({"scale": (1, -1, 0.5, 0.5)}, "scale is negative along Z; files do not store mirroring"),
        ({"shear": (0, 0, 0, 0, 0, 0.5)}, "rotated, sheared or transformed"),
        ({"rotate": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, -1, 0]]}, "rotated, sheared"),
    ],
)
def test_lost_properties_of_a_layer_are_reported(tmp_path: Path, lost: dict, said: str) -> None:
    path = tmp_path / "a.ome.tif"
    placed = {"name": "crop", "scale": (1, 1, 0.5, 0.5), "translate": (0, 5, 2, 2)}
    with pytest.warns(UserWarning, match=f"crop: it.*{said}"):
        write_labels(str(path), drawn_labels(), CALIBRATED | placed | lost)
    assert size(path) == ["1.0", "0.5", "0.5"]
    ((_, attributes, _),) = read(str(path))
    assert attributes["translate"] == (0, 5, 2, 2)


@pytest.mark.parametrize(
    ("translate", "said"),
    [
        ((0, 0, float("nan"), 0), "position along Y is not a number, so it is saved at 0"),
        ((1.6, 0, 0, 0), "begins at frame 1.6; its frames are saved from 2 on"),
    ],
)
def test_a_position_that_a_file_cannot_keep_is_reported(tmp_path: Path, translate: tuple, said: str) -> None:
    with pytest.warns(UserWarning, match=f"crop: {said}|crop: its {said}"):
        write_labels(
            str(tmp_path / "a.ome.tif"), drawn_labels(), CALIBRATED | {"name": "crop", "translate": translate}
        )


@pytest.mark.parametrize("step", [0, float("nan")])
def test_an_invalid_scale_is_refused(tmp_path: Path, step: float) -> None:
    attributes = CALIBRATED | {"name": "crop", "scale": (1, step, 0.5, 0.5)}
    with pytest.raises(DevolearnError, match=rf"crop: its scale {step:g} along Z is not a size"):
        write_labels(str(tmp_path / "a.ome.tif"), drawn_labels(), attributes)


def test_minutes_of_the_layer_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    timed = {"scale": (90, 1, 0.5, 0.5), "units": ("second", "um", "um", "um"), "translate": (180, 0, 0, 0)}
    write_labels(str(path), drawn_labels(), CALIBRATED | timed)
    ((_, attributes, _),) = read(str(path))
    assert (attributes["scale"][0], attributes["units"][0], attributes["translate"][0]) == (1.5, "min", 3.0)
