from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_devolearn.exceptions import DevolearnError, RLEFormatError
from napari_devolearn.plugin.reader import get_reader
from napari_devolearn.plugin.writer import write_run_lengths

ROWS = "id,annotation,width,height,cell_type\nb,1 3,5,4,cort\na,7 2 12 2,5,4,cort\na,20 1,5,4,cort\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """``train.csv`` with two objects in picture a and one in b, both in ``train/``, a in colours.

    ::

        a: . . . . .     b: 1 1 1 . .
           . 1 1 . .        . . . . .
           . 1 1 . .        . . . . .
           . . . . 2        . . . . .
    """
    folder = tmp_path / "train"
    folder.mkdir()
    Image.fromarray(np.full((4, 5, 3), 30, np.uint8)).save(folder / "a.png")
    Image.fromarray(np.full((4, 5), 60, np.uint8)).save(folder / "b.png")
    path = tmp_path / "train.csv"
    path.write_text(ROWS)
    return path


def test_a_table_opens_as_images_and_labels(table: Path) -> None:
    reader = get_reader(str(table))
    assert reader is not None

    (pictures, _, image_kind), (labels, attributes, labels_kind) = reader(str(table))

    assert (image_kind, labels_kind) == ("image", "labels")
    assert np.asarray(pictures)[:, 0, 0, 0] == pytest.approx([30, 60])
    assert attributes["metadata"]["devolearn"]["images"] == ["a", "b"]
    drawn = np.asarray(labels)
    assert drawn[0, 0].tolist() == [[0] * 5, [0, 1, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 0, 2]]
    assert drawn[1, 0, 0].tolist() == [1, 1, 1, 0, 0]


def test_labels_are_saved_with_the_names_of_their_images(table: Path, tmp_path: Path) -> None:
    *_, (labels, attributes, _) = get_reader(str(table))(str(table))
    saved = tmp_path / "saved.csv"

    assert write_run_lengths(str(saved), labels, attributes) == [str(saved)]

    rows = [line.split(",")[:2] for line in saved.read_text().splitlines()[1:]]
    assert rows == [["a", "7 2 12 2"], ["a", "20 1"], ["b", "1 3"]]


def test_other_labels_are_saved_with_the_name_of_their_layer(tmp_path: Path) -> None:
    pytest.importorskip("pycocotools")
    saved = tmp_path / "cells.json"
    write_run_lengths(str(saved), np.eye(4, dtype=np.uint16), {"name": "cells"})
    assert json.loads(saved.read_text())["images"][0]["file_name"] == "cells.png"


def test_a_failed_save_keeps_the_existing_file(tmp_path: Path) -> None:
    saved = tmp_path / "cells.csv"
    saved.write_text("older")
    with pytest.raises(DevolearnError, match="5 axes"):
        write_run_lengths(str(saved), np.zeros((1,) * 5, np.uint16), {})
    assert saved.read_text() == "older"


def test_objects_without_their_images_are_shown(table: Path) -> None:
    for picture in (table.parent / "train").iterdir():
        picture.unlink()
    with pytest.warns(UserWarning, match=r"no image file for 2 of 2 images \(a, b\)"):
        layers = get_reader(str(table))(str(table))
    assert [kind for *_, kind in layers] == ["labels"]


def test_a_missing_image_is_black(table: Path) -> None:
    (table.parent / "train" / "b.png").unlink()
    with pytest.warns(UserWarning, match=r"no image file for 1 of 2 images \(b\)"):
        (pictures, *_), _ = get_reader(str(table))(str(table))
    assert np.asarray(pictures)[1].max() == 0


def test_an_image_of_a_different_size_is_reported(table: Path) -> None:
    Image.fromarray(np.zeros((5, 4), np.uint8)).save(table.parent / "train" / "b.png")
    with pytest.raises(RLEFormatError, match=r"b\.png: is 5 x 4 pixels \(Y x X\), but 4 x 5 in its table"):
        get_reader(str(table))(str(table))


def test_images_of_two_sizes_are_two_pairs_of_layers(table: Path) -> None:
    table.write_text(ROWS + "c,1 1,3,2,cort\n")
    Image.fromarray(np.zeros((2, 3), np.uint8)).save(table.parent / "c.png")
    layers = get_reader(str(table))(str(table))
    assert [attributes["name"] for _, attributes, _ in layers] == [
        "train 4 x 5", "train labels 4 x 5", "train 2 x 3", "train labels 2 x 3"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"), [("train.csv", "id,label\n"), ("points.csv", ROWS), ("x.json", "{}")]
)
def test_other_tables_are_left_to_other_readers(name: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert get_reader(str(path)) is None
