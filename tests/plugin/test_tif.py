from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from napari.components import ViewerModel
from npe2 import PluginManager

from helpers.files.ctc_folders import write_tif
from napari_devolearn.plugin.reader import read
from napari_devolearn.plugin.tif import read_folder, read_tif

MOVIE = np.random.default_rng(0).integers(0, 2**12, (3, 5, 6, 8), np.uint16)
IMAGEJ = {"imagej": True, "resolution": (10, 10)}
UM = {"unit": "um", "spacing": 1.0, "finterval": 90}


def test_a_hyperstack_is_lazy_calibrated_and_named(tmp_path: Path) -> None:
    PluginManager.instance().discover()
    path = write_tif(tmp_path / "EMBRYO.TIF", MOVIE, **IMAGEJ, metadata={"axes": "TZYX"} | UM)
    (layer,) = ViewerModel().open(path, plugin="napari-devolearn")
    assert (layer.name, layer.data.shape) == ("EMBRYO", MOVIE.shape)
    assert tuple(layer.scale) == (1.5, 1.0, 0.1, 0.1)
    assert [str(unit) for unit in layer.units] == ["minute", *["micrometer"] * 3]
    assert layer.axis_labels == ("t", "z", "y", "x")
    assert layer.metadata["devolearn"]["axes"] == "T3 Z5"
    assert not isinstance(layer.data, np.ndarray)
    np.testing.assert_array_equal(np.asarray(layer.data), MOVIE)


def test_both_channels_are_layers_with_their_names(tmp_path: Path) -> None:
    metadata = {"axes": "TCYX", "Channel": {"Name": ["histone", "membrane"]}}
    layers = read_tif(write_tif(tmp_path / "a.ome.tif", MOVIE[:, :2], metadata=metadata))
    assert [attributes["name"] for _, attributes, _ in layers] == ["a histone", "a membrane"]
    assert [attributes["metadata"]["devolearn"]["channel"] for _, attributes, _ in layers] == [0, 1]
    np.testing.assert_array_equal(np.asarray(layers[1][0])[:, 0], MOVIE[:, 1])


def test_2d_and_rgb_images_open_as_in_napari(tmp_path: Path) -> None:
    ((plane, attributes, kind),) = read_tif(write_tif(tmp_path / "a.tif", MOVIE[0, 0]))
    assert (plane.shape, attributes["axis_labels"], kind) == ((6, 8), ("y", "x"), "image")
    colours = np.random.default_rng(1).integers(0, 255, (6, 8, 3), np.uint8)
    ((photo, attributes, kind),) = read_tif(write_tif(tmp_path / "b.tif", colours, photometric="rgb"))
    assert (attributes["rgb"], attributes["name"], kind) == (True, "b", "image")
    np.testing.assert_array_equal(np.asarray(photo), colours)
    assert len(attributes["scale"]) == 2


def test_files_named_as_labels_open_as_labels(tmp_path: Path) -> None:
    ((_, _, kind),) = read_tif(write_tif(tmp_path / "a_cp_masks.tif", MOVIE[0]))
    assert kind == "labels"


def test_many_channels_are_opened_as_slices_with_a_warning(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", MOVIE.reshape(15, 6, 8), imagej=True, metadata={"axes": "CYX"})
    with pytest.warns(UserWarning, match="its 15 channels are shown as slices"):
        ((data, _, _),) = read_tif(path)
    assert data.shape == (1, 15, 6, 8)


def test_planes_of_unknown_axes_are_opened_as_slices_with_the_reason(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.ome.tif", MOVIE, metadata={"axes": "TZYX"})
    path.write_bytes(path.read_bytes().replace(b"</OME>", b"</OMX>"))
    with pytest.warns(UserWarning, match=r"OME-XML cannot be read .*--axes .*shown as slices"):
        ((data, _, _),) = read_tif(path)
    assert data.shape == (1, 15, 6, 8)


def test_every_image_of_a_file_is_a_layer(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as tif:
        for name, pixels in (("one", MOVIE[0]), ("two", MOVIE[1, :, :4])):
            tif.write(pixels, photometric="minisblack", metadata={"axes": "ZYX", "Name": name})
    layers = read_tif(path)
    assert [(attributes["name"], attributes["visible"]) for _, attributes, _ in layers] == [
        ("a one", True),
        ("a two", False),
    ]


def test_a_folder_of_several_kinds_opens_and_lists_each(tmp_path: Path) -> None:
    for name in ("s10.tif", "s9.tif"):
        write_tif(tmp_path / name, MOVIE[0] + int(name[1:-4]))
    write_tif(tmp_path / "other.tif", MOVIE[0, 0, :4])
    write_tif(tmp_path / "s9_masks.tif", MOVIE[0])
    with pytest.warns(
        UserWarning, match=r"differ in size or type, so each kind becomes one layer: .*2 of .*s9.tif"
    ):
        layers = read_folder(tmp_path)
    assert [(data.shape, kind) for data, _, kind in layers] == [
        ((4, 8), "image"),
        ((2, 5, 6, 8), "image"),
        ((1, 5, 6, 8), "labels"),
    ]
    np.testing.assert_array_equal(np.asarray(layers[1][0])[0], MOVIE[0] + 9)


@pytest.mark.parametrize("dropped", [False, True])
def test_files_of_planes_and_channels_become_a_layer_per_channel(tmp_path: Path, dropped: bool) -> None:
    for t, z, c in np.ndindex(2, 3, 2):
        write_tif(tmp_path / f"a_t{t}_z{z}_ch{c:02d}.tif", MOVIE[t, z] + 100 * c)
    paths = sorted(map(str, tmp_path.iterdir()))
    green, red = read(paths if dropped else str(tmp_path))
    assert [green[1]["name"], red[1]["name"]] == [f"{tmp_path.name} ch00", f"{tmp_path.name} ch01"]
    np.testing.assert_array_equal(np.asarray(red[0]), MOVIE[:2, :3] + 100)


@pytest.mark.parametrize("name", ["a.lsm", "a.LSM", "a.stk", "a.btf"])
def test_other_suffixes_of_tiff_files_open(tmp_path: Path, name: str) -> None:
    tifffile.imwrite(tmp_path / name, MOVIE[0], photometric="minisblack", bigtiff=name.endswith("btf"))
    PluginManager.instance().discover()
    (layer,) = ViewerModel().open(tmp_path / name, plugin="napari-devolearn")
    assert (layer.name, layer.data.shape) == ("a", (1, 5, 6, 8))
