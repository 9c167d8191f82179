"""An image in, labels of its shape and calibration out; the real model on small embryos."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import tifffile

from napari_devolearn.cli import segment
from napari_devolearn.io.image import read_image
from napari_devolearn.io.masks import read_labels
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.models.spec import ModelSpec, write_spec
from napari_devolearn.postprocess.centroids import centroids


def test_a_sequence_to_one_calibrated_file(run, dataset, tmp_path) -> None:
    output, kept = tmp_path / "new" / "labels.ome.tif", tmp_path / "p.ome.tif"
    status, said, warned = run("segment", dataset / "01", "-o", output, "--probability", kept, "--quiet")
    labels, probability = read_labels(output), read_image(kept)
    assert status == 0, warned
    assert str(output) in said
    assert labels.shape == probability.shape == (3, 6, 48, 64)
    assert labels.voxel_size == pytest.approx((1.0, 0.5, 0.5))
    assert probability.dtype == np.uint8
    assert (np.asarray(labels.data) > 0).any()
    assert (np.asarray(probability.data)[np.asarray(labels.data) > 0] >= 127).all()


def test_a_range_of_frames_to_a_ctc_folder(run, dataset, tmp_path) -> None:
    status, said, warned = run("segment", dataset, "-o", tmp_path / "01_RES", "--frames", "1:3", "--semantic")
    masks = sorted(path.name for path in (tmp_path / "01_RES").iterdir())
    assert status == 0
    assert "2 frames" in said
    assert "res_track.txt do not follow them over time" in warned
    assert masks == ["mask001.tif", "mask002.tif", "res_track.txt"]
    assert tifffile.imread(tmp_path / "01_RES" / "mask001.tif").max() == 1


def test_a_2d_image_gives_a_2d_image(run, dataset, tmp_path) -> None:
    image, output = tmp_path / "slice.tif", tmp_path / "labels.tif"
    tifffile.imwrite(image, tifffile.imread(dataset / "01" / "t000.tif")[3, :37, :53])
    status, _, warned = run("segment", image, "-o", output, "--voxel-size", "0.5,0.5")
    assert status == 0
    assert "warning" not in warned
    assert tifffile.imread(output).shape == (37, 53)


def test_the_table_holds_what_the_labels_do(run, dataset, tmp_path) -> None:
    output, table = tmp_path / "labels.ome.tif", tmp_path / "new" / "nuclei.csv"
    status, said, warned = run("segment", dataset / "01", "-o", output, "--centroids", table, "--quiet")
    assert status == 0, warned
    found, labels = pd.read_csv(table), read_labels(output)
    assert f"{len(found)} rows" in said
    pd.testing.assert_frame_equal(found, centroids(labels), check_exact=False, atol=1e-4)


def test_an_unknown_voxel_size_is_said(run, tmp_path) -> None:
    image = tmp_path / "unknown.tif"
    tifffile.imwrite(image, np.zeros((32, 32), np.uint8))
    status, _, warned = run("segment", image, "-o", tmp_path / "labels.tif")
    assert status == 0
    assert "voxel size unknown" in warned
    assert all(line.startswith("warning: ") for line in warned.splitlines())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--threshold", "2"), "threshold 2.0"),
        (("--min-diameter", "-1"), "min_diameter"),
        (("--frames", "7:9"), "there are 0 to 2"),
        (("--device", "cuda:99"), "cuda:99"),
        (("--model", "kidney"), "nucleus"),
        (("--as", "membrane"), "a nucleus model gives"),
        (("--as", "walls"), "membrane"),
        (("--centroids", "cells.txt"), "cells.txt"),
        (("--centroids", "cells.csv", "--as", "mask"), "no objects apart"),
        (("--voxel-size", "1,1,1,1"), "--voxel-size"),
        (("--probability", "p.png"), "p.png"),
        (("--probability", "folder"), "folder"),
    ],
)
def test_a_choice_that_cannot_be_meant(fails, dataset, tmp_path, options, said) -> None:
    assert said in fails("segment", dataset / "01", "-o", tmp_path / "labels.tif", *options)
    assert not any(tmp_path.iterdir())


def test_a_lineage_model_is_refused_with_the_verb_that_it_is_for(fails, tmp_path) -> None:
    spec = ModelSpec(
        name="counts",
        task="lineage",
        architecture="resnet",
        pixel_size=0.3,
        outputs=FOUNDERS,
        sha256="0" * 64,
    )
    write_spec(spec, tmp_path / "counts.json")
    said = fails("segment", tmp_path / "embryo.mov", "-m", tmp_path / "counts.json", "-o", tmp_path / "l.tif")
    assert "napari-devolearn lineage" in said


def test_an_input_that_is_not_there(fails, tmp_path) -> None:
    assert "missing.tif" in fails("segment", tmp_path / "missing.tif", "-o", tmp_path / "labels.tif")


def test_an_existing_result_stays(fails, dataset, tmp_path) -> None:
    output = tmp_path / "labels.tif"
    output.write_bytes(b"a week of work")
    assert "--overwrite" in fails("segment", dataset / "01", "-o", output)
    assert output.read_bytes() == b"a week of work"


@pytest.mark.parametrize("name", ["labels.ome.tif", "01_RES"])
def test_ctrl_c_leaves_nothing_half_written(run, dataset, tmp_path, monkeypatch, name) -> None:
    def stopped(*_: object, **__: object):
        yield np.ones((6, 48, 64), np.uint32)
        raise KeyboardInterrupt

    monkeypatch.setattr(segment, "segment_frames", stopped)
    status, _, _ = run("segment", dataset / "01", "-o", tmp_path / name)
    assert status == 130
    assert not any(tmp_path.iterdir())
