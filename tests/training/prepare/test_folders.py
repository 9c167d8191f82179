from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.prepare.folders import folder_source
from napari_devolearn.training.prepare.params import PrepareParams

PARAMS = PrepareParams(voxel_size=(1.0, 0.5, 0.5))


def write_folder(root: Path, *stems: str) -> Path:
    """``images/`` of 4 x 6 pixels, as bright as their position in the list plus one, and equal ``masks/``."""
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True)
        for number, stem in enumerate(stems, start=1):
            Image.fromarray(np.full((4, 6), number, np.uint8)).save(root / folder / f"{stem}.png")
    return root


def test_single_images_are_time_points_in_natural_order(tmp_path: Path) -> None:
    source = folder_source(write_folder(tmp_path / "neurons", "s10", "s9"), PARAMS)
    assert source.name == "neurons"
    assert [(volume.name, volume.t, volume.slices) for volume in source.volumes] == [
        ("neurons_s9", 0, (0,)),
        ("neurons_s10", 1, (0,)),
    ]
    assert source.volumes[0].read_image().shape == (1, 4, 6)
    assert source.volumes[0].read_mask().max() == 2


def test_names_with_time_and_slice_form_volumes(tmp_path: Path) -> None:
    source = folder_source(write_folder(tmp_path / "ce", "t003_z07", "t003_z05", "t012_z00"), PARAMS)
    assert [(volume.name, volume.t, volume.slices) for volume in source.volumes] == [
        ("ce", 3, (5, 7)),
        ("ce", 12, (0,)),
    ]
    assert source.volumes[0].read_image()[:, 0, 0].tolist() == [2, 1]
    assert source.volumes[0].read_mask()[:, 0, 0].tolist() == [2, 1]


def test_masks_in_a_separate_folder(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "a", "x")
    (root / "masks").rename(tmp_path / "mine")
    with pytest.raises(DatasetError, match="no folder masks or labels; give one with --masks"):
        folder_source(root, PARAMS)
    params = PrepareParams(truth=str(tmp_path / "mine"), voxel_size=(1, 1, 1))
    for path in (root, root / "images"):
        assert len(folder_source(path, params).volumes) == 1


def test_images_or_masks_without_a_partner_are_reported(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "a", "x", "y", "z")
    (root / "masks/y.png").unlink()
    (root / "images/z.png").unlink()
    with pytest.raises(DatasetError, match=r"masks: no file for y; .*images: no file for z; add a mask"):
        folder_source(root, PARAMS)


def test_all_pairs_of_different_size_are_reported(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "a", "x", "y", "z")
    for stem in ("x", "z"):
        Image.fromarray(np.zeros((4, 5), np.uint8)).save(root / f"masks/{stem}.png")
    with pytest.raises(DatasetError, match=r"x\.png: .* x 4 x 6 .*, but its mask x\.png .*; .*z\.png: "):
        folder_source(root, PARAMS)


def test_jpegs_are_reported_once_with_the_reason(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "a", "x", "y")
    for stem in ("x", "y"):
        Image.open(root / f"images/{stem}.png").save(root / f"images/{stem}.jpg")
        (root / f"images/{stem}.png").unlink()
    with pytest.raises(DatasetError, match=r"x\.jpg, y\.jpg: JPEG compression changes pixels"):
        folder_source(root, PARAMS)


def test_duplicate_formats_and_empty_folders_are_refused(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "a", "x")
    Image.open(root / "images/x.png").save(root / "images/x.tif")
    with pytest.raises(DatasetError, match="x exists in two formats"):
        folder_source(root, PARAMS)
    with pytest.raises(DatasetError, match=r"no \.tif"):
        folder_source(write_folder(tmp_path / "b"), PARAMS)
