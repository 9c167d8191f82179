from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels, drawn_tracks
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError, OutputError, OutputExistsError
from napari_devolearn.io.tables.geff_output import write_geff
from napari_devolearn.lineage.tracks import Track, Tracks

geff = pytest.importorskip("geff")


def points() -> np.ndarray:
    """Centres of `drawn_labels`: columns label, frame, z, y, x."""
    rows = [
        [label, frame, *np.argwhere(mask == label).mean(axis=0)]
        for frame, mask in zip(FRAMES, drawn_labels(), strict=True)
        for label in np.unique(mask[mask > 0])
    ]
    return np.array(rows)


def read(path: Path) -> geff.GeffMetadata:
    """The graph, checked by geff as strictly as possible."""
    from geff.validate.data import ValidationConfig

    geff.validate_structure(path)
    return geff.read(path, data_validation=ValidationConfig(graph=True, lineage=True, tracklet=True))


def test_geff_round_trip(tmp_path: Path) -> None:
    path = write_geff(tmp_path / "new/embryo.geff", drawn_tracks(), points(), voxel_size=VOXEL_SIZE)
    graph, metadata = read(path)
    assert graph.number_of_nodes() == 7
    by_time = {(node["label"], node["t"]): key for key, node in graph.nodes(data=True)}
    edges = {((1, 7), (1, 8)), ((1, 8), (2, 9)), ((1, 8), (3, 9)), ((2, 9), (2, 10)), ((2, 10), (2, 11))}
    edges |= {((3, 9), (4, 11))}
    assert set(graph.edges) == {(by_time[a], by_time[b]) for a, b in edges}
    node = graph.nodes[by_time[1, 7]]
    assert [node[axis] for axis in "tzyx"] == pytest.approx([7, 0.5, 1.5 * 0.09, 0.09])
    assert [axis.unit for axis in metadata.axes] == ["frame", *["micrometer"] * 3]
    _, timed = read(write_geff(tmp_path / "timed.geff", drawn_tracks(), points(), frame_interval=1.5))
    assert (timed.axes[0].scale, timed.axes[0].scaled_unit) == (1.5, "minute")
    assert graph.nodes[by_time[4, 11]]["tracklet"] == graph.nodes[by_time[3, 9]]["tracklet"] == 3
    assert {node["lineage"] for _, node in graph.nodes(data=True)} == {1}


def test_another_tool_opens_the_graph(tmp_path: Path) -> None:
    from traccuracy.loaders import load_geff_data

    path = write_geff(tmp_path / "embryo.geff", drawn_tracks(), points())
    graph = load_geff_data(str(path))
    assert graph.graph.number_of_nodes() == 7
    assert len(graph.get_divisions()) == 1


def test_names_are_kept_and_unknown_sizes_stay_in_pixels(tmp_path: Path) -> None:
    path = write_geff(tmp_path / "embryo.geff", drawn_tracks(), points(), names={1: "AB", 2: "ABa"})
    graph, metadata = read(path)
    named = {node["label"]: node["name"] for _, node in graph.nodes(data=True)}
    assert named == {1: "AB", 2: "ABa", 3: "", 4: ""}
    assert metadata.axes[3].unit == "pixel"


def test_only_an_existing_graph_can_be_replaced(tmp_path: Path) -> None:
    path = write_geff(tmp_path / "embryo.geff", drawn_tracks(), points())
    with pytest.raises(OutputExistsError, match="already exists"):
        write_geff(path, drawn_tracks(), points())
    one = points()[points()[:, 0] == 1]
    write_geff(path, Tracks((Track(1, 7, 8, 0),)), one, overwrite=True)
    assert read(path)[0].number_of_nodes() == 2
    (tmp_path / "notes").mkdir()
    with pytest.raises(OutputExistsError):
        write_geff(tmp_path / "notes", drawn_tracks(), points(), overwrite=True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["embryo.geff", "notes"]


def test_tracks_that_contradict_the_points_are_refused(tmp_path: Path) -> None:
    wrong = Tracks((Track(1, 7, 7, 0), Track(2, 9, 11, 6), Track(3, 9, 9, 0), Track(5, 9, 9, 0)))
    with pytest.raises(CTCFormatError) as caught:
        write_geff(tmp_path / "embryo.geff", wrong, points())
    for said in (
        "parent 6 has no row",
        "track 5 has no object",
        "label 4 is in no track",
        "track 1 has an object in frame 8, outside its frames 7 to 7",
    ):
        assert said in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_without_geff_the_extra_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "geff", None)
    with pytest.raises(OutputError, match=r"pip install 'napari-devolearn\[geff\]'"):
        write_geff(tmp_path / "embryo.geff", drawn_tracks(), points())


def test_an_invalid_voxel_size_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match=r"voxel size .*: give Z, Y, X"):
        write_geff(tmp_path / "a.geff", drawn_tracks(), points(), voxel_size=(1, 0, 1))
    assert not (tmp_path / "a.geff").exists()
