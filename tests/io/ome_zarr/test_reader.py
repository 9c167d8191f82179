from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from helpers.files.zarr_files import create_pyramid
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.image import channels, open_image, read_image
from napari_devolearn.io.ome_zarr.reader import is_ome_zarr, label_groups
from napari_devolearn.plugin.reader import get_reader, read

MOVIE = np.arange(2 * 3 * 4 * 5, dtype=np.uint16).reshape(2, 3, 4, 5)
UNITS = {"t": "second", "z": "micrometer", "y": "nanometer", "x": "nanometer"}
SCALE = {"q": 1.0, "t": 90.0, "c": 1.0, "z": 1.0, "y": 90.0, "x": 90.0}
KINDS = {"t": "time", "c": "channel"}


def ngff(path: Path, data: np.ndarray, axes: str, *, version: int = 3, **more: Any) -> Path:
    """One level of an image, as written by other tools."""
    attributes: dict[str, Any] = {
        "multiscales": [
            {
                "axes": [
                    {"name": a, "type": KINDS.get(a, "space"), **({"unit": UNITS[a]} if a in UNITS else {})}
                    for a in axes
                ],
                "datasets": [
                    {
                        "path": "full",
                        "coordinateTransformations": [{"type": "scale", "scale": [SCALE[a] for a in axes]}],
                    }
                ],
                **more,
            }
        ]
    }
    if version == 3:
        attributes = {"ome": {"version": "0.5", **attributes}}
    group = zarr.create_group(str(path), zarr_format=version, attributes=attributes, overwrite=True)
    group.create_array("full", data=data)
    return path


@pytest.mark.parametrize("version", [2, 3])
def test_pixels_and_calibration_are_in_um_and_minutes(tmp_path: Path, version: int) -> None:
    stack = read_image(ngff(tmp_path / "é m.ome.zarr", MOVIE, "tzyx", version=version))
    np.testing.assert_array_equal(np.asarray(stack.data), MOVIE)
    assert stack.voxel_size == pytest.approx((1.0, 0.09, 0.09))
    assert (stack.frame_interval, stack.name, stack.dtype) == (1.5, "é m", np.uint16)


@pytest.mark.parametrize(
    ("unit", "um"), [("µm", 1.0), ("um", 1.0), ("micron", 1.0), ("mm", 1e3), ("pixel", None)]
)
def test_all_spellings_of_units_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: str, um: float | None
) -> None:
    for axis in "zyx":
        monkeypatch.setitem(UNITS, axis, unit)
        monkeypatch.setitem(SCALE, axis, 0.5 / (um or 1))
    stack = read_image(ngff(tmp_path / "a.ome.zarr", MOVIE, "tzyx"))
    assert stack.voxel_size == (pytest.approx((0.5, 0.5, 0.5)) if um else None)


def test_an_unknown_unit_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UNITS, "z", "furlong")
    with pytest.warns(UserWarning, match="its unit of z 'furlong' is not a known unit of length"):
        assert read_image(ngff(tmp_path / "a.ome.zarr", MOVIE, "tzyx")).voxel_size is None


@pytest.mark.parametrize(("axes", "index"), [("yx", np.s_[0, 0]), ("zyx", np.s_[0]), ("tyx", np.s_[:, 0])])
def test_missing_axes_are_added(tmp_path: Path, axes: str, index: Any) -> None:
    stack = read_image(ngff(tmp_path / "m.zarr", MOVIE[index], axes))
    wanted = tuple({"t": 2, "z": 3, "y": 4, "x": 5}[a] if a in axes else 1 for a in "tzyx")
    assert stack.shape == wanted
    np.testing.assert_array_equal(np.asarray(stack.data).ravel(), MOVIE[index].ravel())


def test_each_channel_is_a_stack(tmp_path: Path) -> None:
    path = ngff(tmp_path / "m.zarr", np.stack([MOVIE, MOVIE + 1], axis=1), "tczyx")
    first, second = channels(open_image(path))
    np.testing.assert_array_equal(np.asarray(second.data), np.asarray(first.data) + 1)
    with pytest.raises(ImageFormatError, match="2 channels"):
        read_image(path)


def test_a_scale_of_the_whole_image_multiplies_that_of_the_level(tmp_path: Path) -> None:
    whole = [{"type": "scale", "scale": [1.0, 2.0, 2.0, 2.0]}]
    stack = read_image(ngff(tmp_path / "m.zarr", MOVIE, "tzyx", coordinateTransformations=whole))
    assert stack.voxel_size == pytest.approx((2.0, 0.18, 0.18))


def test_sizes_without_a_unit_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(UNITS, "x")
    stack = read_image(ngff(tmp_path / "m.zarr", MOVIE, "tzyx"))
    assert stack.voxel_size is None
    assert "no unit" in stack.calibration


def test_labels_in_an_image_are_found_by_its_list(tmp_path: Path) -> None:
    path = ngff(tmp_path / "m.zarr", MOVIE, "tzyx")
    with pytest.raises(ImageFormatError, match="no labels"):
        read_labels(path)
    zarr.create_group(str(path / "labels"), attributes={"ome": {"labels": ["cells", "gone"]}})
    made = create_pyramid(path / "labels" / "cells", "cells", MOVIE.shape, np.uint32, frames=(7, 9))
    for t in range(2):
        made.write(t, MOVIE[0] * t)
    with pytest.warns(UserWarning, match="lists labels that are missing: gone"):
        assert label_groups(path) == [path / "labels" / "cells"]
    zarr.open_group(str(path / "labels"), mode="r+").attrs["ome"] = {"labels": ["cells"]}
    found = read_labels(path)
    assert (found.shape[1:], found.frames, found.dtype) == (MOVIE.shape[1:], (7, 8, 9), np.uint32)
    assert found.missing == {8}
    np.testing.assert_array_equal(np.asarray(found.data[2]), MOVIE[0])
    assert not np.asarray(found.data[:2]).any()


def test_a_path_without_an_image_is_refused(tmp_path: Path) -> None:
    zarr.create_group(str(tmp_path / "g.zarr"))
    with pytest.raises(ImageFormatError, match=r"g\.zarr: .*no multiscales"):
        read_image(tmp_path / "g.zarr")
    odd = ngff(tmp_path / "q.zarr", MOVIE[0], "qyx")
    with pytest.raises(ImageFormatError, match="axes q, y, x"):
        read_image(odd)
    path = ngff(tmp_path / "m.zarr", MOVIE, "tzyx")
    assert is_ome_zarr(path)
    assert not is_ome_zarr(tmp_path / "g.zarr")
    assert not is_ome_zarr(tmp_path)
    for chunk in (path / "full" / "c").rglob("*"):
        if chunk.is_file():
            chunk.write_bytes(b"rot")
    with pytest.raises(ImageFormatError, match=r"m\.zarr: frame [01]: cannot be read"):
        np.asarray(read_image(path).data)


@pytest.mark.parametrize(("value", "name"), [(float("nan"), "nan"), (1e300, r"1e\+300"), (-1e12, r"-1e\+12")])
def test_an_implausible_translation_is_reported(tmp_path: Path, value: float, name: str) -> None:
    path = ngff(tmp_path / "m.zarr", MOVIE[0], "zyx", version=2)
    group = zarr.open_group(str(path))
    described = dict(group.attrs)["multiscales"]
    steps = described[0]["datasets"][0]["coordinateTransformations"]
    steps.append({"type": "translation", "translation": [0.0, value, 180.0]})
    group.attrs["multiscales"] = described
    with pytest.warns(
        UserWarning, match=rf"m\.zarr: the translation {name} at a scale of 90 along y is implausible"
    ):
        assert read_image(path).offset == (0.0, 0.0, 2.0)


def test_an_unsupported_transformation_is_reported_once(tmp_path: Path) -> None:
    steps = [{"type": "affine", "affine": []}]
    path = ngff(tmp_path / "m.ome.zarr", MOVIE, "tzyx", coordinateTransformations=steps)
    with pytest.warns(UserWarning, match="of type 'affine' is not applied") as told:
        read(str(path))
    assert len(told) == 1


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(
    ("omero", "name"),
    [
        ({"channels": [{"label": "GFP"}, {"label": "RFP"}]}, "RFP"),
        ({"channels": [{"label": "GFP"}]}, "channel 1"),
        ({"channels": [{"label": "GFP"}, {}]}, "channel 1"),
        ({"channels": 2}, "channel 1"),
        ([], "channel 1"),
    ],
)
def test_channels_have_the_names_of_omero(tmp_path: Path, omero: Any, name: str, version: int) -> None:
    path = ngff(tmp_path / "m.zarr", np.stack([MOVIE, MOVIE + 1], axis=1), "tczyx", version=version)
    group = zarr.open_group(path)
    if version == 2:
        group.attrs["omero"] = omero
    else:
        group.attrs["ome"] = dict(group.attrs["ome"]) | {"omero": omero}
    assert [stack.name for stack in channels(open_image(path))][1] == f"m {name}"
    if name == "RFP":
        np.testing.assert_array_equal(np.asarray(read_image(path, channel="rfp").data), MOVIE + 1)


@pytest.mark.parametrize("version", [2, 3])
def test_a_plate_is_refused_with_the_remedy(tmp_path: Path, version: int) -> None:
    plate = {"plate": {"wells": []}}
    zarr.create_group(
        tmp_path / "p.zarr", zarr_format=version, attributes=plate if version == 2 else {"ome": plate}
    )
    with pytest.raises(ImageFormatError, match="it is a plate; choose one of its images"):
        read_image(tmp_path / "p.zarr")


@pytest.mark.parametrize("attributes", ["{", '{"multiscales": []}', '{"plate": {}}', "\ufffe"])
def test_a_folder_named_ome_zarr_is_opened_by_this_reader(tmp_path: Path, attributes: str) -> None:
    path = ngff(tmp_path / "m.ome.zarr", MOVIE[0], "zyx", version=2)
    (path / "full").rename(path / "0")  # as a number, an array might be taken for an image of a container
    (path / ".zattrs").write_text(attributes, encoding="utf-8")
    assert get_reader(str(path)) is not None
    with pytest.raises(ImageFormatError, match=r"m\.ome\.zarr: (not an OME-Zarr image|OME-Zarr attributes)"):
        read(str(path))


def test_a_missing_array_is_named(tmp_path: Path) -> None:
    path = ngff(tmp_path / "a.ome.zarr", MOVIE[0], "zyx")
    shutil.rmtree(path / "full")
    with pytest.raises(ImageFormatError, match=r"a\.ome\.zarr: its array 'full' is missing"):
        read_image(path)


@pytest.mark.parametrize("version", [2, 3])
def test_an_array_without_a_group_is_no_image(tmp_path: Path, version: int) -> None:
    zarr.create_array(str(tmp_path / "a.zarr"), shape=(2, 2), dtype="u1", zarr_format=version)
    with pytest.raises(ImageFormatError, match=r"a\.zarr: not an OME-Zarr image"):
        read_image(tmp_path / "a.zarr")
