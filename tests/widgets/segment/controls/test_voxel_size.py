from __future__ import annotations

from pathlib import Path

import npe2
import numpy as np
import pytest
import tifffile
from napari.components import ViewerModel
from napari.layers import Image
from pytestqt.qtbot import QtBot

from napari_devolearn._types import VoxelSize
from napari_devolearn.models.registry import find_model
from napari_devolearn.widgets.segment.controls.voxel_size import VoxelSizeBox

SPEC = find_model("nucleus").spec


def shown(image: Image, typed: dict[Path, VoxelSize] | None = None) -> VoxelSizeBox:
    """The box with an image."""
    box = VoxelSizeBox({} if typed is None else typed)
    box.show_image(image, SPEC)
    return box


def values(box: VoxelSizeBox) -> list[float]:
    return [edge.value for edge in box.edges]


def note(box: VoxelSizeBox) -> str:
    return box.note.value


def test_the_voxel_size_of_the_layer_is_shown_and_not_changed(qtbot: QtBot) -> None:
    viewer = ViewerModel()
    image = viewer.add_image(np.zeros((4, 8, 8)), scale=(1, 0.123456, 0.09), units="um")
    box = shown(image)
    assert values(box) == pytest.approx([1, 0.1235, 0.09])
    assert box.apply(viewer) == pytest.approx((1, 0.123456, 0.09))
    image.scale = (2, 0.2, 0.1)
    assert values(box) == pytest.approx([2, 0.2, 0.1])


def test_an_unknown_size_is_reported_and_a_typed_one_is_set(qtbot: QtBot) -> None:
    viewer = ViewerModel()
    image = viewer.add_image(np.zeros((2, 4, 8, 8)))
    box = shown(image)
    assert note(box) == f"unknown: Run assumes {SPEC.pixel_size} µm along each axis; type it if you know it"
    assert box.apply(viewer) is None
    for edge, value in zip(box.edges, (1.0, 0.5, 0.25), strict=True):
        edge.value = value
    assert tuple(image.scale) == (1, 1, 1, 1)
    assert box.apply(viewer) == (1.0, 0.5, 0.25)
    assert tuple(image.scale) == (1, 1.0, 0.5, 0.25)
    assert note(box) == "from the layer"


def test_the_size_in_the_file_is_found_and_set_by_a_run(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "hyperstack.tif"
    data = np.zeros((5, 20, 30), np.uint8)
    meta = {"axes": "ZYX", "spacing": 2.0, "unit": "um"}
    tifffile.imwrite(path, data, imagej=True, metadata=meta, resolution=(4, 4))
    npe2.PluginManager.instance().discover()
    viewer = ViewerModel()
    (image,) = viewer.open(path, plugin="napari")
    box = shown(image)
    assert "from the file" in note(box)
    assert tuple(image.scale) == (1, 1, 1)
    assert box.apply(viewer) == (2.0, 0.25, 0.25)
    assert tuple(image.scale) == (2.0, 0.25, 0.25)
    assert note(box) == "from the layer"


def test_an_incomplete_voxel_size_is_refused(qtbot: QtBot) -> None:
    viewer = ViewerModel()
    box = shown(viewer.add_image(np.zeros((4, 8, 8))))
    box.edges[2].value = 0.1
    with pytest.raises(ValueError, match="type Z, Y and X"):
        box.apply(viewer)


def test_a_2d_image_has_no_z(qtbot: QtBot) -> None:
    viewer = ViewerModel()
    box = shown(viewer.add_image(np.zeros((8, 8))))
    z, y, x = box.edges
    assert not z.enabled
    y.value, x.value = 0.5, 0.25
    assert box.apply(viewer) == (1.0, 0.5, 0.25)


def test_a_typed_size_is_used_for_other_images_of_the_folder(qtbot: QtBot, tmp_path: Path) -> None:
    viewer, typed = ViewerModel(), {}

    def image(folder: str) -> Image:
        layer = viewer.add_image(np.zeros((4, 8, 8)))
        layer.metadata["devolearn"] = {"source": str(tmp_path / folder / "stack.tif")}
        return layer

    box = shown(image("one"), typed)
    for edge, value in zip(box.edges, (1.0, 0.5, 0.25), strict=True):
        edge.value = value
    box.apply(viewer)
    again, other = shown(image("one"), typed), shown(image("two"), typed)
    assert values(again) == [1.0, 0.5, 0.25]
    assert note(again).startswith("as typed for another image of this folder")
    assert values(other) == [0, 0, 0]
    assert other.apply(viewer) is None
    assert again.apply(viewer) == (1.0, 0.5, 0.25)
