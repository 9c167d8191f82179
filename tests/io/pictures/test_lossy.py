from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.pictures.lossy import is_jpeg

PIXELS = np.zeros((16, 16), np.uint8)


def test_jpeg_is_detected_under_any_name(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.png"):
        Image.fromarray(PIXELS).save(tmp_path / name, format="jpeg")
        assert is_jpeg(tmp_path / name)
    Image.fromarray(PIXELS).save(tmp_path / "c.png")
    assert not is_jpeg(tmp_path / "c.png")


def test_jpeg_is_detected_in_a_tif(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS, compression="jpeg")
    tifffile.imwrite(tmp_path / "b.tif", PIXELS, compression="deflate")
    assert is_jpeg(tmp_path / "a.tif")
    assert not is_jpeg(tmp_path / "b.tif")


def test_a_missing_file_is_not_jpeg(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match="no such file"):
        is_jpeg(tmp_path / "a.png")
