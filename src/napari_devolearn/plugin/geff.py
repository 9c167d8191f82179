"""Save Tracks layers as GEFF."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_devolearn.lineage.tracks import Tracks


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
    from napari_devolearn.plugin.layer_place import frame_interval_of, frame_numbers_of, voxel_size_of
    from napari_devolearn.plugin.save_names import with_suffix
    from napari_devolearn.plugin.writer import no_value_error

    target = with_suffix(path, ".geff")
    rows = np.asarray(data, np.float64)
    flat = rows.shape[1] == 4
    points = np.insert(rows, 2, 0.0, axis=1) if flat else rows.copy()
    with no_value_error():
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
