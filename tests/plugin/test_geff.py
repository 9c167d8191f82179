from __future__ import annotations

from pathlib import Path

import npe2
import numpy as np
import pytest

from helpers.drawn.lineage import FRAMES
from helpers.files.ctc_folders import write_masks
from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.plugin.reader import read
from napari_devolearn.plugin.writer import write_tracks

geff = pytest.importorskip("geff")


def test_a_tracks_layer_becomes_a_graph_with_names_and_frame_numbers(tmp_path: Path) -> None:
    """The folder has no file for frame 10, which is shown empty."""
    folder = write_masks(tmp_path / "01_RES", "mask{:03d}.tif", "res_track.txt")
    (folder / "mask010.tif").unlink()
    with pytest.warns(UserWarning, match="no mask for frames 10"):
        _, (data, attributes, kind) = read(str(folder))
    attributes |= {"features": {"name": ["AB" if label == 1 else "" for label in data[:, 0]]}}
    path = str(tmp_path / "embryo.geff")
    npe2.PluginManager.instance().discover()
    assert npe2.write(path, [(data, attributes, kind)], plugin_name="napari-devolearn") == [path]
    graph, metadata = geff.read(path)
    assert sorted({node["t"] for _, node in graph.nodes(data=True)}) == [n for n in FRAMES if n != 10]
    assert {node["name"] for _, node in graph.nodes(data=True) if node["label"] == 1} == {"AB"}
    assert metadata.axes[1].unit == "pixel"


def test_2d_tracks_are_in_um_and_a_merge_is_refused(tmp_path: Path) -> None:
    data = np.array([[1, 0, 2, 3], [1, 1, 2, 4], [2, 0, 0, 0], [3, 2, 5, 5]])
    placed = {"scale": (1, 0.5, 0.5), "units": ("pixel", "um", "um"), "translate": (0, 0, 0)}
    write_tracks(str(tmp_path / "flat.geff"), data, placed | {"graph": {3: [1]}})
    graph, _ = geff.read(tmp_path / "flat.geff")
    assert sorted((node["z"], node["x"]) for _, node in graph.nodes(data=True)) == [
        (0, 0), (0, 1.5), (0, 2), (0, 2.5),
    ]  # fmt: skip
    with pytest.raises(DevolearnError, match="several parents"):
        write_tracks(str(tmp_path / "merge.geff"), data, placed | {"graph": {3: [1, 2]}})
    assert [one.name for one in tmp_path.iterdir()] == ["flat.geff"]
