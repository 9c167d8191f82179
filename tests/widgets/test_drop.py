from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from napari.settings import get_settings
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QMimeData, QPointF, Qt, QUrl
from qtpy.QtGui import QDropEvent

from napari_devolearn.widgets.segment.controls.axes import open_as

PIXELS = np.arange(2 * 3 * 16 * 20, dtype=np.uint16).reshape(2, 3, 16, 20)
IMAGEJ = {"imagej": True, "resolution": (2, 2)}


@pytest.fixture
def viewer(make_napari_viewer, monkeypatch: pytest.MonkeyPatch) -> Viewer:
    """A window in which the user has once chosen this package's reader for tifs."""
    chosen = {"*.tif": "napari-devolearn"}
    monkeypatch.setattr(get_settings().plugins, "extension2reader", chosen)
    return make_napari_viewer()


def drop(viewer: Viewer, path: Path) -> None:
    urls = QMimeData()
    urls.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    viewer.window._qt_viewer.dropEvent(QDropEvent(QPointF(20, 20), copy, urls, left, none))


def test_a_dropped_hyperstack_and_its_labels_round_trip(viewer: Viewer, qtbot: QtBot, tmp_path: Path) -> None:
    metadata = {"axes": "TZYX", "unit": "um", "spacing": 2.0, "finterval": 90}
    tifffile.imwrite(tmp_path / "embryo.tif", PIXELS, metadata=metadata, **IMAGEJ)
    drop(viewer, tmp_path / "embryo.tif")
    (image,) = viewer.layers
    np.testing.assert_allclose(image.scale, (1.5, 2, 0.5, 0.5))
    assert [str(unit) for unit in image.units] == ["minute", *["micrometer"] * 3]
    labels = viewer.add_labels(
        PIXELS // 500, name="nuclei", scale=image.scale, units=image.units, axis_labels=image.axis_labels
    )
    (saved,) = viewer.layers.save(str(tmp_path / "nuclei"), selected=True)
    drop(viewer, Path(saved))
    again = viewer.layers[-1]
    assert type(again) is type(labels)
    np.testing.assert_array_equal(np.asarray(again.data), PIXELS // 500)
    np.testing.assert_allclose(again.scale, image.scale)
    assert again.units == image.units


def test_both_channels_are_layers(viewer: Viewer, qtbot: QtBot, tmp_path: Path) -> None:
    two = np.stack([PIXELS, PIXELS[::-1]], axis=1)
    metadata = {"axes": "TCZYX", "Channel": {"Name": ["histone", "membrane"]}}
    tifffile.imwrite(tmp_path / "two.ome.tif", two, photometric="minisblack", metadata=metadata)
    drop(viewer, tmp_path / "two.ome.tif")
    assert [layer.name for layer in viewer.layers] == ["two histone", "two membrane"]
    np.testing.assert_array_equal(np.asarray(viewer.layers[1].data), PIXELS[::-1])


def test_wrong_axes_can_be_corrected(viewer: Viewer, qtbot: QtBot, tmp_path: Path) -> None:
    metadata = {"axes": "ZYX", "unit": "um", "spacing": 2.0}
    tifffile.imwrite(tmp_path / "wrong.tif", PIXELS.reshape(6, 16, 20), metadata=metadata, **IMAGEJ)
    drop(viewer, tmp_path / "wrong.tif")
    (image,) = viewer.layers
    assert image.data.shape == (1, 6, 16, 20)
    made = open_as(viewer, image, "T2 Z3")
    np.testing.assert_array_equal(np.asarray(made.data), PIXELS)
    np.testing.assert_allclose(made.scale, (1, 2, 0.5, 0.5))
