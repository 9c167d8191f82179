"""Write tracks in the Graph Exchange File Format (GEFF), https://liveimagetrackingtools.org/geff."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import CTCFormatError, OutputError, OutputExistsError
from napari_devolearn.io.core.calibration import check_interval, check_voxel_size
from napari_devolearn.io.ctc.tracktable import track_problems
from napari_devolearn.io.writing.atomic import explained
from napari_devolearn.io.writing.partial import partial_name, replace_folder
from napari_devolearn.lineage.tracks import Tracks

_MARKS = (".zgroup", "zarr.json")  # files of every Zarr group


def write_geff(
    path: Path | str,
    tracks: Tracks,
    points: npt.NDArray[np.floating],
    *,
    voxel_size: VoxelSize | None = None,
    frame_interval: float | None = None,
    names: Mapping[int, str] | None = None,
    overwrite: bool = False,
) -> Path:
    """Write tracks as a graph, completely or not at all: one node per object, edges forward in time.

    Parameters
    ----------
    path : Path or str
        Such as ``embryo.geff``, which becomes a folder.
    tracks : Tracks
    points : ndarray, (N, 5)
        Columns label, frame, z, y, x in pixels, as from `track_points`.
    voxel_size : tuple of float, optional
        (Z, Y, X) in um. If given, positions are in um, otherwise in pixels.
    frame_interval : float, optional
        In minutes, stored as the scale of the time axis.
    names : mapping of int to str, optional
        Names of cells, by label.
    overwrite : bool
        Replace an existing GEFF.

    Raises
    ------
    CTCFormatError
        If the tracks contradict each other or the points; the message names all contradictions.
    ImageFormatError
        If the voxel size is not three positive lengths, or the interval is not above 0.
    OutputExistsError, OutputError
        If the GEFF exists or cannot be written, or the package geff is missing.
    """
    path = Path(path)
    geff = load_geff(path)
    points = points[np.lexsort((points[:, 1], points[:, 0]))]
    _check(path, tracks, points)
    if voxel_size is not None:
        check_voxel_size(voxel_size, 2)
    check_interval(frame_interval)
    edges = _edges(tracks, points)
    with explained(path):
        if path.exists() and not (overwrite and any((path / mark).exists() for mark in _MARKS)):
            raise OutputExistsError(f"{path}: already exists; choose another name or pass overwrite=True")
        path.parent.mkdir(parents=True, exist_ok=True)
        stage = path.with_name(partial_name())
        try:
            geff.core_io.write_arrays(
                geff_store=stage,
                node_ids=np.arange(len(points), dtype=np.uint64),
                node_props=_node_properties(tracks, points, voxel_size, names),
                edge_ids=edges,
                edge_props={},
                metadata=_metadata(voxel_size, frame_interval),
            )
            replace_folder(stage, path)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    return path


def load_geff(path: Path) -> Any:
    """Import geff; call this before long computations. `path` is the result, for the message.

    Raises OutputError if geff is not installed.
    """
    try:
        import geff.core_io
    except ImportError as error:
        raise OutputError(
            f"{path}: GEFF needs the package geff; pip install 'napari-devolearn[geff]'"
        ) from error
    return geff


def _metadata(voxel_size: VoxelSize | None, frame_interval: float | None) -> Any:
    import geff
    from geff_spec import Axis

    minutes = {} if frame_interval is None else {"scale": frame_interval, "scaled_unit": "minute"}
    unit = "micrometer" if voxel_size else "pixel"
    return geff.GeffMetadata(
        directed=True,
        axes=[
            Axis(name="t", type="time", unit="frame", **minutes),
            *(Axis(name=name, type="space", unit=unit) for name in "zyx"),
        ],
        node_props_metadata={},
        edge_props_metadata={},
        track_node_props={"tracklet": "tracklet", "lineage": "lineage"},
    )


def _check(path: Path, tracks: Tracks, points: npt.NDArray[np.floating]) -> None:
    problems = track_problems(tracks)
    labels, rows = set(points[:, 0].astype(int).tolist()), {row.label: row for row in tracks.rows}
    problems += [f"track {label} has no object" for label in sorted(rows.keys() - labels)]
    problems += [f"label {label} is in no track" for label in sorted(labels - rows.keys())]
    problems += [
        f"track {label:.0f} has an object in frame {frame:.0f}, outside its frames {row.begin} to {row.end}"
        for label, frame in points[:, :2].tolist()
        if (row := rows.get(int(label))) and not row.begin <= frame <= row.end
    ]
    if problems:
        raise CTCFormatError(f"{path}: not written: {'; '.join(problems)}; fix the tracks")


def _edges(tracks: Tracks, points: npt.NDArray[np.floating]) -> npt.NDArray[np.uint64]:
    """(M, 2): rows of `points`, which are sorted by label, then frame."""
    labels = points[:, 0].astype(np.int64)
    along = np.flatnonzero(labels[1:] == labels[:-1])
    first = {label: int(np.searchsorted(labels, label)) for label in np.unique(labels).tolist()}
    last = {label: int(np.searchsorted(labels, label, "right")) - 1 for label in first}
    born = [(last[row.parent], first[row.label]) for row in tracks.rows if row.parent]
    pairs = np.concatenate([np.stack([along, along + 1], axis=1), np.reshape(born, (-1, 2))])
    return pairs.astype(np.uint64)


def _node_properties(
    tracks: Tracks,
    points: npt.NDArray[np.floating],
    voxel_size: VoxelSize | None,
    names: Mapping[int, str] | None,
) -> dict[str, Any]:
    labels = points[:, 0].astype(np.int64)
    places = points[:, 2:] * np.array(voxel_size or (1.0, 1.0, 1.0))
    values: dict[str, npt.NDArray[Any]] = {
        "t": points[:, 1].astype(np.int64),
        **dict(zip("zyx", places.T.astype(np.float64), strict=True)),
        "label": labels,
        **_families(tracks, labels),
    }
    if names:
        values["name"] = np.array([names.get(label, "") for label in labels.tolist()])
    return {name: {"values": one, "missing": None} for name, one in values.items()}


def _families(tracks: Tracks, labels: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.int64]]:
    """Tracklet (a cell from division to division, over gaps) and lineage (its root) of each node."""
    gaps = set(tracks.gaps())
    parent = {row.label: row.parent for row in tracks.rows}

    def follow(label: int, *, over_divisions: bool) -> int:
        while parent[label] and (over_divisions or parent[label] in gaps):
            label = parent[label]
        return label

    return {
        name: np.array([follow(label, over_divisions=over) for label in labels.tolist()], np.int64)
        for name, over in (("tracklet", False), ("lineage", True))
    }
