from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from napari_devolearn.exceptions import OutputExistsError, RLEFormatError
from napari_devolearn.io.rle.kaggle import COLUMNS, is_kaggle_table, read_kaggle, write_kaggle
from napari_devolearn.io.rle.masked_image import MaskedImage, iter_masked_images, labels_of

HEADER = "id,annotation,width,height,cell_type\n"


@pytest.fixture
def labels() -> np.ndarray:
    """Three images of (3, 4): a full one, an empty one, and an object with a hole around another.

    ::

        1 1 1 1     . . . .     2 2 2 .
        1 1 1 1     . . . .     2 7 2 .
        1 1 1 1     . . . .     2 2 2 .
    """
    stack = np.zeros((3, 1, 3, 4), np.uint16)
    stack[0] = 1
    stack[2, 0, :, :3] = 2
    stack[2, 0, 1, 1] = 7
    return stack


def test_labels_round_trip(labels: np.ndarray, tmp_path: Path) -> None:
    table = tmp_path / "train.csv"

    count = write_kaggle(table, iter_masked_images(labels, ["a", "b", "c"]), cell_type="cort")

    images = read_kaggle(table)
    assert count == 3
    assert [image.id for image in images] == ["a", "b", "c"]
    expected = labels.copy()
    expected[expected == 2] = 1
    expected[expected == 7] = 2
    np.testing.assert_array_equal(labels_of(images, table).data.compute(), expected)
    assert is_kaggle_table(table)


@pytest.mark.parametrize("separator", [";", "\t", ", "])
def test_a_table_of_excel_is_read(tmp_path: Path, separator: str) -> None:
    table = tmp_path / "a.csv"
    text = "id,annotation,width,height\na,1 2 5 1,4,3\n".replace(",", separator)
    table.write_text(text, encoding="utf-8-sig", newline="\r\n")
    assert is_kaggle_table(table)
    (image,) = read_kaggle(table)
    assert (image.id, image.shape, len(image.objects)) == ("a", (3, 4), 1)


def test_the_columns_are_those_of_the_competition(labels: np.ndarray, tmp_path: Path) -> None:
    table = tmp_path / "out.csv"
    write_kaggle(table, iter_masked_images(labels[2:], ["c"]), cell_type="cort")

    lines = table.read_text().splitlines()

    assert lines[0] == ",".join(COLUMNS)
    assert lines[1:] == ["c,1 3 5 1 7 1 9 3,4,3,cort,,,,", "c,6 1,4,3,cort,,,,"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,1 2 3,4,3,x\n", r"line 2: image 'a': has 3 numbers, an odd count"),
        ("a,1 2,4,3,x\na,2 99,4,3,x\n", r"line 3: image 'a': the run 2 99 leaves the image"),
        ("a,1 2,4,3,x\na,1 2,3,4,x\n", r"line 3: image 'a': is 3 x 4 pixels here, 4 x 3 in an earlier"),
        ("a,1 2,4,-3,x\n", r"line 2: image 'a': invalid size, '4' x '-3'"),
        (
            "a,1 3,1000000000,1000000000,x\n",
            r"line 2: image 'a': invalid size, .* pixels; fix the table",
        ),
        ("a,1 3,100000000000000000000,10,x\n", "line 2: image 'a': invalid size,"),
        ("a,1 3," + "9" * 6000 + ",10,x\n", r"line 2: image 'a': invalid size, '9+\.\.\.9+' x '10' pixels"),
        ("a,1 3,\u0664,3,x\n", "line 2: image 'a': invalid size,"),
        ("a," + "9" * 6000 + " 3,4,3,x\n", "line 2: image 'a': has values that are not whole numbers"),
        ("a,\u0661 3,4,3,x\n", "line 2: image 'a': has values that are not whole numbers"),
        ("a,1_0 3,4,9,x\n", "line 2: image 'a': has values that are not whole numbers"),
        (",1 2,4,3,x\n", "line 2: image '': has no id; fix the table"),
        ("a,1 2,4,3,x\nb,1 2,4,3,x,5,6\n", "cannot be read .*Expected 5 fields in line 3, saw 7"),
        ("", "no rows"),
    ],
)
def test_invalid_lines_are_reported(rows: str, said: str, tmp_path: Path) -> None:
    table = tmp_path / "train.csv"
    table.write_text(HEADER + rows)
    with pytest.raises(RLEFormatError, match=said):
        read_kaggle(table)


@pytest.mark.parametrize(
    "content", ["id,width\na,4\n", "", "\x00\xff", HEADER.replace("cell_type", "id") + "a,1 2,4,3,a\n"]
)
def test_other_tables_are_refused(content: str, tmp_path: Path) -> None:
    table = tmp_path / "train.csv"
    table.write_text(content, encoding="latin-1")
    assert not is_kaggle_table(table) or content.startswith(HEADER[:10])
    with pytest.raises(RLEFormatError, match=r"train\.csv: (missing or repeated column|cannot be read)"):
        read_kaggle(table)


def test_overlapping_objects_are_reported_and_the_earlier_row_wins(tmp_path: Path) -> None:
    table = tmp_path / "train.csv"
    table.write_text(HEADER + "a,1 3,5,1,x\na,2 4,5,1,x\n")
    with pytest.warns(UserWarning, match="objects overlap in 1 of 1 images"):
        stack = labels_of(read_kaggle(table), table)
    assert stack.data.compute().tolist() == [[[[1, 1, 1, 2, 2]]]]


def test_an_existing_table_is_kept(labels: np.ndarray, tmp_path: Path) -> None:
    table = tmp_path / "train.csv"
    table.write_text("mine")
    with pytest.raises(OutputExistsError):
        write_kaggle(table, iter_masked_images(labels, ["a", "b", "c"]))
    assert table.read_text() == "mine"


def test_no_partial_table_is_left(tmp_path: Path) -> None:
    def broken():
        yield MaskedImage(id="a", shape=(3, 4), objects=())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_kaggle(tmp_path / "train.csv", broken())
    assert not list(tmp_path.iterdir())


def test_two_images_of_one_name_are_not_written(labels: np.ndarray, tmp_path: Path) -> None:
    names = ["a"] * (labels.shape[0] * labels.shape[1])
    with pytest.raises(RLEFormatError, match="two images are named 'a'; rename one"):
        write_kaggle(tmp_path / "train.csv", iter_masked_images(labels, names))
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_a_table(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.rle.csv")
    assert not is_kaggle_table(tmp_path / "a.rle.csv")
