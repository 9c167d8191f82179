"""Link again and keep manual corrections."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, Mask, VoxelSize
from napari_devolearn.lineage.tracks import Track, Tracks
from napari_devolearn.tracking.corrections.tracked_labels import TrackedLabels
from napari_devolearn.tracking.link import Linked, iter_linked
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.steps import Steps, finish


def relink(
    labels: Labels,
    corrected: TrackedLabels,
    params: LinkParams | None = None,
    *,
    voxel_size: VoxelSize | None = None,
) -> Linked:
    """Link labels, for example of a new segmentation; corrected tracks stay unchanged.

    Edited tracks keep IDs, voxels, mothers and daughters; new tracks get higher IDs and none of these voxels.
    Objects mostly inside an edited one are not linked.

    `labels`: (T, Z, Y, X) or (T, Y, X), integer; `corrected` has the same shape.
    `voxel_size`: (Z, Y, X) in um.
    """
    return finish(iter_relink(labels, corrected, params, voxel_size=voxel_size))


def iter_relink(
    labels: Labels,
    corrected: TrackedLabels,
    params: LinkParams | None = None,
    *,
    voxel_size: VoxelSize | None = None,
) -> Steps[Linked]:
    """Link again as `relink` does; yields the completed fraction of the work."""
    rows = {row.label: row for row in corrected.tracks.rows if row.label in corrected.edited}
    protected = np.isin(corrected.labels, list(rows))
    free = _without(np.asarray(labels), protected)
    found, tracks = yield from iter_linked(free, params, voxel_size=voxel_size)
    first = max(rows, default=0)
    raised = np.where(found > 0, found + np.uint32(first), 0)
    out = np.where(protected, corrected.labels, raised).astype(np.uint32)
    both = rows.copy()
    for label, begin, end, parent in tracks.rows:
        both[label + first] = Track(label + first, begin, end, parent + first if parent else 0)
    for row in corrected.tracks.rows:
        if row.parent and (row.label in rows or row.parent in rows):
            _connect(both, row, corrected, out)
    known = [row if row.parent in both else row._replace(parent=0) for row in both.values()]
    return Linked(out, Tracks(tuple(sorted(known))))


def _without(labels: npt.NDArray[Any], protected: Mask) -> npt.NDArray[Any]:
    """Labels without the protected voxels, and without objects mostly inside them."""
    free = np.array(labels)
    for t in range(len(free)):
        covered = np.bincount(free[t][protected[t]], minlength=int(free[t].max(initial=0)) + 1)
        whole = np.bincount(free[t].ravel(), minlength=len(covered))
        free[t][np.isin(free[t], np.flatnonzero(2 * covered > whole)) | protected[t]] = 0
    return free


def _connect(rows: dict[int, Track], link: Track, corrected: TrackedLabels, out: Labels) -> None:
    """Reconnect a mother and a daughter if only one of them was corrected."""
    mothers = {row.label: row for row in corrected.tracks.rows}
    mother, child, parent = mothers[link.parent], link.label, link.parent
    if child not in corrected.edited:
        child = _new_label(link, link.begin, corrected, out)
    if parent not in corrected.edited:
        parent = _new_label(mother, mother.end, corrected, out)
    if child not in rows or parent not in rows or rows[parent].begin >= rows[child].begin:
        return
    if rows[parent].end >= rows[child].begin and parent not in corrected.edited:
        _cut(rows, parent, rows[child].begin, out)  # it continues as the other daughter
    if rows[parent].end < rows[child].begin:
        rows[child] = rows[child]._replace(parent=parent)


def _cut(rows: dict[int, Track], label: int, frame: int, out: Labels) -> None:
    """Cut a track at a frame; the rest becomes its daughter with a new ID."""
    old, new = rows[label], max(rows) + 1
    for t in range(frame, old.end + 1):
        out[t][out[t] == label] = new
    rows.update({k: row._replace(parent=new) for k, row in rows.items() if row.parent == label})
    rows[label], rows[new] = old._replace(end=frame - 1), Track(new, frame, old.end, label)


def _new_label(row: Track, frame: int, corrected: TrackedLabels, out: Labels) -> int:
    """New label of most voxels of a track in a frame; 0 for none."""
    numbers = np.bincount(out[frame][corrected.labels[frame] == row.label])
    numbers[:1] = 0
    return int(numbers.argmax()) if numbers.any() else 0
