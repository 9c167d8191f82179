from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from helpers.files.zarr_files import create_pyramid
from napari_devolearn.inference.model import Model
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.image import read_image
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.spec_file import write_spec
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
    assert "res_track.txt are not tracks" in warned
    assert masks == ["mask001.tif", "mask002.tif", "res_track.txt"]
    assert tifffile.imread(tmp_path / "01_RES" / "mask001.tif").max() == 1


def test_a_2d_image_gives_a_2d_image(run, dataset, tmp_path) -> None:
    image, output = tmp_path / "slice.tif", tmp_path / "labels.tif"
    tifffile.imwrite(image, tifffile.imread(dataset / "01" / "t000.tif")[3, :37, :53])
    status, _, warned = run("segment", image, "-o", output, "--voxel-size", "0.5,0.5")
    assert status == 0
    assert "warning" not in warned
    assert tifffile.imread(output).shape == (37, 53)


def test_the_table_matches_the_labels(run, dataset, tmp_path) -> None:
    output, table = tmp_path / "labels.ome.tif", tmp_path / "new" / "nuclei.csv"
    status, said, warned = run("segment", dataset / "01", "-o", output, "--centroids", table, "--quiet")
    assert status == 0, warned
    found, labels = pd.read_csv(table), read_labels(output)
    assert f"{len(found)} rows" in said
    pd.testing.assert_frame_equal(found, centroids(labels), check_exact=False, atol=1e-4)


def test_an_unknown_voxel_size_is_reported(run, tmp_path) -> None:
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
        (("--frames", "7:9"), "choose from 0 to 2"),
        (("--device", "cuda:99"), "cuda:99"),
        (("--model", "kidney"), "nucleus"),
        (("--as", "membrane"), "a nucleus model gives"),
        (("--as", "walls"), "membrane"),
        (("--centroids", "cells.txt"), "cells.txt"),
        (("--centroids", "cells.csv", "--as", "mask"), "no separate objects"),
        (("--voxel-size", "1,1,1,1"), "--voxel-size"),
        (("--probability", "p.png"), "p.png"),
        (("--probability", "folder"), "folder"),
        (("--workers", "0"), "whole number"),
        (("--workers", "2", "--scheduler", "tcp://h:1"), "not both"),
    ],
)
def test_invalid_options_are_refused(fails, dataset, tmp_path, options, said) -> None:
    assert said in fails("segment", dataset / "01", "-o", tmp_path / "labels.tif", *options)
    assert not any(tmp_path.iterdir())


def test_a_lineage_model_is_refused_with_the_right_subcommand(fails, tmp_path) -> None:
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


def test_a_missing_input_is_reported(fails, tmp_path) -> None:
    assert "missing.tif" in fails("segment", tmp_path / "missing.tif", "-o", tmp_path / "labels.tif")


def test_an_existing_result_is_kept(fails, dataset, tmp_path) -> None:
    output = tmp_path / "labels.tif"
    output.write_bytes(b"a week of work")
    assert "--overwrite" in fails("segment", dataset / "01", "-o", output)
    assert output.read_bytes() == b"a week of work"


def test_labels_are_written_into_their_ome_zarr_image(run, dataset, tmp_path) -> None:
    image = tmp_path / "movie.ome.zarr"
    stack = read_image(dataset / "01")
    pyramid = create_pyramid(
        image, "movie", stack.shape, stack.dtype, voxel_size=stack.voxel_size, labels=False
    )
    for t in range(3):
        pyramid.write(t, np.asarray(stack.data[t]))
    status, _, warned = run("segment", image, "-o", image, "--quiet")
    assert status == 0, warned
    run("segment", dataset / "01", "-o", tmp_path / "labels.ome.tif", "--quiet")
    inside, alone = read_labels(image), read_labels(tmp_path / "labels.ome.tif")
    assert inside.voxel_size == pytest.approx(stack.voxel_size)
    np.testing.assert_array_equal(np.asarray(inside.data), np.asarray(alone.data))


@pytest.mark.parametrize("name", ["labels.ome.tif", "labels.ome.zarr", "01_RES"])
def test_ctrl_c_keeps_completed_frames_and_no_partial_files(
    run, dataset, tmp_path, monkeypatch, name
) -> None:
    options = ("--probability", "p.ome.zarr", "--centroids", "c.csv", "--quiet")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    monkeypatch.chdir(whole)
    assert run("segment", dataset / "01", "-o", name, *options)[0] == 0
    predict, calls = Model.predict_planes, iter(range(100))

    def interrupted(self, *arguments):
        if next(calls) == 15:  # in the third frame
            raise KeyboardInterrupt
        return predict(self, *arguments)

    monkeypatch.chdir(broken)
    monkeypatch.setattr(Model, "predict_planes", interrupted)
    assert run("segment", dataset / "01", "-o", name, *options)[0] == 130
    assert [path.name for path in broken.iterdir()] == [f"{name}.unfinished"]
    assert "differs" in run("segment", dataset / "01", "-o", name, *options, "--threshold", "0.6")[2]
    status, said, warned = run("segment", dataset / "01", "-o", name, *options)
    assert status == 0, warned
    assert "resumed with 2 of 3 completed frames" in said
    assert contents(broken) == contents(whole)


def contents(folder: Path) -> dict[str, bytes]:
    """Content of every file below a folder, by path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_run_without_a_completed_frame_leaves_no_files(run, dataset, tmp_path, monkeypatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Model, "predict_planes", interrupted)
    assert run("segment", dataset / "01", "-o", tmp_path / "01_RES")[0] == 130
    assert not any(tmp_path.iterdir())


def test_channel_and_axes_are_chosen_by_the_options_named_in_errors(run, tmp_path) -> None:
    rng = np.random.default_rng(0)
    two = rng.integers(0, 99, (2, 2, 3, 32, 40)).astype(np.uint8)
    path = tmp_path / "two.ome.tif"
    metadata = {"axes": "TCZYX", "Channel": {"Name": ["histone", "membrane"]}}
    tifffile.imwrite(path, two, photometric="minisblack", metadata=metadata)
    voxels = ("--voxel-size", "1,0.5,0.5", "--quiet")
    status, _, warned = run("segment", path, "-o", tmp_path / "a.ome.tif", *voxels)
    assert (status, "0 histone, 1 membrane; choose one with --channel 1" in warned) == (2, True)
    status, _, warned = run("segment", path, "-o", tmp_path / "a.ome.tif", "--channel", "membrane", *voxels)
    assert (status, read_labels(tmp_path / "a.ome.tif").shape) == (0, (2, 3, 32, 40)), warned
    options = ("--axes", "TCZ", "--channel", "0", "--frames", "1:2")
    status, _, warned = run("segment", path, "-o", tmp_path / "b.ome.tif", *options, *voxels)
    assert (status, read_labels(tmp_path / "b.ome.tif").frames) == (0, (1,)), warned
    status, _, warned = run("segment", path, "-o", tmp_path / "c.ome.tif", "--axes", "T5,Z5", *voxels)
    assert (status, "--axes T5,Z5 does not fit: there are 12 planes" in warned) == (2, True)


def write_sized(path: Path, um: float) -> Path:
    sizes = {f"PhysicalSize{axis}": um for axis in "XYZ"}
    tifffile.imwrite(path, np.zeros((2, 32, 32), np.uint8), metadata={"axes": "ZYX"} | sizes)
    return path


def test_pixels_larger_than_a_nucleus_are_refused_in_one_line(fails, tmp_path) -> None:
    said = fails("segment", write_sized(tmp_path / "mm.ome.tif", 200), "-o", tmp_path / "l.ome.tif")
    assert "mm.ome.tif: a pixel of 200 um is larger than a nucleus" in said
    assert "--voxel-size" in said


def test_implausible_pixels_are_reported_once(run, tmp_path) -> None:
    image = write_sized(tmp_path / "nm.ome.tif", 0.0002)
    status, _, warned = run("segment", image, "-o", tmp_path / "l.ome.tif", "--quiet")
    assert status == 0
    assert [
        line.partition("um ")[0] for line in warned.splitlines() if "wide" in line or "small" in line
    ] == [f"warning: {image}: a pixel of 0.0002 "]
