from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.image import read_image
from napari_devolearn.io.pictures.greyscale import is_coloured, to_grey


@pytest.fixture
def picture() -> np.ndarray:
    """Pure green on the left and red on the right, (6, 8, 3)."""
    colours = np.zeros((6, 8, 3), np.uint8)
    colours[:, :4, 1] = colours[:, 4:, 0] = 200
    return colours


@pytest.mark.parametrize("name", ["cell.png", "cell.tif"])
def test_an_rgb_file_is_converted_only_on_request(name: str, picture: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / name
    tifffile.imwrite(path, picture, photometric="rgb") if name.endswith("tif") else Image.fromarray(
        picture
    ).save(path)

    stack = read_image(path, colours=True)

    assert is_coloured(path)
    assert stack.shape == (1, 1, 6, 8)
    grey = np.asarray(stack.data)[0, 0]
    assert grey[0, 0] == pytest.approx(0.587 * 200)
    assert grey[0, 7] == pytest.approx(0.299 * 200)
    with pytest.raises(ImageFormatError, match="RGB"):
        read_image(path)


def test_greyscale_files_are_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    Image.fromarray(np.full((6, 8), 9, np.uint8)).save(path)
    assert not is_coloured(path)
    assert read_image(path, colours=True).dtype == np.uint8


@pytest.mark.parametrize("name", ["none.png", "none.tif", "text.png", "text.tif", "notes.txt"])
def test_other_files_are_not_rgb(name: str, tmp_path: Path) -> None:
    if not name.startswith("none"):
        (tmp_path / name).write_text("no picture")
    assert not is_coloured(tmp_path / name)


def test_opacity_is_ignored(picture: np.ndarray) -> None:
    clear = np.dstack([picture, np.zeros((6, 8), np.uint8)])
    np.testing.assert_array_equal(to_grey(clear), to_grey(picture))
