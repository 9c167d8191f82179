from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from helpers.files.prepared_pairs import prepare
from napari_devolearn.exceptions import DatasetError, OutputExistsError, TooManyLabelsError
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.training.data.pairs import read_pairs
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.plan import plan_preparation
from napari_devolearn.training.prepare.write import iter_prepare

pytestmark = pytest.mark.filterwarnings("ignore:tiny_01. 1 of 3 time points held out")


def content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_pairs_are_lossless_and_listed_in_the_index(
    tiny_ctc: Path, tiny_embryo: SimulatedEmbryo, tmp_path: Path
) -> None:
    pairs = prepare([tiny_ctc], tmp_path / "data", PrepareParams())
    assert pairs == read_pairs(tmp_path / "data")
    assert len(pairs) == 3 * 6
    assert {pair.t for pair in pairs if pair.split == "held_out"} == {1}
    for pair in pairs:
        for kind, truth in (("images", tiny_embryo.image), ("masks", tiny_embryo.labels)):
            pixels = np.asarray(Image.open(tmp_path / "data" / kind / pair.file))
            np.testing.assert_array_equal(pixels, truth[pair.t, pair.z])
        assert pair.n_instances == len(np.unique(tiny_embryo.labels[pair.t, pair.z])) - 1
        assert pair.voxel_size == (1.0, 0.5, 0.5)


def test_inputs_can_be_appended(tiny_ctc: Path, tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    first = prepare([tiny_ctc], data, PrepareParams())
    with pytest.raises(DatasetError, match=r"tiny_01_t000_z000\.png: already in the folder"):
        prepare([tiny_ctc], data, PrepareParams(), append=True)
    assert read_pairs(data) == first
    tiny_ctc.rename(other)
    second = prepare([other], data, PrepareParams(hold_out=("other_01",)), append=True)
    assert read_pairs(data) == first + second
    assert {pair.split for pair in second} == {"held_out"}


def test_overwriting_replaces_only_prepared_data(tiny_ctc: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    prepare([tiny_ctc], data, PrepareParams())
    (data / "images/mine.png").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"is not empty; .*--append .*--overwrite"):
        prepare([tiny_ctc], data, PrepareParams())
    mask = tiny_ctc / "01_GT/SEG/man_seg002.tif"
    tifffile.imwrite(mask, tifffile.imread(mask) * np.array([0, 1, 1, 1, 0, 0], np.uint16)[:, None, None])
    pairs = prepare([tiny_ctc], data, PrepareParams(keep_empty=1), overwrite=True)
    assert [pair.z for pair in pairs if pair.t == 2] == [0, 1, 2, 3, 4]
    assert read_pairs(data) == pairs
    assert {file.name for file in (data / "images").iterdir()} == {pair.file for pair in pairs} | {"mine.png"}


def test_an_interrupted_preparation_keeps_existing_data(tiny_ctc: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    steps = iter_prepare(plan_preparation([tiny_ctc], PrepareParams()), data)
    next(steps)
    steps.close()
    assert not data.exists()
    prepare([tiny_ctc], data, PrepareParams())
    before = content(data)
    mask = tiny_ctc / "01_GT/SEG/man_seg002.tif"
    tifffile.imwrite(mask, tifffile.imread(mask).astype(np.uint32) * 70000)
    for mask in (tiny_ctc / "01_GT/SEG").glob("man_seg00[01].tif"):
        tifffile.imwrite(mask, tifffile.imread(mask).astype(np.uint32))
    with pytest.raises(TooManyLabelsError, match="tiny_01, time point 2"):
        prepare([tiny_ctc], data, PrepareParams(), overwrite=True)
    assert content(data) == before


def test_empty_masks_are_refused(tiny_ctc: Path, tmp_path: Path) -> None:
    for mask in (tiny_ctc / "01_GT/SEG").glob("*.tif"):
        tifffile.imwrite(mask, np.zeros_like(tifffile.imread(mask)))
    for keep_empty in (None, 0):
        with pytest.raises(DatasetError, match="tiny_01: all masks are empty"):
            prepare([tiny_ctc], tmp_path / "data", PrepareParams(keep_empty=keep_empty))
    assert not (tmp_path / "data").exists()


def test_a_folder_needs_training_data(tiny_ctc: Path, tmp_path: Path) -> None:
    data, params = tmp_path / "data", PrepareParams(hold_out=("tiny_01",))
    with pytest.raises(DatasetError, match="no training data remain"):
        prepare([tiny_ctc], data, params)
    assert not data.exists()


def test_the_input_is_never_changed(tiny_ctc: Path) -> None:
    for output in (tiny_ctc, tiny_ctc.parent):
        with pytest.raises(ValueError, match="contains the input"):
            prepare([tiny_ctc], output, PrepareParams(), overwrite=True)
    with pytest.raises(ValueError, match="choose one"):
        prepare([tiny_ctc], tiny_ctc / "data", PrepareParams(), overwrite=True, append=True)


def test_a_killed_preparation_can_be_repeated(tiny_ctc: Path, tmp_path: Path) -> None:
    steps = iter_prepare(plan_preparation([tiny_ctc], PrepareParams()), tmp_path / "data")
    next(steps)
    left = tmp_path / "killed"
    shutil.copytree(tmp_path / "data", left)  # what lies there when the process is gone
    steps.close()
    with pytest.raises(DatasetError, match=r"index\.csv: not found"):
        read_pairs(left)
    assert prepare([tiny_ctc], left, PrepareParams()) == read_pairs(left)
