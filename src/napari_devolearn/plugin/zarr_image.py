"""Open an OME-Zarr as layers: its images and their labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from napari_devolearn.io.ome_zarr.reader import is_ome_zarr
from napari_devolearn.plugin.layers import LayerData, image_layer, labels_layer

__all__ = ["is_ome_zarr", "read_ome_zarr"]


def read_ome_zarr(path: Path) -> Iterator[LayerData]:
    """Yield layers of all images of an OME-Zarr, one per channel and label image; only metadata are read.

    Raises
    ------
    ImageFormatError
        If it cannot be opened.
    """
    from napari_devolearn.io.ome_zarr.reader import image_groups

    groups = image_groups(path)
    for place, group in enumerate(groups):
        for data, attributes, kind in _layers_of(group):
            if len(groups) > 1:
                # images of one container overlap in the viewer, so only the first is visible
                attributes |= {"name": f"{path.stem} {attributes['name']}", "visible": place == 0}
            yield data, attributes, kind


def _layers_of(path: Path) -> Iterator[LayerData]:
    from napari_devolearn.io.ctc.masks import labels_in_file
    from napari_devolearn.io.image import channels, open_image
    from napari_devolearn.io.ome_zarr.reader import (
        holds_only_labels,
        is_label_image,
        label_groups,
        open_ome_zarr,
    )

    if is_label_image(path):
        yield labels_layer(labels_in_file(open_ome_zarr(path)))
        return
    if not holds_only_labels(path):
        file = open_image(path)
        for stack in channels(file):
            data, attributes, kind = image_layer(stack)
            yield data, attributes | ({"blending": "additive"} if file.channels > 1 else {}), kind
    for group in label_groups(path):
        yield labels_layer(labels_in_file(open_ome_zarr(group)))
