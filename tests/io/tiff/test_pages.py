from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.files.ctc_folders import write_tif
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.tiff.pages import REDUCED, scan_pages

NOISE = np.random.default_rng(0).integers(0, 255, (4, 16, 16), np.uint8)
WAYS = {
    "plain": {"metadata": None},
    "contiguous": {},
    "big": {"bigtiff": True},
    "motorola": {"byteorder": ">"},
    "deflate": {"compression": "zlib"},
    "lzw": {"compression": "lzw"},
    "imagej": {"imagej": True},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_complete_file_is_accepted(tmp_path: Path, way: str) -> None:
    pages = scan_pages(write_tif(tmp_path / "a.tif", NOISE, **WAYS[way]))
    assert len(pages.offsets) == 4
    assert not pages.kinds.any()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.8])
def test_a_truncated_stack_is_detected(tmp_path: Path, way: str, kept: float) -> None:
    path = write_tif(tmp_path / "a.tif", NOISE, **WAYS[way])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(ImageFormatError, match=r"a.tif: truncated"):
        scan_pages(path)


def test_an_interrupted_download_is_detected(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", NOISE)
    data = path.read_bytes()
    path.write_bytes(data[:700] + bytes(len(data) - 700))
    with pytest.raises(ImageFormatError, match="truncated or damaged after 1 pages"):
        scan_pages(path)


def test_truncated_metadata_are_detected(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.ome.tif", NOISE[0])
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ImageFormatError, match="within its metadata"):
        scan_pages(path)


def test_a_cyclic_chain_of_pages_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"II*\0" + (8).to_bytes(4, "little") + b"\1\0" + bytes(12) + (8).to_bytes(4, "little"))
    with pytest.raises(ImageFormatError, match="damaged after 1 pages"):
        scan_pages(path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n", "not a TIFF file"),
        (b"II*\0", "is a TIFF file without a page"),
        (b"I", "not a"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "t000.tif").write_bytes(content)
    with pytest.raises(ImageFormatError, match=f"t000.tif: {problem}"):
        scan_pages(tmp_path / "t000.tif")


def test_equal_pages_have_the_same_number(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", NOISE[:2], metadata=None)
    write_tif(path, NOISE[0, :8], append=True, metadata=None)
    write_tif(path, NOISE[:1], append=True, metadata=None)
    write_tif(path, NOISE[0, ::2, ::2], append=True, metadata=None, subfiletype=1)
    assert scan_pages(path).kinds.tolist() == [0, 0, 1, 0, REDUCED]
