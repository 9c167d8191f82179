from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.lineage import FRAMES, drawn_labels
from helpers.files.ctc_folders import raw_volume, write_dataset, write_tif
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.sequences import is_sequence, sequence_sources

SIZE = (1.0, 0.2, 0.2)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data set of the frames 7 to 11; its gold truth has only plane 1 of frame 8."""
    return write_dataset(tmp_path / "Fluo-N3DH-CE")


def test_silver_truth_has_whole_volumes(root: Path) -> None:
    for path in (root, root / "01"):
        (source,) = sequence_sources(path, PrepareParams())
        assert source.name == "Fluo-N3DH-CE_01"
        assert [volume.t for volume in source.volumes] == list(FRAMES)
        assert source.skipped == ()
        second = source.volumes[1]
        assert second.voxel_size == (1.0, 0.09, 0.09)
        assert second.slices == (0, 1)
        np.testing.assert_array_equal(second.read_image(), raw_volume(FRAMES[1]))
        np.testing.assert_array_equal(second.read_mask(), drawn_labels()[1])


def test_only_the_labelled_slices_of_gold_truth_are_used(root: Path) -> None:
    (source,) = sequence_sources(root / "01", PrepareParams(truth="gt", voxel_size=SIZE))
    (volume,) = source.volumes
    assert (volume.t, volume.slices, volume.voxel_size) == (8, (1,), SIZE)
    assert source.skipped == tuple(frame for frame in FRAMES if frame != 8)
    np.testing.assert_array_equal(volume.read_image(), raw_volume(8)[1:2])
    np.testing.assert_array_equal(volume.read_mask(), drawn_labels()[1, 1:2])


def test_gold_truth_is_used_without_silver_truth(root: Path) -> None:
    shutil.rmtree(root / "01_ST")
    (source,) = sequence_sources(root, PrepareParams())
    assert len(source.volumes) == 1
    with pytest.raises(DatasetError, match=r"no _ST/SEG next to it \(found TRA, SEG; TRA contains markers"):
        sequence_sources(root / "01", PrepareParams(truth="st"))


def test_masks_from_another_folder(root: Path, tmp_path: Path) -> None:
    (root / "01_ST").rename(tmp_path / "mine")
    params = PrepareParams(truth=str(tmp_path / "mine/SEG"))
    assert len(sequence_sources(root, params)[0].volumes) == len(FRAMES)


def test_masks_of_other_images_are_refused(root: Path, tmp_path: Path) -> None:
    write_tif(tmp_path / "other/man_seg007.tif", np.zeros((2, 5, 5), np.uint16))
    with pytest.raises(DatasetError, match=r"01: 2 x 6 x 8 .*, but masks of 2 x 5 x 5 in .*other"):
        sequence_sources(root / "01", PrepareParams(truth=str(tmp_path / "other")))
    write_tif(tmp_path / "late/man_seg099.tif", drawn_labels()[0])
    with pytest.raises(DatasetError, match="no time point has a mask"):
        sequence_sources(root / "01", PrepareParams(truth=str(tmp_path / "late")))


def test_masks_without_an_image_are_ignored_with_a_warning(root: Path) -> None:
    (root / "01/t011.tif").unlink()
    with pytest.warns(UserWarning, match="no image for the masks of frames 11"):
        (source,) = sequence_sources(root, PrepareParams())
    assert len(source.volumes) == len(FRAMES) - 1


def test_a_root_without_ground_truth_is_refused(root: Path) -> None:
    for name in ("01_GT", "01_ST"):
        shutil.rmtree(root / name)
    assert is_sequence(root)
    with pytest.raises(DatasetError, match="no sequence with ground truth"):
        sequence_sources(root, PrepareParams())


def test_other_folders_are_not_sequences(root: Path) -> None:
    assert not is_sequence(root / "01_ST/SEG")
    assert not is_sequence(root.parent)


def test_an_unknown_voxel_size_is_reported(root: Path) -> None:
    with pytest.warns(UserWarning, match="voxel size unknown"):
        (source,) = sequence_sources(root.rename(root.parent / "mine"), PrepareParams())
    assert source.volumes[0].voxel_size == (1, 1, 1)
