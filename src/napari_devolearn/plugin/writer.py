"""What napari calls to save layers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import ArrayLike4D, VoxelSize
from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.io.ctc.corrections_table import Corrected
from napari_devolearn.lineage.tracks import Tracks

FullLayerData = tuple[Any, dict[str, Any], str]

_UM_PER_UNIT = {
    "um": 1.0, "µm": 1.0, "μm": 1.0, "micron": 1.0, "micrometer": 1.0,
    "nm": 1e-3, "nanometer": 1e-3, "mm": 1e3, "millimeter": 1e3, "m": 1e6, "meter": 1e6,
}  # fmt: skip


class _Labels(NamedTuple):
    data: ArrayLike4D
    voxel_size: VoxelSize | None
    frames: tuple[int, ...]
    first_time: int
    missing: frozenset[int]
    offset: tuple[float, float, float]

    def there(self) -> _Labels:
        """Without the frames that are missing; one that somebody has drawn into is not."""
        chosen = [
            t
            for t, frame in enumerate(self.frames)
            if frame not in self.missing or np.asarray(self.data[t]).any()
        ]
        if len(chosen) == len(self.frames):
            return self
        return self._replace(data=self.data[chosen], frames=tuple(self.frames[t] for t in chosen))


def write_ctc_folder(path: str, data: list[FullLayerData]) -> list[str]:
    """Save a Labels layer, and a Tracks layer where given, as a CTC result folder.

    Parameters
    ----------
    path : str
        A folder that is new or empty: napari does not ask before it saves into a folder.
    data : list of (data, attributes, layer type)
        One Labels layer of axes TZYX, ZYX or YX, or as its axis labels say, and at most one
        Tracks layer.

    Returns
    -------
    list of str
        The folder.

    Raises
    ------
    DevolearnError
        If it cannot be written; nothing is left behind.
    """
    from napari_devolearn.io.ctc.ctc_result import NOT_LINKED, write_ctc

    layers = {kind: (values, attributes) for values, attributes, kind in data}
    with _never_a_value_error():
        labels = _labels(*layers["labels"])
        tracks = _tracks(*layers["tracks"], labels) if "tracks" in layers else None
        if tracks is None and len(labels.frames) > 1 and not _ours(layers["labels"][1]).get("linked", True):
            warnings.warn(f"{path}: {NOT_LINKED}", stacklevel=2)
        _warn_of_a_lost_place(path, labels)
        there = labels.there()
        write_ctc(
            path,
            there.data,
            tracks,
            frames=there.frames,
            voxel_size=labels.voxel_size,
            frame_interval=_ours(layers["labels"][1]).get("frame_interval"),
        )
        if tracks is not None and (corrected := _ours(layers["tracks"][1]).get("corrected")):
            _write_corrected(Path(path), corrected, labels.frames)
    return [path]


def _write_corrected(folder: Path, corrected: Corrected, frames: tuple[int, ...]) -> None:
    from napari_devolearn.io.ctc.corrections_table import TABLE, write_corrections_table

    painted = frozenset(frames[index] for index in corrected.painted if index < len(frames))
    write_corrections_table(folder / TABLE, corrected._replace(painted=painted))


def write_labels(path: str, data: Any, attributes: dict[str, Any]) -> list[str]:
    """Save a Labels layer as one calibrated OME-TIFF.

    Parameters
    ----------
    path : str
        An older file is replaced: napari has asked about it already.
    data : array-like
        Axes TZYX, ZYX or YX, or as the axis labels say.
    attributes : dict
        Of the layer.

    Returns
    -------
    list of str
        The file.

    Raises
    ------
    DevolearnError
        If it cannot be written; an older file stays as it was.
    """
    from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff

    with _never_a_value_error():
        labels = _labels(data, attributes)
        write_ome_tiff(
            path,
            labels.data,
            voxel_size=labels.voxel_size,
            frame_interval=_ours(attributes).get("frame_interval"),
            frames=labels.frames,
            missing=labels.missing,
            offset=labels.offset,
            overwrite=True,
        )
    return [path]


def write_run_lengths(path: str, data: Any, attributes: dict[str, Any]) -> list[str]:
    """Save a Labels layer as a table of run-length masks, or as COCO's JSON.

    Parameters
    ----------
    path : str
        ``.csv`` or ``.json``; an older file is replaced: napari has asked about it already.
    data : array-like
        Axes TZYX, ZYX or YX, or as the axis labels say; each slice is an image of its own.
    attributes : dict
        Of the layer. Images keep the names that they were opened by.

    Returns
    -------
    list of str
        The file.

    Raises
    ------
    DevolearnError
        If it cannot be written; an older file stays as it was.
    """
    from napari_devolearn.io.rle.masked_image import iter_masked_images, slice_names
    from napari_devolearn.io.rle.rle_file import write_rle

    with _never_a_value_error():
        labels = _labels(data, attributes).there()
        _warn_of_a_lost_place(path, labels)
        depth = labels.data.shape[1]
        names = list(_ours(attributes).get("images", ()))
        if len(names) != len(labels.frames) * depth:
            names = slice_names(str(attributes.get("name", "labels")), labels.frames, depth)
        write_rle(Path(path), iter_masked_images(labels.data, names), overwrite=True)
    return [path]


@contextmanager
def _never_a_value_error() -> Iterator[None]:
    # napari takes a ValueError to mean that no writer was found, and drops its message
    try:
        yield
    except ValueError as error:
        raise DevolearnError(str(error)) from error


def _ours(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = attributes.get("metadata", {}).get("devolearn", {})
    return found


def _labels(data: Any, attributes: Mapping[str, Any]) -> _Labels:
    if attributes.get("multiscale"):
        data = data[0]
    axes = _axes(attributes, data.ndim)
    order = [axes.index(axis) for axis in "tzyx" if axis in axes]
    if order != sorted(order):
        data = data.transpose(order)
    present = tuple(slice(None) if axis in axes else None for axis in "tzyx")
    stack = data[present] if None in present else data
    first = _first_time(attributes) if axes.startswith("t") else 0
    voxel_size = voxel_size_of(attributes, axes)
    if voxel_size is None:
        _warn_of_a_lost_scale(attributes, axes)
    frames = _frames(attributes, first, len(stack))
    missing = frozenset(_ours(attributes).get("missing", ())) & set(frames)
    return _Labels(stack, voxel_size, frames, first, missing, _offset(attributes, axes))


def _offset(attributes: Mapping[str, Any], axes: str) -> tuple[float, float, float]:
    """Where the first voxel lies, (Z, Y, X) in voxels."""
    translate, scale = attributes.get("translate", ()), attributes.get("scale", ())
    steps = {
        axis: round(float(place) / float(step), 6)
        for axis, place, step in zip(axes, translate, scale, strict=False)
        if float(step) and np.isfinite(float(place))
    }
    return steps.get("z", 0.0), steps.get("y", 0.0), steps.get("x", 0.0)


def _warn_of_a_lost_scale(attributes: Mapping[str, Any], axes: str) -> None:
    """Tell that a scale without a unit of length says nothing of sizes."""
    scale = dict(zip(axes, attributes.get("scale", ()), strict=False))
    if edges := [f"{float(scale[axis]):g}" for axis in "zyx" if axis in scale and float(scale[axis]) != 1]:
        warnings.warn(
            f"{attributes.get('name', 'labels')}: its scale ({' x '.join(edges)}) has no unit of length, "
            "so it is saved without a voxel size; set layer.units to 'um' first if these are um",
            stacklevel=5,
        )


def _warn_of_a_lost_place(path: str, labels: _Labels) -> None:
    if any(labels.offset):
        place = " x ".join(f"{steps:g}" for steps in labels.offset)
        warnings.warn(
            f"{path}: this format keeps no place, and the layer begins at voxel {place} (Z x Y x X); save it "
            "as .ome.tif to keep that",
            stacklevel=3,
        )


def _axes(attributes: Mapping[str, Any], ndim: int) -> str:
    """Read the axes off the labels; napari's own, such as "-3", mean ZYX, or TYX if so scaled."""
    named = "".join(str(name)[:1].lower() for name in attributes.get("axis_labels") or ())
    if len(named) == ndim == len(set(named)) and {"y", "x"} <= set(named) <= set("tzyx"):
        return named
    if not 2 <= ndim <= 4:
        raise DevolearnError(f"labels with {ndim} axes cannot be saved; need TZYX, ZYX or YX")
    lengths = [unit in _UM_PER_UNIT for unit in _units(attributes)]
    return "tyx" if lengths == [False, True, True] else "tzyx"[-ndim:]


def _units(attributes: Mapping[str, Any]) -> list[str]:
    return [str(unit) for unit in attributes.get("units") or ()]


def voxel_size_of(attributes: Mapping[str, Any], axes: str) -> VoxelSize | None:
    """Voxel size that a layer's scale and units give, (Z, Y, X) in um; None if they give none.

    Parameters
    ----------
    attributes : mapping
        Of the layer.
    axes : str
        Such as "tzyx".

    Returns
    -------
    tuple of float or None
    """
    edges = {
        axis: float(scale) * _UM_PER_UNIT[unit]
        for axis, scale, unit in zip(axes, attributes.get("scale", ()), _units(attributes), strict=False)
        if unit in _UM_PER_UNIT
    }
    if {"y", "x"} <= edges.keys() and ("z" in edges or "z" not in axes):
        return edges.get("z", 1.0), edges["y"], edges["x"]
    return None


def _frames(attributes: Mapping[str, Any], first: int, count: int) -> tuple[int, ...]:
    numbers = tuple(_ours(attributes).get("frames", ()))
    return numbers if len(numbers) == count else tuple(range(first, first + count))


def _first_time(attributes: Mapping[str, Any]) -> int:
    """Where the layer begins in time, counted in its own steps."""
    translate, scale = attributes.get("translate", (0,)), attributes.get("scale", (1,))
    return round(float(translate[0]) / float(scale[0]))


def frame_numbers_of(time: npt.NDArray[np.float64], attributes: Mapping[str, Any]) -> npt.NDArray[np.int64]:
    """Frame numbers of the points of a Tracks layer.

    Parameters
    ----------
    time : ndarray, (N,)
        Along T, as the layer's data have it.
    attributes : mapping
        Of the layer; where the reader kept the numbers of the files, they are taken.

    Returns
    -------
    ndarray, (N,), int64
    """
    shown = time.round().astype(np.int64) + _first_time(attributes)
    numbers = np.array(_ours(attributes).get("frames", ()), np.int64)
    index = shown - (numbers[0] if len(numbers) else 0)
    inside = len(numbers) > 0 and index.size > 0 and index.min() >= 0 and index.max() < len(numbers)
    return np.asarray(numbers[index] if inside else shown)


def _tracks(data: Any, attributes: Mapping[str, Any], labels: _Labels) -> Tracks:
    # on the screen frames without a file take no room, in the table they do
    index = np.asarray(data)[:, 1].round().astype(int) + _first_time(attributes) - labels.first_time
    if index.size and (index.min() < 0 or index.max() >= len(labels.frames)):
        raise DevolearnError(
            f"the Tracks layer has points outside the {len(labels.frames)} frames of the Labels layer; "
            "select the two that belong together"
        )
    points = np.column_stack([np.asarray(data)[:, 0], np.take(labels.frames, index)])
    return Tracks.from_napari(points, attributes.get("graph"))
