from __future__ import annotations

import pandas as pd
import pytest
import tifffile

from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.postprocess.centroids import centroids


def test_a_folder_of_masks(run, dataset, tmp_path) -> None:
    masks, table = dataset / "01_GT" / "TRA", tmp_path / "nuclei.csv"
    status, said, warned = run(
        "centroids", masks, "-o", table, "--voxel-size", "1,0.5,0.5", "--frames", "1:3"
    )
    expected = centroids(read_labels(masks), voxel_size=(1, 0.5, 0.5)).query("frame >= 1")
    assert (status, warned.count("warning")) == (0, 0), warned
    assert f"{len(expected)} rows" in said
    found = pd.read_csv(table)
    assert list(found)[5:] == ["z_um", "y_um", "x_um", "relative_size", "voxels", "volume_um3"]
    pd.testing.assert_frame_equal(found, expected.reset_index(drop=True), check_exact=False, atol=1e-4)


def test_an_unknown_voxel_size_is_reported(run, dataset, tmp_path) -> None:
    labels = tmp_path / "labels.tif"
    tifffile.imwrite(labels, tifffile.imread(dataset / "01_GT" / "TRA" / "man_track000.tif"))
    status, _, warned = run("centroids", labels, "-o", tmp_path / "nuclei.csv", "--quiet")
    assert status == 0
    assert "voxel size unknown" in warned
    assert pd.read_csv(tmp_path / "nuclei.csv")["volume_um3"].isna().all()


@pytest.mark.parametrize(
    ("labels", "table", "said"),
    [("01_GT/TRA", "nuclei.xlsx", ".csv"), ("missing.tif", "nuclei.csv", "missing.tif")],
)
def test_invalid_inputs_are_refused(fails, dataset, tmp_path, labels, table, said) -> None:
    assert said in fails("centroids", dataset / labels, "-o", tmp_path / table)
    assert not any(tmp_path.iterdir())


def test_an_existing_table_is_kept(fails, dataset, tmp_path) -> None:
    table = tmp_path / "nuclei.csv"
    table.write_text("a week of work")
    assert "--overwrite" in fails("centroids", dataset / "01_GT" / "TRA", "-o", table)
    assert table.read_text() == "a week of work"


def test_a_table_of_masks_is_not_overwritten_by_its_centroids(fails, tmp_path) -> None:
    masks = tmp_path / "masks.csv"
    masks.write_text("id,annotation,width,height\na,1 3,8,6\n")
    assert "masks.csv: is the input" in fails("centroids", masks, "-o", masks, "--overwrite")
    assert "1 3,8,6" in masks.read_text()
