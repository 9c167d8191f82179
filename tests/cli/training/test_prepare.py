from __future__ import annotations

import shutil

import numpy as np
import pytest
import tifffile

from napari_devolearn.training.data.pairs import read_pairs


def test_pairs_are_written_and_counted(run, dataset, tmp_path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(dataset, mine)
    (mine / "01_GT/SEG/man_seg000.tif").unlink()
    mask = mine / "01_GT/SEG/man_seg001.tif"
    tifffile.imwrite(mask, tifffile.imread(mask) * np.array([0, 0, 1, 1, 1, 0], np.uint16)[:, None, None])
    status, said, warned = run(
        "prepare", mine, "-o", tmp_path / "data", "--split-window", "2:", "--keep-empty", 0
    )
    assert (status, warned) == (0, "")
    assert [(pair.t, pair.split) for pair in read_pairs(tmp_path / "data")] == 3 * [(1, "train")] + 6 * [
        (2, "held_out")
    ]
    assert "9 pairs of mine_01, 3 to train on and 6 held out" in said
    assert "left out 1 time points without ground truth and 3 slices without labels" in said


@pytest.mark.parametrize(("slices", "left_out"), [(1, None), (10, 2)])
def test_a_divided_volume_counts_the_slices_that_are_left_out(run, tmp_path, slices, left_out) -> None:
    """A single slice makes two pairs; of 10 slices, those on both sides of the held-out block make none."""
    mask = np.zeros((slices, 64, 64), np.uint16)
    mask[:, 8:16, 4:60] = 1
    for name, pixels in (("image", mask * 50), ("mask", mask)):
        tifffile.imwrite(tmp_path / f"{name}.tif", pixels.astype(np.uint16))
    masks = ("--masks", tmp_path / "mask.tif", "--voxel-size", "1,0.2,0.2")
    status, said, _ = run("prepare", tmp_path / "image.tif", *masks, "-o", tmp_path / "data")
    assert status == 0
    assert (f"left out {left_out} slices" if left_out else "held out\n") in said
    assert ("left out" in said) == bool(left_out)


def test_problems_give_a_one_line_error(fails, dataset, tmp_path) -> None:
    assert "no _ST/SEG next to it" in fails(
        "prepare", dataset / "01", "--truth", "st", "-o", tmp_path / "data"
    )
    assert "--split-window" in fails("prepare", dataset, "--split-window", "5", "-o", tmp_path / "data")
    (tmp_path / "notes.txt").touch()
    assert "--append" in fails("prepare", dataset, "-o", tmp_path)
