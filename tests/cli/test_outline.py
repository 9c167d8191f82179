from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import tifffile

from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff
from napari_devolearn.simulate.embryo import simulate_embryo
from napari_devolearn.simulate.params import SimulateParams

PARAMS = SimulateParams(
    frames=2, nuclei=30, shape=(18, 80, 120), voxel_size=(2.0, 0.5, 0.5), eggshell=(23, 27, 45)
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """Two frames of 30 nuclei in an egg of 23 by 27 by 45 um, as an OME-TIFF."""
    path = tmp_path_factory.mktemp("outline") / "egg.ome.tif"
    write_ome_tiff(path, simulate_embryo(PARAMS).image, voxel_size=PARAMS.voxel_size, name="egg")
    return path


@pytest.mark.filterwarnings("ignore:.*frame:UserWarning")
def test_table_plot_and_mask(run, stack, tmp_path) -> None:
    table, plot, mask = tmp_path / "sizes.csv", tmp_path / "sizes.svg", tmp_path / "mask.ome.tif"
    status, said, warned = run("outline", stack, "-o", table, "--plot", plot, "--mask", mask)
    assert status == 0, warned
    assert "2 rows" in said
    sizes = pd.read_csv(table)
    assert sizes["length_um"].tolist() == pytest.approx([45, 45], abs=8)
    assert sizes["volume_um3"].notna().all()
    labels = tifffile.imread(mask)
    assert labels.shape == (2, 18, 80, 120)
    volumes = (labels == 1).sum(axis=(1, 2, 3)) * np.prod(PARAMS.voxel_size)
    np.testing.assert_allclose(sizes["volume_um3"], volumes, rtol=1e-3)
    assert "<svg" in plot.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "sizes.xlsx"), ".csv"),
        (("-o", "sizes.csv", "--plot", "sizes.doc"), ".png"),
        (("-o", "sizes.csv", "--mask", "masks"), ".ome.tif"),
        (("-o", "sizes.csv", "-m", "nucleus"), "does not outline"),
        (("-o", "sizes.csv", "-m", "lineage"), "does not outline"),
    ],
)
def test_invalid_options_are_refused_before_the_work(
    fails, stack, tmp_path, monkeypatch, arguments, said
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in fails("outline", stack, *arguments)
    assert not any(tmp_path.iterdir())


def test_segment_and_lineage_can_be_restricted_to_the_embryo(run, stack, tmp_path) -> None:
    labels = tmp_path / "labels.ome.tif"
    status, _, warned = run(
        "segment", stack, "-o", labels, "--restrict-to-embryo", "--frames", "0:1", "--quiet"
    )
    assert status == 0, warned
    assert len(np.unique(tifffile.imread(labels))) > 15
    totals = []
    for name, option in (("inside", ["--restrict-to-embryo"]), ("everywhere", [])):
        status, _, warned = run("lineage", stack, "-o", tmp_path / f"{name}.csv", "--raw", "--quiet", *option)
        assert status == 0, warned
        totals.append(pd.read_csv(tmp_path / f"{name}.csv")["total"])
    np.testing.assert_allclose(*totals, rtol=0.3)
