"""Tracklets: chains of links, before gaps and divisions are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from napari_devolearn._types import Floats
from napari_devolearn.tracking.frame_links import Pairs
from napari_devolearn.tracking.objects import Objects

_AROUND, _FEWEST = 8, 4  # number of neighbours for the local motion of the embryo, and their minimum number


@dataclass(frozen=True, eq=False)
class Tracklet:
    """An object in consecutive frames.

    `begin`: index of its first frame.
    `nodes`: index of the object in each of its frames.
    `centers`: (K, 3), float64, in um.
    `volumes`: (K,), float64, relative to that of a usual object in the same frame.
    `drifts`: (K, 3), float64: motion of the objects around it to the next frame, in um.
    """

    begin: int
    nodes: tuple[int, ...]
    centers: Floats
    volumes: Floats
    drifts: Floats

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def end(self) -> int:
        """Index of its last frame."""
        return self.begin + len(self.nodes) - 1

    def center(self, frame: int) -> Floats:
        """Its position in one of its frames, (3,)."""
        return np.asarray(self.centers[frame - self.begin])


def chain(frames: Sequence[Objects], links: Sequence[Pairs], diameters: Floats) -> list[Tracklet]:
    """Follow links to their ends; every object is in one tracklet, sorted by first frame, then by object.

    `links`: (K, 2) from each frame to the next: one fewer than frames.
    `diameters`: (T,), float64: usual diameters around each frame, in um.
    """
    drifts = [
        drift_of(objects, after, pairs)
        for objects, after, pairs in zip(frames, frames[1:], links, strict=False)
    ]
    drifts += [np.zeros((len(one), 3)) for one in frames[-1:]]
    open_runs: dict[int, list[int]] = {}
    runs: list[tuple[int, list[int]]] = []
    for t, objects in enumerate(frames):
        before: Mapping[int, int] = {b: a for a, b in links[t - 1].tolist()} if t else {}
        continued: dict[int, list[int]] = {}
        for node in range(len(objects)):
            run = open_runs[before[node]] if node in before else []
            if not run:
                runs.append((t, run))
            run.append(node)
            continued[node] = run
        open_runs = continued
    volumes = [one.relative_volumes(wide) for one, wide in zip(frames, diameters, strict=True)]
    return [_tracklet(frames, drifts, volumes, begin, nodes) for begin, nodes in runs]


def drift_of(objects: Objects, after: Objects, pairs: Pairs) -> Floats:
    """Motion of the objects around each one to the next frame: (N, 3), float64.

    It is the median movement of the nearest linked objects; 0 if there are fewer than four.
    """
    if len(pairs) <= _FEWEST:
        return np.zeros((len(objects), 3))
    places = objects.centers[pairs[:, 0]]
    moves = after.centers[pairs[:, 1]] - places
    away = np.linalg.norm(objects.centers[:, None] - places, axis=2)
    away[pairs[:, 0], np.arange(len(pairs))] = np.inf
    nearest = np.argsort(away, axis=1)[:, : min(_AROUND, len(pairs) - 1)]
    return np.asarray(np.median(moves[nearest], axis=1))


def _tracklet(
    frames: Sequence[Objects],
    drifts: Sequence[Floats],
    volumes: Sequence[Floats],
    begin: int,
    nodes: Sequence[int],
) -> Tracklet:
    objects = frames[begin : begin + len(nodes)]
    centers = [one.centers[node] for one, node in zip(objects, nodes, strict=True)]
    sizes = [volumes[begin + k][node] for k, node in enumerate(nodes)]
    moves = [drifts[begin + k][node] for k, node in enumerate(nodes)]
    return Tracklet(begin, tuple(nodes), np.array(centers), np.array(sizes), np.array(moves))
