from __future__ import annotations

import sys

import numpy as np
import pytest
import tifffile
from ctc_metrics import validate_sequence

from helpers.drawn.movies import dividing
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.ctc.tracktable import read_tracks


@pytest.fixture
def masks(tmp_path):
    """The drawn division as ``masks/mask020.tif`` .. ``mask031.tif``: labels change, frames start at 20."""
    folder = tmp_path / "masks"
    folder.mkdir()
    for t, frame in enumerate(dividing(), start=20):
        tifffile.imwrite(folder / f"mask{t:03d}.tif", frame)
    return folder


def test_masks_become_tracks(run, masks, tmp_path) -> None:
    out = tmp_path / "01_RES"
    status, said, warned = run("track", masks, "-o", out)
    assert status == 0, warned
    assert "12 frames, 4 tracks, 1 divisions" in said
    assert "voxel size unknown" in warned
    tracks = read_tracks(out / "res_track.txt", read_labels(out))
    assert sorted((row.begin, row.end) for row in tracks.rows) == [(20, 25), (20, 31), (26, 31), (26, 31)]


def test_frames_from_0_pass_the_official_validator(run, dataset, tmp_path) -> None:
    out = tmp_path / "01_RES"
    assert run("track", dataset / "01_GT/TRA", "-o", out, "--quiet")[0] == 0
    assert validate_sequence(str(out))["Valid"]


def test_tracks_are_written_as_a_graph(run, fails, masks, tmp_path, monkeypatch) -> None:
    geff = pytest.importorskip("geff")
    out = tmp_path / "tracks.geff"
    assert run("track", masks, "-o", out, "--voxel-size", "1,0.5,0.5", "--quiet")[0] == 0
    graph, metadata = geff.read(out)
    assert graph.number_of_nodes() == 6 * 2 + 6 * 3
    assert [children for _, children in graph.out_degree()].count(2) == 1
    assert min(node["t"] for _, node in graph.nodes(data=True)) == 20
    assert metadata.axes[1].unit == "micrometer"
    assert "--overwrite" in fails("track", masks, "-o", out)
    monkeypatch.setitem(sys.modules, "geff", None)
    assert "napari-devolearn[geff]" in fails("track", masks, "-o", tmp_path / "other.geff")


def test_tracked_masks_are_not_changed(run, masks, tmp_path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    run("track", masks, "-o", first, "--quiet")
    run("track", first, "-o", second, "--quiet")
    for one, other in zip(sorted(first.iterdir()), sorted(second.iterdir()), strict=True):
        if one.suffix == ".tif":
            np.testing.assert_array_equal(tifffile.imread(one), tifffile.imread(other))
        else:
            assert one.read_text() == other.read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "out", "--frames", "20:21"), "only one frame"),
        (("-o", "out.tif"), "give a folder"),
        (("-o", "out", "--max-gap", "-1"), "max_gap -1 is below 0"),
    ],
)
def test_invalid_labels_leave_no_files(fails, masks, tmp_path, options, said) -> None:
    given = [tmp_path / option if option.startswith("out") else option for option in options]
    assert said in fails("track", masks, *given)
    assert [path.name for path in tmp_path.iterdir()] == ["masks"]
