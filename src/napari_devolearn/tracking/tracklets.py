"""Tracklets: runs of links from frame to frame, before gaps and divisions are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from napari_devolearn.tracking.frame_links import Pairs
from napari_devolearn.tracking.objects import Floats, Objects


@dataclass(frozen=True, eq=False)
class Tracklet:
    """An object in frames that follow each other.

    Parameters
    ----------
    begin : int
        Index of its first frame.
    nodes : tuple of int
        Index of the object in each of its frames.
    centers : ndarray, (K, 3), float64
        In um.
    volumes : ndarray, (K,), float64
    """

    begin: int
    nodes: tuple[int, ...]
    centers: Floats
    volumes: Floats

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def end(self) -> int:
        """Index of its last frame."""
        return self.begin + len(self.nodes) - 1

    def center(self, frame: int) -> Floats:
        """Where it is in one of its frames, (3,)."""
        center: Floats = self.centers[frame - self.begin]
        return center


def chain(frames: Sequence[Objects], links: Sequence[Pairs]) -> list[Tracklet]:
    """Follow links as far as they go.

    Parameters
    ----------
    frames : sequence of Objects
    links : sequence of ndarray, (K, 2)
        From each frame to the next: one fewer than frames.

    Returns
    -------
    list of Tracklet
        By first frame, then by object. Each object is in one of them.
    """
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
    return [_tracklet(frames, begin, nodes) for begin, nodes in runs]


def _tracklet(frames: Sequence[Objects], begin: int, nodes: Sequence[int]) -> Tracklet:
    objects = frames[begin : begin + len(nodes)]
    centers = [one.centers[node] for one, node in zip(objects, nodes, strict=True)]
    volumes = [one.volumes[node] for one, node in zip(objects, nodes, strict=True)]
    return Tracklet(begin, tuple(nodes), np.array(centers), np.array(volumes))
