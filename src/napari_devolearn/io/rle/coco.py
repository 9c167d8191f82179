"""COCO JSON files of objects: run lengths, compressed or not, and polygons."""

from __future__ import annotations

import json
import reprlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import RLEFormatError, warn_caller
from napari_devolearn.io.core.border import expect, expect_list, read_json, reading
from napari_devolearn.io.rle.coco_counts import counts_of_runs, parse_counts, runs_of_counts
from napari_devolearn.io.rle.masked_image import MaskedImage, one_each
from napari_devolearn.io.rle.runs import Runs, check_total, parse_shape, prefixed, runs_of
from napari_devolearn.io.writing.atomic import atomic_file


def read_coco(path: Path) -> list[MaskedImage]:
    """Read the objects of each image, sorted by image name; categories are ignored.

    Raises RLEFormatError if it is not COCO JSON, an object has no image or an invalid mask, or there are too
    many pixels.
    """
    images, annotations = _read_lists(path)
    names = _names(path, images)
    check_total(sum(one.shape[0] * one.shape[1] for one in images.values()), path, "images")
    objects: dict[Any, list[Runs]] = {key: [] for key in images}
    drawn, empty = 0, []
    for place, one in enumerate(annotations):
        number = one.get("id", place) if isinstance(one, dict) else place
        with prefixed(f"{path}: annotation {reprlib.repr(number)}", "correct it"):
            key = expect(one, dict, "the annotation").get("image_id")
            if isinstance(key, bool) or not isinstance(key, int | str) or key not in images:
                raise RLEFormatError(f"its image {key!r} is not listed")
            runs = _runs(one.get("segmentation"), images[key].shape)
        drawn += int(runs[:, 1].sum())
        check_total(drawn, path, "objects")
        if len(runs):
            objects[key].append(runs)
        else:
            empty.append(number)
    if empty:
        warn_caller(f"{path}: annotations without pixels (only a box?) are left out: {reprlib.repr(empty)}")
    return [
        MaskedImage(id=names[key], shape=images[key].shape, objects=tuple(objects[key]))
        for key in sorted(images, key=names.__getitem__)
    ]


def write_coco(
    path: Path, images: Iterable[MaskedImage], *, compressed: bool = True, overwrite: bool = False
) -> int:
    """Write images and their objects, completely or not at all; returns the number of objects.

    `compressed` run lengths are those of pycocotools, others plain lists of counts. Raises RLEFormatError if
    compressed run lengths are requested and pycocotools is missing; OutputExistsError or OutputError if the
    file exists or cannot be written.
    """
    tools = _tools() if compressed else None
    listed: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, image in enumerate(one_each(images, path), 1):
        height, width = image.shape
        listed.append({"id": number, "file_name": f"{image.id}.png", "height": height, "width": width})
        for runs in image.objects:
            one = {"id": len(annotations) + 1, "image_id": number, "category_id": 1, "iscrowd": 0}
            annotations.append(
                one | _measures(runs, width) | {"segmentation": _run_lengths(runs, image.shape, tools)}
            )
    content = {"images": listed, "annotations": annotations, "categories": [{"id": 1, "name": "cell"}]}
    with atomic_file(path, overwrite=overwrite) as stage:
        stage.write_text(json.dumps(content) + "\n", encoding="utf-8")
    return len(annotations)


class _Image(NamedTuple):
    file_name: str
    shape: tuple[int, int]


def _read_lists(path: Path) -> tuple[dict[int | str, _Image], list[Any]]:
    """Read images by their id, and unchecked annotations."""
    content = read_json(path, kind=RLEFormatError, remedy="save it as COCO JSON of images and annotations")
    images: dict[int | str, _Image] = {}
    with reading(path, kind=RLEFormatError, remedy="save it as COCO JSON of images and annotations"):
        annotations = expect(content.get("annotations"), list, "annotations")
        for place, one in enumerate(expect_list(content.get("images"), dict, "images")):
            with prefixed(f"{path}: image {reprlib.repr(one.get('id', place))}", "correct it"):
                key = one.get("id")
                if isinstance(key, bool) or not isinstance(key, int | str):
                    raise RLEFormatError("needs an id, a number or a string")
                if key in images:
                    raise RLEFormatError("is listed twice, so its objects cannot be assigned")
                name = one.get("file_name")
                if not isinstance(name, str) or not Path(name).stem:
                    raise RLEFormatError("needs a file_name, a height and a width above 0")
                images[key] = _Image(name, parse_shape(one.get("height"), one.get("width")))
    if not images:
        raise RLEFormatError(f"{path}: no images; choose a file with images")
    return images, annotations


def _names(path: Path, images: Mapping[int | str, _Image]) -> dict[int | str, str]:
    """Name of each image: its file name, with folders if the file name is not unique."""
    files = {key: PurePosixPath(one.file_name.replace("\\", "/")) for key, one in images.items()}
    stems = Counter(file.stem for file in files.values())
    names = {}
    for key, file in files.items():
        inside = not file.is_absolute() and ".." not in file.parts
        alone = stems[file.stem] == 1 or not inside
        names[key] = file.stem if alone else str(file.with_suffix(""))
    if twice := [name for name, count in Counter(names.values()).items() if count > 1]:
        raise RLEFormatError(
            f"{path}: several images are named {twice[0]!r} by their file_name, so their objects cannot be "
            "assigned; rename them"
        )
    return names


def _runs(segmentation: Any, shape: tuple[int, int]) -> Runs:
    if isinstance(segmentation, list):
        return _polygon_runs(segmentation, shape)
    if not isinstance(segmentation, Mapping):
        raise RLEFormatError("has neither run lengths nor polygons")
    size = segmentation.get("size", list(shape))
    if size != list(shape):
        raise RLEFormatError(f"its size is {reprlib.repr(size)}, but that of its image {list(shape)} (Y, X)")
    return runs_of_counts(parse_counts(segmentation.get("counts")), shape)


def _polygon_runs(polygons: Sequence[Any], shape: tuple[int, int]) -> Runs:
    try:
        corners = [np.asarray(one, np.float64) for one in polygons]
    except (TypeError, ValueError) as error:
        raise RLEFormatError("is a list, but not of polygons") from error
    if any(one.ndim != 1 or one.size < 6 or one.size % 2 or not np.isfinite(one).all() for one in corners):
        raise RLEFormatError("has a polygon that is not a list of x and y of three or more corners")
    if not corners:
        return np.zeros((0, 2), np.int64)
    tools = _tools()
    size = np.tile(shape[::-1], max(one.size for one in corners))
    inside = [one.clip(0, size[: one.size]).tolist() for one in corners]
    drawn: npt.NDArray[np.uint8] = tools.decode(tools.merge(tools.frPyObjects(inside, *shape)))
    return runs_of(drawn).get(1, np.zeros((0, 2), np.int64))


def _measures(runs: Runs, width: int) -> dict[str, Any]:
    """Area and bounding box (x, y, width, height) in pixels."""
    starts, ends = runs[:, 0], runs.sum(1) - 1
    top, bottom = starts.min() // width, ends.max() // width
    wraps = bool((starts // width != ends // width).any())
    left = 0 if wraps else (starts % width).min()
    right = width - 1 if wraps else (ends % width).max()
    box = [left, top, right - left + 1, bottom - top + 1]
    return {"area": int(runs[:, 1].sum()), "bbox": [float(edge) for edge in box]}


def _run_lengths(runs: Runs, shape: tuple[int, int], tools: Any) -> dict[str, Any]:
    """Run lengths in the form of COCO, compressed if there are `tools`."""
    plain: dict[str, Any] = {"size": list(shape), "counts": counts_of_runs(runs, shape).tolist()}
    if tools is None:
        return plain
    return plain | {"counts": tools.frPyObjects(plain, *shape)["counts"].decode("ascii")}


def _tools() -> Any:
    try:
        from pycocotools import mask
    except ImportError as error:
        raise RLEFormatError(
            "compressed run lengths and polygons of COCO need pycocotools; pip install "
            "'napari-devolearn[coco]'"
        ) from error
    return mask
