"""Plain stacks and hyperstacks come in by the menu, with what their files say of themselves."""

from __future__ import annotations

from pathlib import Path

import npe2
import numpy as np
import pytest
import tifffile

from napari_devolearn.widgets.open_stack import add_files


@pytest.fixture(autouse=True)
def plugins() -> None:
    """The installed plugins are known, as they are in napari."""
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
    from napari.components import ViewerModel

    viewer = ViewerModel()
    add_files(viewer, [str(hyperstack)])
    (layer,) = viewer.layers
    assert layer.data.shape == (3, 4, 20, 30)
    np.testing.assert_allclose(layer.scale, [1, 2.0, 0.3, 0.3])


def test_a_bad_file_is_said_and_the_next_one_opens(
    hyperstack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari.components import ViewerModel
    from napari.utils import notifications

    said: list[str] = []
    monkeypatch.setattr(notifications, "show_error", said.append)
    (tmp_path / "broken.tif").write_bytes(b"II*\0 and no more")
    (tmp_path / "notes.txt").write_text("no tif")
    viewer = ViewerModel()
    add_files(viewer, [str(tmp_path / name) for name in ("broken.tif", "notes.txt", "embryo.tif")])
    assert [layer.name for layer in viewer.layers] == ["embryo"]
    assert len(said) == 2
    assert "broken.tif" in said[0]
    assert "notes.txt: is no tif" in said[1]
