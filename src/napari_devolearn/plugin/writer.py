"""Save Labels and Tracks layers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn.exceptions import DevolearnError, warn_caller
from napari_devolearn.io.ctc.corrections_table import Corrected
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.plugin.layer_place import frame_interval_of, frame_numbers_of, ours, voxel_size_of
from napari_devolearn.plugin.layers import LayerData
from napari_devolearn.plugin.save_names import check_folder_name, folder_meant, with_suffix
from napari_devolearn.plugin.saved_layers import labels_of, tracks_of


def write_ctc_folder(path: str, data: list[LayerData]) -> list[str]:
    """Save a Labels layer, and optionally a Tracks layer, as a CTC result folder, completely or not at all.

    Parameters
    ----------
    path : str
        A new or empty folder, since napari does not ask before it saves into a folder.
    data : list of (data, attributes, layer type)
        One Labels layer with axes TZYX, ZYX or YX, or from its axis labels, and at most one Tracks layer.
    """
    from napari_devolearn.io.ctc.ctc_result import NOT_LINKED, write_ctc

    check_folder_name(path)
    layers = {kind: (values, attributes) for values, attributes, kind in data}
    with _no_value_error():
        labels = labels_of(*layers["labels"])
        tracks = tracks_of(*layers["tracks"], labels) if "tracks" in layers else None
        if tracks is None and len(labels.frames) > 1 and not ours(layers["labels"][1]).get("linked", True):
            warn_caller(f"{path}: {NOT_LINKED}")
        labels.warn_of_lost_place(path)
        there = labels.without_missing()
        write_ctc(
            path,
            there.data,
            tracks,
            frames=there.frames,
            voxel_size=labels.voxel_size,
            frame_interval=labels.frame_interval,
        )
        if tracks is not None and (corrected := ours(layers["tracks"][1]).get("corrected")):
            _write_corrected(Path(path), corrected, labels.frames)
    return [path]


def _write_corrected(folder: Path, corrected: Corrected, frames: tuple[int, ...]) -> None:
    from napari_devolearn.io.ctc.corrections_table import TABLE, write_corrections_table

    painted = frozenset(frames[index] for index in corrected.painted if index < len(frames))
    write_corrections_table(folder / TABLE, corrected._replace(painted=painted))


def write_labels(path: str, data: Any, attributes: dict[str, Any]) -> list[str]:
    """Save a Labels layer as one calibrated OME-TIFF, completely or not at all.

    Parameters
    ----------
    path : str
        If it ends in ``.tif`` or ``.tiff``, an existing file is replaced: napari has asked before. Otherwise
        ``.ome.tif`` is added, and an existing file stays. The name of a folder (``new/``, ``02_RES``) is
        saved as by `write_ctc_folder`.
    data : array-like
        Axes TZYX, ZYX or YX, or from the axis labels.
    attributes : dict
        Layer attributes.
    """
    from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff

    if folder := folder_meant(path):
        return write_ctc_folder(folder, [(data, attributes, "labels")])
    target = with_suffix(path, ".ome.tif", ".tif", ".tiff")
    with _no_value_error():
        labels = labels_of(data, attributes)
        write_ome_tiff(
            target,
            labels.data,
            voxel_size=labels.voxel_size,
            frame_interval=labels.frame_interval,
            frames=labels.frames,
            missing=labels.missing,
            offset=labels.offset,
            overwrite=target == path,
        )
    return [target]


def write_run_lengths(path: str, data: Any, attributes: dict[str, Any]) -> list[str]:
    """Save a Labels layer as a table of run-length masks, or as COCO JSON, completely or not at all.

    Parameters
    ----------
    path : str
        If it ends in ``.csv`` or ``.json``, an existing file is replaced: napari has asked before. Otherwise
        ``.csv`` is added, and an existing file stays.
    data : array-like
        Axes TZYX, ZYX or YX, or from the axis labels; each slice becomes one image.
    attributes : dict
        Layer attributes. Images keep the names with which they were opened.
    """
    from napari_devolearn.io.rle.masked_image import iter_masked_images, slice_names
    from napari_devolearn.io.rle.rle_file import write_rle

    target = with_suffix(path, ".csv", ".json")
    with _no_value_error():
        labels = labels_of(data, attributes).without_missing()
        labels.warn_of_lost_place(target)
        depth = labels.data.shape[1]
        names = list(ours(attributes).get("images", ()))
        if len(names) != len(labels.frames) * depth:
            names = slice_names(str(attributes.get("name", "labels")), labels.frames, depth)
        write_rle(Path(target), iter_masked_images(labels.data, names), overwrite=target == path)
    return [target]


def write_tracks(path: str, data: Any, attributes: dict[str, Any]) -> list[str]:
    """Save a Tracks layer as a GEFF, completely or not at all.

    Parameters
    ----------
    path : str
        If it ends in ``.geff``, an existing GEFF is replaced: napari has asked before. Otherwise the suffix
        is added, and an existing GEFF stays.
    data : array-like, (N, 4) or (N, 5)
        Columns id, t, (z,) y, x.
    attributes : dict
        Layer attributes: ``graph``, ``scale``, ``translate``, ``units``, ``metadata`` and ``features`` with
        the ``name`` of each cell.
    """
    from napari_devolearn.io.tables.geff_output import write_geff

    target = with_suffix(path, ".geff")
    rows = np.asarray(data, np.float64)
    flat = rows.shape[1] == 4
    points = np.insert(rows, 2, 0.0, axis=1) if flat else rows.copy()
    with _no_value_error():
        points[:, 1] = frame_numbers_of(rows[:, 1], attributes)
        tracks = Tracks.from_napari(points, attributes.get("graph"))
        axes = "tyx" if flat else "tzyx"
        size, interval = voxel_size_of(attributes, axes), frame_interval_of(attributes, axes)
        write_geff(
            target,
            tracks,
            points,
            voxel_size=size,
            frame_interval=interval,
            names=_names(points, attributes),
            overwrite=target == path,
        )
    return [target]


def _names(points: np.ndarray[Any, np.dtype[np.float64]], attributes: dict[str, Any]) -> dict[int, str]:
    named = attributes.get("features", {})
    if "name" not in named:
        return {}
    pairs = zip(points[:, 0].astype(int).tolist(), named["name"], strict=True)
    return {label: str(name) for label, name in pairs if name}


@contextmanager
def _no_value_error() -> Iterator[None]:
    """Turn a ValueError into a DevolearnError: napari shows "no writer found" instead of its message."""
    try:
        yield
    except ValueError as error:
        raise DevolearnError(str(error)) from error
