"""Slices small enough to train on in a second."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("albumentations", reason="training needs the extra: pip install napari-devolearn[train]")


@pytest.fixture
def slice_folder(tmp_path: Path) -> Path:
    """Six slices of t = 0..5, pixels twice as wide as high, each with one disc.

    ::

        images/t000_z00.png   ........    labels/t000_z00.png   00000000
                              ..####..                          00111100
                              ..####..                          00111100
                              ........                          00000000
    """
    from skimage.io import imsave

    rng = np.random.default_rng(0)
    for kind in ("images", "labels"):
        (tmp_path / kind).mkdir()
    rows = []
    for t in range(6):
        y, x = np.mgrid[:80, :40]
        labels = ((y - 40) ** 2 + (2 * x - 40) ** 2 < 15**2).astype(np.uint16)
        image = rng.poisson(20 + 120 * labels).clip(0, 255).astype(np.uint8)
        name = f"t{t:03d}_z00.png"
        imsave(tmp_path / "images" / name, image, check_contrast=False)
        imsave(tmp_path / "labels" / name, labels, check_contrast=False)
        rows.append({"file": name, "t": t, "z": 0})
    with (tmp_path / "index.csv").open("w", newline="") as lines:
        writer = csv.DictWriter(lines, ["file", "t", "z"])
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path
