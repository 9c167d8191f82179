"""Read images and labels of an OME-Zarr frame by frame."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.io.core.border import expect, reading
from napari_devolearn.io.core.image_file import ImageFile, check_grey, check_series
from napari_devolearn.io.ome_zarr import checks
from napari_devolearn.io.ome_zarr.chunks import ChunkFiles
from napari_devolearn.io.ome_zarr.ngff_read import (
    Multiscale,
    names_in,
    ome_attributes,
    read_multiscale,
    reading_attributes,
)

_MARKERS = ("zarr.json", ".zattrs", ".zgroup", ".zarray")


def is_zarr(path: Path) -> bool:
    """Whether a folder is a Zarr group or array."""
    return any((path / name).is_file() for name in _MARKERS)


def is_ome_zarr(path: Path) -> bool:
    """Whether a folder is an OME-Zarr image or label image; reads a small file and does not import Zarr."""
    described = (b'"multiscales"', b'"bioformats2raw.layout"')
    files = [path / name for name in _MARKERS if (path / name).is_file()]
    named = path.name.lower().endswith(".ome.zarr")  # even if its attributes are damaged
    return bool(files) and (named or any(word in file.read_bytes() for file in files for word in described))


def open_ome_zarr(path: Path, series: int | None = None) -> ImageFile:
    """Read the metadata of an OME-Zarr image or label image, NGFF 0.1 to 0.5, in its finest resolution.

    The folder is that of the image, of its container, or of one of its labels; `series` is one image of a
    container, from 0, by default the first. Warns if chunks are missing, or the container has other images.
    Raises ImageFormatError if there is no image, it is damaged, or has axes other than T, C, Z, Y and X.
    """
    folder, group, image = _find(path, series)
    with reading(path):
        if image.levels[0] not in group:
            raise ImageFormatError(f"{path}: its array {image.levels[0]!r} is missing; copy it again")
        array = group[image.levels[0]]
        names, shape, dtype = image.axes, tuple(array.shape), array.dtype.newbyteorder("=")
        chunks = ChunkFiles(folder / image.levels[0], array)
    check_grey(path, shape, dtype)
    if len(names) != len(shape):
        raise ImageFormatError(f"{path}: has {len(shape)} axes, but names for {len(names)}; save it again")
    checks.check_levels(path, group, image)
    sizes = dict(zip(names, shape, strict=True))
    numbers = checks.frame_numbers(path, image, sizes.get("t", 1))
    with reading(path):
        absent = checks.absent_frames(path, chunks, image, dtype)
        checks.warn_of_hidden_pixels(path, array, chunks)
    spatial = [name for name in names if name in "zyx"]
    order = [spatial.index(name) for name in "zyx" if name in spatial]

    def read(t: int, channel: int) -> npt.NDArray[Any]:
        index = tuple({"t": t, "c": channel}.get(name, slice(None)) for name in names)
        chunks.check(index)
        with reading(path, f"frame {t}"):
            volume = np.asarray(array[index]).transpose(order).astype(dtype, copy=False)
            return volume if volume.ndim == 3 else volume[None]

    return ImageFile(
        path=folder,
        shape=(sizes.get("t", 1), sizes.get("z", 1), sizes["y"], sizes["x"]),
        dtype=dtype,
        read=read,
        channels=sizes.get("c", 1),
        calibration=image.calibration,
        title=image.name,
        frames=numbers,
        missing=image.missing | {numbers[t] for t in absent},
        offset=image.offset,
        channel_names=image.channel_names if len(image.channel_names) == sizes.get("c", 1) else (),
    )


def image_groups(path: Path) -> list[Path]:
    """List the images of a bioformats2raw container; for any other folder, the folder itself."""
    with reading_attributes(path):
        attributes = _attributes(path)
        if ome_attributes(attributes).get("multiscales") or not is_zarr(path):
            return [path]
        named = names_in(_attributes(path / "OME"), "series") if is_zarr(path / "OME") else []
    numbered = sorted((one.name for one in path.iterdir() if one.name.isdecimal() and one.is_dir()), key=int)
    return [path / name for name in named or numbered if _is_group(path / name)] or [path]


def _is_group(path: Path) -> bool:
    return is_zarr(path) and not any(
        (path / name).is_file() and word in (path / name).read_bytes()
        for name, word in ((".zarray", b""), ("zarr.json", b'"array"'))
    )


def label_groups(path: Path) -> list[Path]:
    """List the labels of an OME-Zarr image; warns about missing ones."""
    folder = path / "labels"
    if not is_zarr(folder):
        return []
    with reading_attributes(folder):
        names = names_in(_attributes(folder), "labels")
    if gone := [name for name in names if not is_zarr(folder / name)]:
        warn_caller(f"{folder}: lists labels that are missing: {', '.join(gone)}; copy it again completely")
    return [folder / name for name in names if name not in gone]


def open_zarr_labels(path: Path) -> ImageFile:
    """Open a label group, or the first labels of an image, with a warning if there are others.

    Raises ImageFormatError if there are none.
    """
    groups = [path] if is_label_image(path) else label_groups(path)
    if not groups:
        raise ImageFormatError(f"{path}: no labels; choose an OME-Zarr with labels in its group 'labels'")
    if len(groups) > 1:
        _warn_of_others(path, groups, "label images")
    return open_ome_zarr(groups[0])


def is_label_image(path: Path) -> bool:
    """Whether a group is marked as a label image."""
    with reading_attributes(path):
        return "image-label" in ome_attributes(_attributes(path))


def holds_only_labels(path: Path) -> bool:
    """Whether the image of a container is its label image, as written by `ZarrOutput`."""
    # the same warnings come when the image is opened
    with reading(path), warnings.catch_warnings(action="ignore"):
        image = read_multiscale(_attributes(path), path)
    return image is not None and image.levels[0].startswith("labels/")


def _find(path: Path, series: int | None) -> tuple[Path, Any, Multiscale]:
    """Folder, group and description of an image."""
    import zarr

    groups = image_groups(path)
    check_series(path, series, [one.name for one in groups])
    if len(groups) > 1 and series is None:
        _warn_of_others(path, groups, "images")
    chosen = groups[series or 0]
    with reading(path):  # without consolidated metadata, which a local disk does not need
        group = zarr.open(str(chosen), mode="r", use_consolidated=False)
        attributes = dict(group.attrs)
    image = read_multiscale(attributes, chosen)
    if image is None:
        plate = "plate" in ome_attributes(attributes)
        remedy = (
            "it is a plate; choose one of its images, such as A/1/0" if plate else "choose an image's group"
        )
        raise ImageFormatError(f"{path}: not an OME-Zarr image (no multiscales in its attributes); {remedy}")
    return chosen, group, image


def _warn_of_others(path: Path, groups: list[Path], what: str) -> None:
    others = ", ".join(str(group.relative_to(path)) for group in groups[1:6])
    more = f" and {len(groups) - 6} more" if len(groups) > 6 else ""
    warn_caller(
        f"{path}: has {len(groups)} {what}; only {groups[0].relative_to(path)} is opened; for another one, "
        f"choose its folder: {others}{more}"
        + (", or --series 1 (in Python series=)" if what == "images" else "")
    )


def _attributes(folder: Path) -> dict[str, Any]:
    import zarr

    return expect(dict(zarr.open(str(folder), mode="r").attrs), dict, "attributes")
