"""Link anew, and keep what a person corrected."""

from __future__ import annotations

import numpy as np

from napari_devolearn._types import Labels, VoxelSize
from napari_devolearn.lineage.tracks import Track, Tracks
from napari_devolearn.tracking.history import TrackedLabels
from napari_devolearn.tracking.link import Linked, link
from napari_devolearn.tracking.params import LinkParams


def relink(
    labels: Labels,
    kept: TrackedLabels,
    voxel_size: VoxelSize | None = None,
    params: LinkParams | None = None,
) -> Linked:
    """Link labels; tracks that a person corrected stay as they are.

    Parameters
    ----------
    labels : ndarray, (T, Z, Y, X) or (T, Y, X), integer
        Those to link, such as a new segmentation.
    kept : TrackedLabels
        Of the same shape.
    voxel_size : tuple of float, optional
        (Z, Y, X) in um.
    params : LinkParams, optional

    Returns
    -------
    Linked
        Edited tracks keep numbers and voxels; new tracks are numbered after the highest that is kept, and
        have no voxel of theirs. Objects that mostly lie in an edited one are not linked.
    """
    rows = {row.label: row for row in kept.tracks.rows if row.label in kept.edited}
    theirs = np.isin(kept.labels, list(rows))
    free = np.array(labels)
    for t in range(len(free)):
        covered = np.bincount(free[t][theirs[t]], minlength=int(free[t].max(initial=0)) + 1)
        whole = np.bincount(free[t].ravel(), minlength=len(covered))
        free[t][np.isin(free[t], np.flatnonzero(2 * covered > whole)) | theirs[t]] = 0
    found, tracks = link(free, voxel_size, params)
    first = max(rows, default=0)
    out = np.where(theirs, kept.labels, np.where(found > 0, found + np.uint32(first), 0)).astype(np.uint32)
    new = [
        Track(row.label + first, row.begin, row.end, row.parent + first if row.parent else 0)
        for row in tracks.rows
    ]
    old = [row if row.parent in rows else row._replace(parent=0) for row in rows.values()]
    return Linked(out, Tracks((*old, *new)))
