from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_devolearn.exceptions import RLEFormatError
from napari_devolearn.io.rle.coco import read_coco, write_coco
from napari_devolearn.io.rle.masked_image import iter_masked_images, labels_of

tools = pytest.importorskip("pycocotools.mask")


@pytest.fixture
def labels() -> np.ndarray:
    """Two images of (40, 50) with five objects of random pixels each, in pieces and with holes."""
    return np.random.default_rng(0).integers(0, 6, (2, 1, 40, 50)).astype(np.uint16)


@pytest.mark.parametrize("compressed", [True, False])
def test_labels_round_trip(labels: np.ndarray, compressed: bool, tmp_path: Path) -> None:
    path = tmp_path / "cells.json"

    assert write_coco(path, iter_masked_images(labels, ["a", "b"]), compressed=compressed) == 10

    np.testing.assert_array_equal(labels_of(read_coco(path), path).data.compute(), labels)
    first = json.loads(path.read_text())["annotations"][0]
    packed = tools.frPyObjects(first["segmentation"], 40, 50) if not compressed else first["segmentation"]
    np.testing.assert_array_equal(tools.decode(packed), labels[0, 0] == 1)
    assert first["area"] == tools.area(packed) == np.count_nonzero(labels[0, 0] == 1)
    assert first["bbox"] == tools.toBbox(packed).tolist()


def test_polygons_are_drawn(tmp_path: Path) -> None:
    path = _write(tmp_path, segmentation=[[1, 1, 5, 1, 5, 4, 1, 4]])
    (image,) = read_coco(path)
    drawn = labels_of([image], path).data.compute()[0, 0]
    assert drawn[1:4, 1:5].all()
    assert drawn.sum() == 12


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"segmentation": {"size": [6, 8], "counts": [3, 2]}}, "annotation 7: has counts of 5 pixels"),
        ({"segmentation": {"size": [8, 6], "counts": [48]}}, r"annotation 7: its size is \[8, 6\]"),
        ({"segmentation": {"counts": "zz"}}, "invalid characters"),
        ({"segmentation": [[1, 1, 2]]}, "three or more corners"),
        ({"segmentation": [["a"]]}, "not of polygons"),
        ({"segmentation": 3}, "neither run lengths nor polygons"),
        ({"image_id": 9}, "annotation 7: its image 9 is not listed; correct it"),
        ({"image_id": [1]}, r"annotation 7: its image \[1\] is not listed"),
        ({"image_id": True}, "its image True is not listed"),
        ({"image_id": None}, "its image None is not listed"),
        ({"segmentation": {"size": 5, "counts": [48]}}, "annotation 7: its size is 5, but"),
        ({"segmentation": {"size": None, "counts": [48]}}, "annotation 7: its size is None, but"),
        ({"segmentation": {"size": {}, "counts": [48]}}, r"annotation 7: its size is \{\}, but"),
        ({"segmentation": {"counts": {"a": 1}}}, "annotation 7: has counts that are neither"),
        ({"segmentation": [[1, 1, 5, 1, 5, 1e400, 1, 4]]}, "annotation 7: has a polygon"),
    ],
)
def test_invalid_objects_are_reported(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(RLEFormatError, match=said):
        read_coco(_write(tmp_path, **changes))


NONE = ("{", "[]", "{}", '{"images": [{"id": 1}], "annotations": []}', '{"images": 5, "annotations": []}')
DEEP = ("[" * 100_000, '{"images": [], "annotations": {}}', '{"images": [[]], "annotations": []}', "9" * 5000)


@pytest.mark.parametrize("content", [*NONE, *DEEP])
def test_other_json_files_are_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(RLEFormatError, match=r"x\.json: .*; (save it as COCO JSON .*|correct it)$"):
        read_coco(path)
    path.write_text('{"images": [], "annotations": []}')
    with pytest.raises(RLEFormatError, match="no images"):
        read_coco(path)


def test_an_object_that_is_only_a_box_is_reported(tmp_path: Path) -> None:
    path = _write(tmp_path, id=7, segmentation=[], bbox=[1, 1, 2, 2])
    with pytest.warns(UserWarning, match=r"annotations without pixels \(only a box\?\) are left out: \[7\]"):
        assert read_coco(path)[0].objects == ()


def test_an_image_without_a_size_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    image = {"id": 4, "file_name": "a.png", "height": 0, "width": 8}
    path.write_text(json.dumps({"images": [image], "annotations": []}))
    with pytest.raises(RLEFormatError, match="image 4: invalid size, 8 x 0 pixels; correct it"):
        read_coco(path)


def test_a_missing_extra_is_reported_and_plain_counts_need_none(
    labels: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pycocotools", None)
    images = list(iter_masked_images(labels, ["a", "b"]))
    with pytest.raises(RLEFormatError, match=r"napari-devolearn\[coco\]"):
        write_coco(tmp_path / "x.json", images)
    write_coco(tmp_path / "x.json", images, compressed=False)
    assert len(read_coco(tmp_path / "x.json")) == 2


def _write(folder: Path, **changes: Any) -> Path:
    one = {"id": 7, "image_id": 1, "segmentation": {"size": [6, 8], "counts": [48]}} | changes
    image = {"id": 1, "file_name": "a.png", "height": 6, "width": 8}
    path = folder / "x.json"
    path.write_text(json.dumps({"images": [image], "annotations": [one]}))
    return path


def _write_images(tmp_path: Path, *images: tuple[int, str], height: Any = 6) -> Path:
    listed = [{"id": key, "file_name": name, "height": height, "width": 8} for key, name in images]
    marked = [
        {"id": place, "image_id": key, "segmentation": {"counts": [place, 1, 47 - place]}}
        for place, (key, _) in enumerate(images)
    ]
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"images": listed, "annotations": marked}))
    return path


@pytest.mark.parametrize("slash", ["/", "\\"])
def test_images_of_one_name_in_several_folders_are_kept_apart(tmp_path: Path, slash: str) -> None:
    named = [(k, name.replace("/", slash)) for k, name in enumerate(["y/a.png", "x/a.png", "x/b.png"], 1)]
    images = read_coco(_write_images(tmp_path, *named))
    assert [image.id for image in images] == ["b", "x/a", "y/a"]
    assert [image.objects[0].tolist() for image in images] == [[[16, 1]], [[8, 1]], [[0, 1]]]
    write_coco(tmp_path / "again.json", images, compressed=False)
    assert [image.id for image in read_coco(tmp_path / "again.json")] == ["b", "x/a", "y/a"]


@pytest.mark.parametrize(
    "images",
    [
        ((1, "a.png"), (2, "a.png")),
        ((1, "a.png"), (2, "a.jpg")),
        ((1, "x/a.png"), (2, "x/a.tif")),
        ((1, "../a.png"), (2, "/x/a.png")),
        ((1, "a.png"), (1, "b.png")),
    ],
)
def test_images_with_the_same_name_are_refused(tmp_path: Path, images: Any) -> None:
    with pytest.raises(RLEFormatError, match=r"x\.json: .* cannot be assigned"):
        read_coco(_write_images(tmp_path, *images))


@pytest.mark.parametrize("height", [10**9, 10**20, "9" * 6000, -6, 6.0, True, None, [6], "\u0666"])
def test_an_invalid_size_is_refused(tmp_path: Path, height: Any) -> None:
    with pytest.raises(RLEFormatError, match=r"x\.json: image 1: invalid size, .* pixels; correct it"):
        read_coco(_write_images(tmp_path, (1, "a.png"), height=height))


def test_two_images_of_one_name_are_not_written(tmp_path: Path, labels: np.ndarray) -> None:
    with pytest.raises(RLEFormatError, match=r"two\.json: two images are named 'a'; rename one"):
        write_coco(tmp_path / "two.json", iter_masked_images(labels, ["a", "a"]), compressed=False)
    assert not list(tmp_path.iterdir())


def test_a_long_id_is_shortened_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(RLEFormatError, match=r"annotation 'x+\.\.\.x+': its image 9 is not listed") as caught:
        read_coco(_write(tmp_path, id="x" * 5000, image_id=9))
    assert len(str(caught.value)) < 300
