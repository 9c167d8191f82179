from __future__ import annotations

from pathlib import Path

import npe2
import numpy as np
import pytest
import tifffile
from napari.components import ViewerModel
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication, QFileDialog

from helpers.drawn.lineage import drawn_labels
from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.widgets.io_utilities import add_files, ask_if_movie, layers_to_save, save_folder


@pytest.fixture(autouse=True)
def plugins() -> None:
    """Register the installed plugins, as napari does."""
    npe2.PluginManager.instance().discover()


@pytest.fixture
def hyperstack(tmp_path: Path) -> Path:
    """An ImageJ hyperstack of (3, 4, 20, 30) voxels of 2.0 x 0.3 x 0.3 um."""
    path = tmp_path / "embryo.tif"
    tifffile.imwrite(
        path,
        np.zeros((3, 4, 20, 30), np.uint8),
        imagej=True,
        metadata={"axes": "TZYX", "spacing": 2.0, "unit": "um"},
        resolution=(1 / 0.3, 1 / 0.3),
    )
    return path


def test_a_hyperstack_has_its_axes_and_voxel_size(hyperstack: Path) -> None:
    viewer = ViewerModel()
    add_files(viewer, [str(hyperstack)])
    (layer,) = viewer.layers
    assert layer.data.shape == (3, 4, 20, 30)
    np.testing.assert_allclose(layer.scale, [1, 2.0, 0.3, 0.3])


def test_a_bad_file_is_reported_and_the_next_one_opens(
    hyperstack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("napari_devolearn.widgets.io_utilities.show_error", said.append)
    (tmp_path / "broken.tif").write_bytes(b"II*\0 and no more")
    (tmp_path / "notes.txt").write_text("no tif")
    viewer = ViewerModel()
    add_files(viewer, [str(tmp_path / name) for name in ("broken.tif", "notes.txt", "embryo.tif")])
    assert [layer.name for layer in viewer.layers] == ["embryo"]
    assert len(said) == 2
    assert "broken.tif" in said[0]
    assert "notes.txt: not a tif" in said[1]


@pytest.fixture
def volumes(tmp_path: Path) -> list[str]:
    """Three volumes of (2, 6, 8) voxels in separate files; their brightness is their number."""
    paths = [tmp_path / f"cells_{number}.tif" for number in (2, 10, 1)]
    for path in paths:
        value = int(path.stem.split("_")[1])
        tifffile.imwrite(path, np.full((2, 6, 8), value, np.uint8), photometric="minisblack")
    return [str(path) for path in paths]


def test_files_open_as_one_movie_in_the_order_of_their_numbers(volumes: list[str]) -> None:
    viewer = ViewerModel()
    add_files(viewer, volumes, one_movie=True)
    (layer,) = viewer.layers
    assert layer.data.shape == (3, 2, 6, 8)
    assert [int(np.asarray(frame).max()) for frame in layer.data] == [1, 2, 10]
    add_files(viewer, volumes)
    assert len(viewer.layers) == 4


def test_different_frames_are_not_a_movie(
    volumes: list[str], hyperstack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("napari_devolearn.widgets.io_utilities.show_error", said.append)
    viewer = ViewerModel()
    add_files(viewer, [*volumes, str(hyperstack)], one_movie=True)
    assert not viewer.layers
    assert "embryo.tif" in said[0]


@pytest.mark.parametrize(
    ("button", "answer"), [("One movie", True), ("One layer per file", False), ("Cancel", None)]
)
def test_the_user_is_asked_how_to_open_several_files(qtbot: QtBot, button: str, answer: bool | None) -> None:
    def press() -> None:
        box = QApplication.activeModalWidget()
        next(one for one in box.buttons() if one.text().replace("&", "") == button).click()

    QTimer.singleShot(100, press)
    assert ask_if_movie(None, 3) is answer


TRACK = np.array([[1, 0, 0, 1, 1], [1, 1, 0, 1, 1]], float)


def test_the_selected_labels_and_tracks_are_saved() -> None:
    viewer = ViewerModel()
    with pytest.raises(DevolearnError, match="0 Labels and 0 Tracks layers: select one Labels layer"):
        layers_to_save(viewer.layers)
    one = viewer.add_labels(drawn_labels(), name="one")
    tracks = viewer.add_tracks(TRACK)
    assert layers_to_save(viewer.layers) == [one, tracks]  # the tracks are selected, the labels alone
    two = viewer.add_labels(drawn_labels(), name="two")
    assert layers_to_save(viewer.layers) == [two]
    viewer.layers.selection = {tracks}
    with pytest.raises(DevolearnError, match="2 Labels and 1 Tracks layers"):
        layers_to_save(viewer.layers)


def test_it_asks_for_a_folder_and_writes_it(
    make_napari_viewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer: Viewer = make_napari_viewer()
    viewer.add_labels(drawn_labels(), scale=(1, 2, 0.1, 0.1), units=("pixel", "um", "um", "um"))
    folder = tmp_path / "01_RES"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(folder), "Folder (*)"))
    save_folder()
    assert (folder / "mask000.tif").is_file()
    assert (folder / "res_track.txt").is_file()
    before = sorted(folder.iterdir())
    save_folder()  # refused, and told of
    assert sorted(folder.iterdir()) == before
