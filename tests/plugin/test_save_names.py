"""What is written by the name that a person gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from napari.plugins._npe2 import file_extensions_string_for_layers

from helpers.drawn.lineage import VOXEL_SIZE, drawn_labels
from helpers.saved_layers import PLACED, ours, points
from napari_devolearn.exceptions import DevolearnError, OutputExistsError
from napari_devolearn.plugin.writer import write_ctc_folder, write_labels, write_run_lengths, write_tracks


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("lab", "lab.ome.tif"),
        ("a.b", "a.b.ome.tif"),
        ("x.tif", "x.tif"),
        ("x.OME.TIF", "x.OME.TIF"),
        ("new/", "new/mask007.tif"),
        ("new/.ome.tif", "new/mask007.tif"),  # what npe2 makes of new/
        ("02_RES", "02_RES/mask007.tif"),
    ],
)
def test_labels_are_written_under_the_typed_name(tmp_path: Path, name: str, written: str) -> None:
    write_labels(f"{tmp_path}/{name}", drawn_labels(), PLACED)
    assert (tmp_path / written).is_file()
    assert not list(tmp_path.rglob(".*"))


def test_a_completed_name_replaces_no_file(tmp_path: Path) -> None:
    write_labels(str(tmp_path / "lab"), drawn_labels(), PLACED)
    with pytest.raises(OutputExistsError, match=r"lab\.ome\.tif"):
        write_labels(str(tmp_path / "lab"), drawn_labels(), PLACED)
    write_labels(str(tmp_path / "lab.ome.tif"), drawn_labels(), PLACED)


@pytest.mark.parametrize("name", ["x.ome.tif", "x.csv", "x.geff"])
def test_no_folder_is_created_with_the_name_of_a_file(tmp_path: Path, name: str) -> None:
    layers = [(drawn_labels(), PLACED | ours(), "labels"), (points(), {}, "tracks")]
    with pytest.raises(
        DevolearnError, match=rf"{name}: is the name of a file, .* give a name such as 01_RES"
    ):
        write_ctc_folder(str(tmp_path / name), layers)
    assert not any(tmp_path.iterdir())


def test_tables_and_graphs_get_their_suffix(tmp_path: Path) -> None:
    assert write_run_lengths(str(tmp_path / "lab"), drawn_labels(), PLACED) == [str(tmp_path / "lab.csv")]
    assert write_tracks(str(tmp_path / "tr"), points(), {}) == [str(tmp_path / "tr.geff")]
    for write in (write_run_lengths, write_tracks):
        with pytest.raises(DevolearnError, match="new/: not the name of a file"):
            write(f"{tmp_path}/new/", drawn_labels(), PLACED)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["lab", "new/", "02_RES"])
def test_files_saved_by_napari_open_again(tmp_path: Path, make_napari_viewer, name: str) -> None:
    viewer = make_napari_viewer()
    viewer.add_labels(drawn_labels(), **PLACED, **ours())
    _, writers = file_extensions_string_for_layers(viewer.layers)
    chosen = next(one for one in writers if one.command == "napari-devolearn.write_ome_tiff")
    (saved,) = viewer.layers.save(f"{tmp_path}/{name}", selected=True, _writer=chosen)
    viewer.layers.clear()
    viewer.open(saved, plugin="napari-devolearn")
    labels = viewer.layers[0]
    np.testing.assert_array_equal(np.asarray(labels.data), drawn_labels())
    np.testing.assert_allclose(labels.scale[1:], VOXEL_SIZE)
