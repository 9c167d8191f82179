from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.files.prepared_pairs import write_prepared
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.data.pairs import parse_slice_name, read_pairs, slice_name, write_pairs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_prepared(tmp_path / "data")


def test_rows_round_trip(folder: Path) -> None:
    pairs = read_pairs(folder)
    assert len(pairs) == 9
    assert pairs[4].file == "embryo_t001_z001.png"
    assert pairs[4].voxel_size == (1.0, 0.2, 0.2)
    assert pairs[4].volume == ("embryo", 1)
    odd = dataclasses.replace(pairs[0], voxel_x=1 / 3)
    write_pairs(folder / "index.csv", [odd, *pairs[1:]])
    assert read_pairs(folder) == [odd, *pairs[1:]]


@pytest.mark.parametrize(
    ("stem", "parts"),
    [
        (slice_name("a_t2_z3", 4, 1234)[:-4], ("a_t2_z3", 4, 1234)),
        ("t010_z02", ("", 10, 2)),
        ("embryo", None),
    ],
)
def test_names_contain_time_and_slice(stem: str, parts: tuple[str, int, int] | None) -> None:
    assert parse_slice_name(stem) == parts


def test_a_missing_index_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"index\.csv: not found; .* prepare"):
        read_pairs(tmp_path)


def test_every_wrong_file_is_reported(folder: Path) -> None:
    (folder / "masks/embryo_t000_z001.png").unlink()
    Image.fromarray(np.zeros((8, 9), np.uint8)).save(folder / "images/embryo_t001_z000.png")
    (folder / "images/embryo_t001_z001.png").write_bytes(b"no picture")
    with pytest.raises(DatasetError) as error:
        read_pairs(folder)
    assert "masks/embryo_t000_z001.png: missing" in str(error.value)
    assert "images/embryo_t001_z000.png: 8 x 9 pixels, not 64 x 48" in str(error.value)
    assert "images/embryo_t001_z001.png: cannot be read" in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("held_out", "test", "line 8: embryo_t002_z000.png: split 'test' is not one of"),
        ("embryo_t000_z001", "embryo_t000_z000", "embryo_t000_z000.png: listed twice"),
        ("embryo_t000_z001", "../embryo_t000_z001", "is not a plain file name"),
        (",0.2,0.2,", ",0.0,0.2,", "line 2: .* is not above 0"),
        (",0.2,0.2,", ",broad,0.2,", "line 2: could not convert .*; and 4 more"),
        ("voxel_y,", "", "missing columns voxel_y"),
    ],
)
def test_every_wrong_row_is_reported(folder: Path, old: str, new: str, said: str) -> None:
    index = folder / "index.csv"
    index.write_text(index.read_text().replace(old, new))
    with pytest.raises(DatasetError, match=said):
        read_pairs(folder)


def test_an_empty_index_is_refused(folder: Path) -> None:
    write_pairs(folder / "index.csv", [])
    with pytest.raises(DatasetError, match="no files listed"):
        read_pairs(folder)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"file\n" + b'"' + b"x" * 200_000])
def test_an_index_that_is_not_a_table_is_reported(folder: Path, content: bytes) -> None:
    index = folder / "index.csv"
    head = index.read_bytes().splitlines()[0]
    index.write_bytes(head + b"\n" + content)
    with pytest.raises(DatasetError, match=r"index\.csv: .*prepare the folder again"):
        read_pairs(folder)
