"""OME-Zarr as images and labels that are read frame by frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.image_file import ImageFile, check_grey
from napari_devolearn.io.ome_zarr.ngff import OURS, Multiscale, ome_attributes, read_multiscale

_MARKERS = ("zarr.json", ".zattrs", ".zgroup", ".zarray")


def is_zarr(path: Path) -> bool:
    """Whether a folder is a Zarr group or array; looks for four names."""
    return any((path / name).is_file() for name in _MARKERS)


def is_ome_zarr(path: Path) -> bool:
    """Whether a folder is an OME-Zarr image or label image; reads a small file and does not import Zarr."""
    described = (b'"multiscales"', b'"bioformats2raw.layout"')
    files = [path / name for name in _MARKERS if (path / name).is_file()]
    return any(word in file.read_bytes() for file in files for word in described)


def open_ome_zarr(path: Path) -> ImageFile:
    """Read the metadata of an OME-Zarr image or label image, NGFF 0.1 to 0.5.

    Parameters
    ----------
    path : Path
        Folder of the image, of its container, or of one of its labels.

    Returns
    -------
    ImageFile
        Of the finest resolution.

    Raises
    ------
    ImageFormatError
        If there is no image in it, it is damaged, or of other axes than T, C, Z, Y and X.
    """
    with reading(path):
        folder, group, image = _find(path)
        array = group[image.levels[0]]
        names, shape = image.axes, tuple(array.shape)
        check_grey(path, shape, array.dtype)
        if len(names) != len(shape):
            raise ImageFormatError(f"{path}: {len(shape)} axes, but names for {len(names)}; write it anew")
        kept = dict(group.attrs).get(OURS, {})
    sizes = dict(zip(names, shape, strict=True))
    dtype = array.dtype.newbyteorder("=")

    def read(t: int, channel: int) -> npt.NDArray[Any]:
        with reading(path):
            index = tuple({"t": t, "c": channel}.get(name, slice(None)) for name in names)
            return _to_zyx(array[index], [name for name in names if name in "zyx"]).astype(dtype, copy=False)

    return ImageFile(
        path=folder,
        shape=(sizes.get("t", 1), sizes.get("z", 1), sizes["y"], sizes["x"]),
        dtype=dtype,
        read=read,
        channels=sizes.get("c", 1),
        calibration=image.calibration,
        title=image.name,
        frames=tuple(kept.get("frames", ())),
    )


def label_groups(path: Path) -> list[Path]:
    """List the labels of an OME-Zarr image.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of Path
        A group each; empty if there are none.
    """
    folder = path / "labels"
    if not is_zarr(folder):
        return []
    with reading(folder):
        names = ome_attributes(_attributes(folder)).get("labels") or ()
    return [folder / str(name) for name in names if is_zarr(folder / str(name))]


def open_zarr_labels(path: Path) -> ImageFile:
    """Open the labels in an OME-Zarr: those of a label group, else the first of an image.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ImageFile

    Raises
    ------
    ImageFormatError
        If there are none.
    """
    if is_label_image(path):
        return open_ome_zarr(path)
    groups = label_groups(path)
    if not groups:
        raise ImageFormatError(f"{path}: holds no labels; give one whose group 'labels' names some")
    return open_ome_zarr(groups[0])


def is_label_image(path: Path) -> bool:
    """Whether a group says of its values that they are labels."""
    with reading(path):
        return "image-label" in ome_attributes(_attributes(path))


def holds_only_labels(path: Path) -> bool:
    """Whether the image of a container is one of its own labels, as `ZarrOutput` writes it."""
    with reading(path):
        image = read_multiscale(_attributes(path), path)
    return image is not None and image.levels[0].startswith("labels/")


def _find(path: Path) -> tuple[Path, Any, Multiscale]:
    import zarr

    # bioformats2raw puts the images of a file into groups 0, 1, ..
    for folder in (path, path / "0"):
        if is_zarr(folder):
            group = zarr.open(str(folder), mode="r")
            if (image := read_multiscale(dict(group.attrs), path)) is not None:
                return folder, group, image
    raise ImageFormatError(
        f"{path}: no OME-Zarr image (its attributes name no multiscales); give the group that holds one"
    )


def _attributes(folder: Path) -> dict[str, Any]:
    import zarr

    return dict(zarr.open(str(folder), mode="r").attrs)


def _to_zyx(values: npt.NDArray[Any], names: list[str]) -> npt.NDArray[Any]:
    order = [names.index(name) for name in "zyx" if name in names]
    volume = np.asarray(values).transpose(order)
    return volume if volume.ndim == 3 else volume[None]
