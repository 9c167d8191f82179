from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from helpers.files.ctc_folders import write_tif
from napari_devolearn.exceptions import DatasetError, ImageFormatError
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.slices import volume_slices
from napari_devolearn.training.prepare.stacks import stack_source

RAW = np.arange(4 * 5 * 6, dtype=np.uint8).reshape(4, 5, 6)
LABELS = (RAW > 60).astype(np.uint16) * 500
SIZE = (0.5, 0.2, 0.2)


def params(masks: Path | str) -> PrepareParams:
    return PrepareParams(truth=str(masks), voxel_size=SIZE)


def test_a_tif_with_its_labels(tmp_path: Path) -> None:
    raw = write_tif(tmp_path / "t046 iso.tif", RAW)
    source = stack_source(raw, params(write_tif(tmp_path / "label.tif", LABELS)))
    (volume,) = source.volumes
    assert (source.name, volume.t, volume.slices) == ("t046-iso", 0, (0, 1, 2, 3))
    assert volume.voxel_size == SIZE
    np.testing.assert_array_equal(volume.read_image(), RAW)
    np.testing.assert_array_equal(volume.read_mask(), LABELS)


def test_matlab_files_with_labels_as_doubles(tmp_path: Path) -> None:
    arrays = {"raw": RAW.transpose(1, 2, 0), "label": LABELS.transpose(1, 2, 0).astype(float)}
    savemat(tmp_path / "membranes.mat", arrays)
    source = stack_source(tmp_path / "membranes.mat:raw", params(tmp_path / "membranes.mat:label"))
    written = volume_slices(source.volumes[0], "train", PrepareParams())
    assert written[0][0].file == "membranes_t000_z000.png"
    np.testing.assert_array_equal([image for _, image, _ in written], RAW)
    np.testing.assert_array_equal([mask for _, _, mask in written], LABELS)


def test_masks_must_be_given_and_match(tmp_path: Path) -> None:
    raw = write_tif(tmp_path / "a.tif", RAW)
    with pytest.raises(DatasetError, match="with --masks FILE"):
        stack_source(raw, PrepareParams())
    other = write_tif(tmp_path / "b.tif", LABELS[:3])
    with pytest.raises(DatasetError, match=r"a\.tif: 1 x 4 x 5 x 6 .* its mask b\.tif 1 x 3 x 5 x 6"):
        stack_source(raw, params(other))
    broken = write_tif(tmp_path / "c.tif", LABELS.astype(np.float32))
    with pytest.raises(ImageFormatError, match="labels are integers"):
        stack_source(raw, params(broken))


def test_jpeg_is_refused_with_the_reason_under_any_name(tmp_path: Path) -> None:
    Image.fromarray(RAW[0]).save(tmp_path / "a.png", format="jpeg")
    with pytest.raises(DatasetError, match=r"a\.png: JPEG compression changes pixels .* PNG or tif"):
        stack_source(tmp_path / "a.png", params(tmp_path / "a.png"))
