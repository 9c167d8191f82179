from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.pictures.mat import open_mat


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((5, 6), (1, 1, 5, 6)), ((5, 6, 4), (1, 4, 5, 6)), ((5, 6, 4, 3), (3, 4, 5, 6))],
)
def test_axes(tmp_path: Path, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    pixels = np.arange(np.prod(shape)).reshape(shape).astype(np.uint16)
    savemat(tmp_path / "a.mat", {"stack": pixels, "scale": 0.5, "notes": "free text"})
    file = open_mat(tmp_path / "a.mat")
    assert file.shape == expected
    assert file.dtype == np.uint16
    last = file.read(expected[0] - 1, 0)[-1]
    np.testing.assert_array_equal(last, pixels.reshape(5, 6, -1)[..., -1])
    np.testing.assert_array_equal(file.read(0, 0)[0], pixels.reshape(5, 6, -1)[..., 0])


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "i1", "i2", "i4", "f4", "f8", "?"])
def test_values_equal_those_written_by_scipy(tmp_path: Path, dtype: str, compressed: bool) -> None:
    pixels = (np.random.default_rng(0).random((7, 5, 3)) * 100).astype(dtype)
    others = {
        "s": {"a": 1},
        "c": np.array([1, "x"], object),
        "z": 1 + 2j,
        "t": "text",
        "empty": np.zeros((0, 3)),
    }
    savemat(tmp_path / "a.mat", {"i": pixels} | others, do_compression=compressed)
    np.testing.assert_array_equal(open_mat(tmp_path / "a.mat").read(0, 0), pixels.transpose(2, 0, 1))


def test_an_unknown_type_of_values_is_refused(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"volume": np.ones((3, 4), np.uint16)})
    data = bytearray((tmp_path / "a.mat").read_bytes())
    place = data.index(b"volume") + 8
    assert data[place] == 4
    for code in (0, 200):
        data[place] = code
        (tmp_path / "a.mat").write_bytes(data)
        with pytest.raises(ImageFormatError, match=f"volume has values of the unknown type {code}"):
            open_mat(tmp_path / "a.mat")


def test_complex_numbers_are_refused(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"volume": np.ones((3, 4)) + 1j})
    with pytest.raises(ImageFormatError, match="save their magnitude"):
        open_mat(tmp_path / "a.mat")


def test_one_of_several_is_chosen_by_name(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"raw": np.ones((3, 4, 2)), "label": np.zeros((3, 4, 2))})
    with pytest.raises(ImageFormatError, match=r"2 images .* raw 3x4x2 double, .* as in a\.mat:raw"):
        open_mat(tmp_path / "a.mat")
    assert open_mat(tmp_path / "a.mat", "raw").read(0, 0).min() == 1
    with pytest.raises(ImageFormatError, match="no image 'mask'"):
        open_mat(tmp_path / "a.mat", "mask")


def test_version_7_3_is_refused_with_the_remedy(tmp_path: Path) -> None:
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    (tmp_path / "new.mat").write_bytes(header + bytes(512))
    with pytest.raises(ImageFormatError, match=r"version 7\.3 .*'-v7'"):
        open_mat(tmp_path / "new.mat")


@pytest.mark.parametrize("content", [b"", b"no MATLAB file at all" * 20])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.mat").write_bytes(content)
    with pytest.raises(ImageFormatError, match=r"bad\.mat: cannot be read"):
        open_mat(tmp_path / "bad.mat")


def test_a_text_file_is_refused(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"notes": "free text"})
    with pytest.raises(ImageFormatError, match="save the stack as an array"):
        open_mat(tmp_path / "a.mat")
