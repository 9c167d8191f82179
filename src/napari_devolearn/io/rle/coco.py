"""COCO's JSON of objects: run lengths, compressed or not, and polygons."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import RLEFormatError
from napari_devolearn.io.rle.coco_counts import counts_of_runs, parse_counts, runs_of_counts
from napari_devolearn.io.rle.masked_image import MaskedImage
from napari_devolearn.io.rle.runs import Runs, runs_of
from napari_devolearn.io.writing.atomic import atomic_file

CATEGORY = "cell"


def read_coco(path: Path) -> list[MaskedImage]:
    """Read the objects of each image; their categories are passed over.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of MaskedImage
        In the order of their names.

    Raises
    ------
    RLEFormatError
        If it is no such JSON, an object is of no image, or its mask cannot be; the message names it.
    """
    images, annotations = _read_lists(path)
    objects: dict[Any, list[Runs]] = {one["id"]: [] for one in images.values()}
    for place, one in enumerate(annotations):
        where = f"{path}: annotation {one.get('id', place)!r}"
        image = images.get(one.get("image_id"))
        if image is None:
            raise RLEFormatError(f"{where}: is of image {one.get('image_id')!r}, which is not listed; add it")
        shape = (image["height"], image["width"])
        try:
            runs = _runs(one.get("segmentation"), shape)
        except RLEFormatError as error:
            raise RLEFormatError(f"{where}: {error}; mend its segmentation") from error
        if len(runs):
            objects[image["id"]].append(runs)
    listed = sorted(images.values(), key=lambda image: Path(image["file_name"]).stem)
    return [
        MaskedImage(
            id=Path(one["file_name"]).stem,
            shape=(one["height"], one["width"]),
            objects=tuple(objects[one["id"]]),
        )
        for one in listed
    ]


def write_coco(
    path: Path, images: Iterable[MaskedImage], *, compressed: bool = True, overwrite: bool = False
) -> int:
    """Write images and their objects, whole or not at all.

    Parameters
    ----------
    path : Path
    images : iterable of MaskedImage
    compressed : bool
        As pycocotools writes them, else as plain lists of counts.
    overwrite : bool
        Replace a file that lies there.

    Returns
    -------
    int
        Objects.

    Raises
    ------
    RLEFormatError
        If compressed ones are wanted and pycocotools is not there.
    OutputExistsError, OutputError
        If the file exists already or cannot be written.
    """
    encode = _encoder() if compressed else _plain
    listed: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, image in enumerate(images, 1):
        height, width = image.shape
        listed.append({"id": number, "file_name": f"{image.id}.png", "height": height, "width": width})
        for runs in image.objects:
            one = {"id": len(annotations) + 1, "image_id": number, "category_id": 1, "iscrowd": 0}
            annotations.append(one | _measures(runs, width) | {"segmentation": encode(runs, image.shape)})
    content = {"images": listed, "annotations": annotations, "categories": [{"id": 1, "name": CATEGORY}]}
    with atomic_file(path, overwrite=overwrite) as stage:
        stage.write_text(json.dumps(content) + "\n", encoding="utf-8")
    return len(annotations)


def _read_lists(path: Path) -> tuple[dict[Any, dict[str, Any]], list[dict[str, Any]]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        images = {one["id"]: one for one in content["images"]}
        annotations = [dict(one) for one in content["annotations"]]
        wrong = [one["id"] for one in images.values() if not _is_image(one)]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise RLEFormatError(
            f"{path}: is no COCO JSON of images and annotations ({type(error).__name__}: {error}); save it "
            "as one"
        ) from error
    if wrong:
        raise RLEFormatError(f"{path}: image {wrong[0]!r} needs a file_name, a height and a width above 0")
    return images, annotations


def _is_image(one: Mapping[str, Any]) -> bool:
    sizes = (one["height"], one["width"])
    return isinstance(one["file_name"], str) and all(type(size) is int and size > 0 for size in sizes)


def _runs(segmentation: Any, shape: tuple[int, int]) -> Runs:
    if isinstance(segmentation, list):
        return _polygon_runs(segmentation, shape)
    if not isinstance(segmentation, Mapping):
        raise RLEFormatError("has neither run lengths nor polygons")
    if list(segmentation.get("size", shape)) != list(shape):
        raise RLEFormatError(f"is of size {segmentation['size']}, but its image of {list(shape)} (Y, X)")
    return runs_of_counts(parse_counts(segmentation.get("counts")), shape)


def _polygon_runs(polygons: Sequence[Any], shape: tuple[int, int]) -> Runs:
    try:
        corners = [np.asarray(one, np.float64) for one in polygons]
    except (TypeError, ValueError) as error:
        raise RLEFormatError("is a list of something else than polygons") from error
    if any(one.ndim != 1 or one.size < 6 or one.size % 2 or not np.isfinite(one).all() for one in corners):
        raise RLEFormatError("has a polygon of fewer than three corners, or of half a corner")
    if not corners:
        return np.zeros((0, 2), np.int64)
    tools = _tools()
    size = np.tile(shape[::-1], max(one.size for one in corners))
    inside = [one.clip(0, size[: one.size]).tolist() for one in corners]
    drawn: npt.NDArray[np.uint8] = tools.decode(tools.merge(tools.frPyObjects(inside, *shape)))
    return runs_of(drawn).get(1, np.zeros((0, 2), np.int64))


def _measures(runs: Runs, width: int) -> dict[str, Any]:
    """Area and bounding box, x, y, width and height in pixels."""
    starts, ends = runs[:, 0], runs.sum(1) - 1
    top, bottom = starts.min() // width, ends.max() // width
    wraps = bool((starts // width != ends // width).any())
    left = 0 if wraps else (starts % width).min()
    right = width - 1 if wraps else (ends % width).max()
    box = [left, top, right - left + 1, bottom - top + 1]
    return {"area": int(runs[:, 1].sum()), "bbox": [float(edge) for edge in box]}


def _plain(runs: Runs, shape: tuple[int, int]) -> dict[str, Any]:
    return {"size": list(shape), "counts": counts_of_runs(runs, shape).tolist()}


def _encoder() -> Any:
    tools = _tools()

    def encode(runs: Runs, shape: tuple[int, int]) -> dict[str, Any]:
        packed: dict[str, Any] = tools.frPyObjects(_plain(runs, shape), *shape)
        return {"size": list(shape), "counts": packed["counts"].decode("ascii")}

    return encode


def _tools() -> Any:
    try:
        from pycocotools import mask
    except ImportError as error:
        raise RLEFormatError(
            "compressed run lengths and polygons of COCO need pycocotools; pip install "
            "'napari-devolearn[coco]'"
        ) from error
    return mask
