"""Reader for files and folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from napari_devolearn.exceptions import CTCFormatError, ParameterError, warn_caller
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.ctc.corrections_table import Corrected
from napari_devolearn.io.ctc.layout import is_ctc, mask_folders, sequences, tifs_in, track_table
from napari_devolearn.io.ctc.names import is_mask_name, is_table_name, parse_name
from napari_devolearn.io.ome_zarr.reader import is_ome_zarr
from napari_devolearn.plugin import tif
from napari_devolearn.plugin.layers import LayerData, image_layer, labels_layer, tracks_layer
from napari_devolearn.plugin.other_formats import (
    is_movie,
    is_rle_table,
    read_movie,
    read_ome_zarr,
    read_rle_table,
)

Paths: TypeAlias = str | list[str]


def get_reader(path: Paths) -> Callable[[Paths], list[LayerData]] | None:
    """Return `read` if these paths can be opened, else None; checks names only and never raises."""
    with suppress(TypeError, ValueError, OSError):  # not a path, or one that the system refuses
        paths = _paths(path)
        if all(is_tif_name(one.name) and one.is_file() for one in paths) or all(map(is_movie, paths)):
            return read
        if len(paths) == 1 and _opens_alone(paths[0]):
            return read
    return None


def read(path: Paths) -> list[LayerData]:
    """Open paths as layers; reads only headers, and masks that have a track table.

    Raises DevolearnError if a path cannot be opened.
    """
    paths = _paths(path)
    first = paths[0]
    if is_movie(first):
        return [read_movie(path) for path in paths]
    if len(paths) > 1:
        return _open_files(paths)
    if is_rle_table(first):
        return list(read_rle_table(first))
    if is_ome_zarr(first):
        return list(read_ome_zarr(first))
    if first.is_dir():
        return list(_open_folder(first))
    if is_table_name(first.name):
        return list(_open_masks(first.parent, table=first))
    return _open_file(first)


def _paths(path: Paths) -> list[Path]:
    paths = [Path(one) for one in ([path] if isinstance(path, str | os.PathLike) else path)]
    if not paths or path == "":
        raise ParameterError("no files: pass at least one")
    return paths


def _opens_alone(path: Path) -> bool:
    table = is_table_name(path.name) and path.is_file()
    return is_ctc(path) or table or bool(tifs_in(path)) or is_ome_zarr(path) or is_rle_table(path)


def _open_file(path: Path) -> list[LayerData]:
    from napari_devolearn.io.ctc.masks import read_labels

    if (named := parse_name(path)) and named.kind != "t":
        return [labels_layer(read_labels(path))]
    return tif.read_tif(path)


def _open_files(paths: Sequence[Path]) -> list[LayerData]:
    from napari_devolearn.io.ctc.masks import read_masks
    from napari_devolearn.io.image import open_image

    masks = [is_mask_name(path.name) for path in paths]
    if not any(masks):
        return list(tif.stacked_layers([open_image(path, volume=True) for path in paths]))
    named = [file for path in paths if (file := parse_name(path))]
    if len(named) < len(paths) or len({(file.kind, file.path.parent) for file in named}) > 1:
        raise CTCFormatError(
            f"{paths[0].parent}: masks of different kinds or folders, or masks and images, cannot be "
            "stacked; open one kind at a time"
        )
    return [labels_layer(read_masks(sorted(named, key=lambda file: (file.frame, file.plane or 0))))]


def _open_folder(folder: Path) -> Iterator[LayerData]:
    from napari_devolearn.io.ctc.layout import holds_raw
    from napari_devolearn.io.ctc.sequence import read_ctc

    raw, masks = holds_raw(folder), mask_folders(folder)
    if raw:
        yield image_layer(read_ctc(folder))
    for inside in masks:
        yield from _open_masks(inside)
    if not raw and not masks:
        yield from _open_root(folder) if is_ctc(folder) else tif.read_folder(folder)


def _open_root(root: Path) -> Iterator[LayerData]:
    from napari_devolearn.io.ctc.sequence import read_ctc

    for place, sequence in enumerate(sequences(root)):
        images = read_ctc(sequence.raw) if sequence.raw else None
        layers = [image_layer(images)] if images else []
        for masks in sequence.truth.values():
            layers += _open_masks(masks, like=images)
        for data, attributes, kind in layers:
            # sequences overlap in the viewer, so only the first is visible
            yield data, attributes | {"visible": place == 0}, kind


def _open_masks(folder: Path, like: Stack | None = None, table: Path | None = None) -> Iterator[LayerData]:
    from napari_devolearn.io.ctc.masks import mask_files, read_masks

    masks = read_masks(mask_files(folder), like=like)
    yield labels_layer(masks)
    if table:
        yield from _tracks(table, masks)
    elif found := track_table(folder):
        try:
            yield from _tracks(found, masks)
        except CTCFormatError as error:
            # show the masks anyway, so that the table can be fixed
            warn_caller(f"{error}; its tracks are not shown")


def _tracks(table: Path, masks: Stack) -> Iterator[LayerData]:
    from napari_devolearn.io.ctc.tracktable import mask_problems, read_tracks
    from napari_devolearn.postprocess.centroids import track_points

    tracks = read_tracks(table)
    points = track_points(masks)
    presence: dict[int, list[int]] = {}
    for label, frame in points[:, :2].astype(int).tolist():
        presence.setdefault(label, []).append(frame)
    if problems := mask_problems(tracks, presence, masks.without_missing().frames):
        warn_caller(f"{table}: {'; '.join(problems[:5])}; fix the table or the masks")
    if len(points):
        yield tracks_layer(tracks, points, masks, _corrected(table.parent))


def _corrected(folder: Path) -> Corrected | None:
    from napari_devolearn.io.ctc.corrections_table import TABLE, read_corrections_table

    if not (folder / TABLE).is_file():
        return None
    try:
        return read_corrections_table(folder / TABLE)
    except CTCFormatError as error:
        warn_caller(f"{error}; corrections are not marked")
        return None
