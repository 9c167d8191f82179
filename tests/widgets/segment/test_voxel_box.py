"""The voxel size: from the layer, or typed."""

from __future__ import annotations

from pathlib import Path

import npe2
import numpy as np
import pytest
import tifffile
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QDoubleSpinBox, QLabel

from napari_devolearn.widgets.segment.voxel_box import VoxelBox


def edges(box: VoxelBox) -> list[QDoubleSpinBox]:
    return box.findChildren(QDoubleSpinBox)


def note(box: VoxelBox) -> str:
    return box.findChild(QLabel).text()


def test_it_shows_the_layer_and_changes_nothing_by_itself(qtbot: QtBot) -> None:
    viewer, box = ViewerModel(), VoxelBox()
    image = viewer.add_image(np.zeros((4, 8, 8)), scale=(1, 0.123456, 0.09), units="um")
    box.show_image(image)
    assert [edge.value() for edge in edges(box)] == pytest.approx([1, 0.1235, 0.09])
    assert box.apply(viewer) == pytest.approx((1, 0.123456, 0.09))
    image.scale = (2, 0.2, 0.1)
    assert [edge.value() for edge in edges(box)] == pytest.approx([2, 0.2, 0.1])


def test_unknown_is_said_and_what_is_typed_is_set(qtbot: QtBot) -> None:
    viewer, box = ViewerModel(), VoxelBox()
    image = viewer.add_image(np.zeros((2, 4, 8, 8)))
    box.show_image(image)
    assert "unknown" in note(box)
    assert box.apply(viewer) is None
    for edge, value in zip(edges(box), (1.0, 0.5, 0.25), strict=True):
        edge.setValue(value)
    assert tuple(image.scale) == (1, 1, 1, 1)
    assert box.apply(viewer) == (1.0, 0.5, 0.25)
    assert tuple(image.scale) == (1, 1.0, 0.5, 0.25)
    assert note(box) == "from the layer"


def test_a_size_that_the_file_knows_is_found_and_set_by_a_run(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "hyperstack.tif"
    data = np.zeros((5, 20, 30), np.uint8)
    meta = {"axes": "ZYX", "spacing": 2.0, "unit": "um"}
    tifffile.imwrite(path, data, imagej=True, metadata=meta, resolution=(4, 4))
    npe2.PluginManager.instance().discover()
    viewer, box = ViewerModel(), VoxelBox()
    (image,) = viewer.open(path, plugin="napari")
    box.show_image(image)
    assert "from the file" in note(box)
    assert tuple(image.scale) == (1, 1, 1)
    assert box.apply(viewer) == (2.0, 0.25, 0.25)
    assert tuple(image.scale) == (2.0, 0.25, 0.25)
    assert note(box) == "from the layer"


def test_half_a_voxel_size_is_refused(qtbot: QtBot) -> None:
    viewer, box = ViewerModel(), VoxelBox()
    box.show_image(viewer.add_image(np.zeros((4, 8, 8))))
    edges(box)[2].setValue(0.1)
    with pytest.raises(ValueError, match="type Z, Y and X"):
        box.apply(viewer)


def test_a_2d_image_has_no_z(qtbot: QtBot) -> None:
    viewer, box = ViewerModel(), VoxelBox()
    box.show_image(viewer.add_image(np.zeros((8, 8))))
    z, y, x = edges(box)
    assert not z.isEnabled()
    y.setValue(0.5)
    x.setValue(0.25)
    assert box.apply(viewer) == (1.0, 0.5, 0.25)
