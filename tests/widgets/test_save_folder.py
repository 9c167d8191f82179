from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.viewer import Viewer
from qtpy.QtWidgets import QFileDialog

from drawn_lineage import drawn_labels
from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.widgets.save_folder import layers_to_save, save_folder

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
