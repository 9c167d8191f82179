"""Tracks: start, end and parent of each track."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ParameterError

NumberedFrames: TypeAlias = Iterable[tuple[int, npt.NDArray[Any]]]
"""Frame number and content of that frame."""

Presence: TypeAlias = dict[int, list[int]]
"""Frame numbers of each label."""


class Track(NamedTuple):
    """One row of a track table.

    Parameters
    ----------
    label : int
        Label of the object in the masks, from 1.
    begin, end : int
        First and last frame number, both included.
    parent : int
        Label of the track that it continues, or of its mother; 0 = none.
    """

    label: int
    begin: int
    end: int
    parent: int


@dataclass(frozen=True)
class Tracks:
    """Track table of the Cell Tracking Challenge (CTC).

    A track with two or more children divided. A track with one child left the image and returned with a new
    label (a gap); see "Annotations and submissions format" on https://celltrackingchallenge.net.

    Parameters
    ----------
    rows : tuple of Track
        One per label.
    """

    rows: tuple[Track, ...]

    @property
    def graph(self) -> dict[int, list[int]]:
        """Child to [parent], as in a napari Tracks layer."""
        return {row.label: [row.parent] for row in self.rows if row.parent}

    def graph_of(self, labels: npt.NDArray[Any]) -> dict[int, list[int]]:
        """`graph` of the tracks among these labels of points; napari refuses tracks without points."""
        shown = set(labels.astype(np.int64).tolist())
        return {child: parents for child, parents in self.graph.items() if {child, *parents} <= shown}

    def events_of(self, labels: npt.NDArray[Any]) -> list[str]:
        """Event at each point, by the points' labels: "division" or "gap" at the end of a track, else ""."""
        event = dict.fromkeys(self.gaps(), "gap") | dict.fromkeys(self.divisions(), "division")
        ends = labels != np.append(labels[1:], 0)
        return [event.get(int(label), "") if end else "" for label, end in zip(labels, ends, strict=True)]

    @cached_property
    def _children(self) -> dict[int, tuple[int, ...]]:
        children: dict[int, tuple[int, ...]] = {}
        for row in self.rows:
            if row.parent:
                children[row.parent] = (*children.get(row.parent, ()), row.label)
        return children

    def children(self, label: int) -> tuple[int, ...]:
        """Labels whose parent is this one, in the order of the rows."""
        return self._children.get(label, ())

    def divisions(self) -> tuple[int, ...]:
        """Labels with two or more children."""
        return tuple(label for label, children in self._children.items() if len(children) > 1)

    def gaps(self) -> tuple[int, ...]:
        """Labels with exactly one child."""
        return tuple(label for label, children in self._children.items() if len(children) == 1)

    @classmethod
    def from_napari(
        cls, data: npt.ArrayLike, graph: Mapping[int, int | Sequence[int]] | None = None
    ) -> Tracks:
        """Read the tracks of a napari Tracks layer.

        Parameters
        ----------
        data : array-like, (N, 4) or (N, 5)
            Columns ID, t, (z,) y, x; t is the frame number.
        graph : mapping, optional
            Child ID to its parent ID, or to a list of them.

        Returns
        -------
        Tracks
            Sorted by label.

        Raises
        ------
        ParameterError
            If a track has more than one parent (a merge), which is not possible in a lineage.
        """
        presence: Presence = {}
        for label, frame in np.asarray(data)[:, :2].round().astype(np.int64).tolist():
            presence.setdefault(label, []).append(frame)
        parents = {int(child): _only_parent(child, found) for child, found in (graph or {}).items()}
        return _spans(presence, parents)

    @classmethod
    def from_labels(cls, frames: NumberedFrames) -> Tracks:
        """Make tracks from each label's first and last frame, without parents.

        Parameters
        ----------
        frames : iterable of (int, ndarray of integer)
            Frame number and the labels in it, of any shape, 0 = background.

        Returns
        -------
        Tracks
            Sorted by label. A label with a gap has one row.
        """
        presence: Presence = {}
        for number, frame in frames:
            note_labels(presence, number, frame)
        return _spans(presence, {})


def note_labels(presence: Presence, number: int, frame: npt.NDArray[Any]) -> None:
    """Add a frame to the frame numbers of each label in it; `presence` is changed in place."""
    # the sort is faster without the background, which most voxels are
    for label in np.unique(frame[frame != 0]).tolist():
        presence.setdefault(int(label), []).append(number)


def _spans(presence: Presence, parents: Mapping[int, int]) -> Tracks:
    rows = (
        Track(label, min(frames), max(frames), parents.get(label, 0))
        for label, frames in sorted(presence.items())
    )
    return Tracks(tuple(rows))


def _only_parent(child: int, parents: int | Sequence[int]) -> int:
    found = np.unique(parents)
    if found.size != 1:
        raise ParameterError(
            f"track {child}: several parents {found.tolist()}, but a lineage allows one; keep one in the "
            "graph"
        )
    return int(found[0])
