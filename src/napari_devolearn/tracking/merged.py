"""Labels that cover two nuclei: nuclei never merge, so these are mistakes of the segmentation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from napari_devolearn.tracking.objects import Objects
from napari_devolearn.tracking.tracklets import Tracklet

GROWN = 1.35
"""A label is taken for two nuclei from this many times its former volume on."""

NEAR = 1.3
"""Distance in diameters at which a nucleus that is gone may be in a label."""

HISTORY = 5


def find_merged(
    tracklets: Sequence[Tracklet], frames: Sequence[Objects], max_gap: int
) -> list[tuple[int, int]]:
    """Find labels that became as large as two where a nucleus beside them was lost.

    Parameters
    ----------
    tracklets : sequence of Tracklet
    frames : sequence of Objects
    max_gap : int
        Frames for which two nuclei may share a label and be told apart again.

    Returns
    -------
    list of (int, int)
        Index of the frame, and of the object in it.
    """
    ended: defaultdict[int, list[Tracklet]] = defaultdict(list)
    for one in tracklets:
        ended[one.end].append(one)
    found = []
    for one in tracklets:
        before = frames[max(one.begin - 1, 0)]
        alone = [float(min(one.volumes[0], np.median(before.volumes) if len(before) else np.inf))]
        for k in range(len(one)):
            t = one.begin + k
            usual = float(np.median(alone[-HISTORY:]))
            lost = [other for g in range(1, max_gap + 1) for other in ended[t - g]]
            if one.volumes[k] > GROWN * usual and any(
                _could_hide(other, one, k, usual, float(frames[t].diameters[one.nodes[k]])) for other in lost
            ):
                found.append((t, one.nodes[k]))
            else:
                alone.append(float(one.volumes[k]))
    return found


def _could_hide(lost: Tracklet, one: Tracklet, k: int, usual: float, wide: float) -> bool:
    """Whether a label is about as large as its nucleus and a lost one together, and near to that."""
    if np.linalg.norm(lost.centers[-1] - one.centers[k]) > NEAR * wide:
        return False
    together = usual + float(np.median(lost.volumes[-HISTORY:]))
    return bool(0.65 < one.volumes[k] / together < 1.5)


def remove(
    frames: Sequence[Objects], links: Sequence[np.ndarray], merged: Sequence[tuple[int, int]]
) -> tuple[list[Objects], list[np.ndarray]]:
    """Leave objects and their links out.

    Parameters
    ----------
    frames : sequence of Objects
    links : sequence of ndarray, (K, 2)
    merged : sequence of (int, int)
        Index of the frame and of the object.

    Returns
    -------
    frames : list of Objects
    links : list of ndarray
    """
    gone: defaultdict[int, set[int]] = defaultdict(set)
    for t, node in merged:
        gone[t].add(node)
    number = []
    for t, objects in enumerate(frames):
        keep = np.array([node not in gone[t] for node in range(len(objects))], bool)
        number.append(np.where(keep, np.cumsum(keep) - 1, -1))
    left = []
    for t, pairs in enumerate(links):
        new = np.stack([number[t][pairs[:, 0]], number[t + 1][pairs[:, 1]]], axis=1).reshape(-1, 2)
        left.append(new[(new >= 0).all(axis=1)])
    return [one.without(sorted(gone[t])) for t, one in enumerate(frames)], left
