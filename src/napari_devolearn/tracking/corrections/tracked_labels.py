"""Labels and tracks that change together, with undo and redo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, Mask
from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.io.ctc.corrections_table import Corrected
from napari_devolearn.lineage.tracks import Track, Tracks


class EditError(DevolearnError, ValueError):
    """A correction would contradict the labels or the tracks; nothing was changed."""


class _Painted(NamedTuple):
    frame: int
    at: npt.NDArray[np.intp]
    before: npt.NDArray[np.uint32]
    renumbers: bool = False  # only labels changed, not objects: no training data


@dataclass
class EditStep:
    """The state of labels and tracks to restore by undo or redo."""

    painted: list[_Painted]
    tracks: Tracks
    known: dict[int, str]
    edited: set[int]
    frames: set[int]


@dataclass(eq=False)
class TrackedLabels:
    """Labels of a movie with their tracks, which can be corrected.

    `labels`: (T, Z, Y, X) or (T, Y, X), uint32: changed in place.
    `tracks`: of these labels; frames are indices along T.
    `known`: manual names, by track.
    `edited`: corrected tracks, kept by `relink`.
    `painted`: frames in which objects were merged or split manually.
    """

    labels: Labels
    tracks: Tracks
    known: dict[int, str] = field(default_factory=dict)
    edited: set[int] = field(default_factory=set)
    painted: set[int] = field(default_factory=set)
    _steps: list[EditStep] = field(default_factory=list, repr=False)
    _open: EditStep | None = field(default=None, repr=False)

    @property
    def edited_frames(self) -> list[int]:
        """Frames whose voxels were corrected, to train a segmentation model on."""
        return sorted(self.painted)

    @property
    def corrected(self) -> Corrected:
        """The corrections, to be saved with the tracks."""
        return Corrected(frozenset(self.edited), dict(self.known), frozenset(self.painted))

    @property
    def last_frames(self) -> set[int]:
        """Frames in which the last correction changed voxels."""
        return {one.frame for one in self._steps[-1].painted} if self._steps else set()

    def undo_step(self) -> EditStep:
        """Undo the last correction; there must be one."""
        return self._swap(self._steps.pop())

    def redo(self, step: EditStep) -> None:
        """Redo the last undone correction."""
        self._steps.append(self._swap(step))

    @property
    def next_label(self) -> int:
        """An unused label."""
        return max((row.label for row in self.tracks.rows), default=0) + 1

    @property
    def _rows(self) -> dict[int, Track]:
        return {row.label: row for row in self.tracks.rows}

    def _row(self, label: int) -> Track:
        if label not in self._rows:
            raise EditError(f"track {label}: no such track; choose an existing one")
        return self._rows[label]

    def _state(self) -> EditStep:
        return EditStep([], self.tracks, dict(self.known), set(self.edited), set(self.painted))

    @contextmanager
    def _step(self, touched: set[int]) -> Iterator[None]:
        """One correction with nested ones, completed or undone as a whole."""
        outer = self._open
        step = self._open = outer or self._state()
        try:
            yield
            if step.painted:
                self._set(self._spans(touched))
            self.edited |= touched & self._rows.keys()
            self.painted |= {one.frame for one in step.painted if not one.renumbers}
        except Exception:
            if outer is None:
                self._swap(step)
            raise
        finally:
            self._open = outer
        if outer is None:
            self._steps.append(step)

    def _swap(self, step: EditStep) -> EditStep:
        """Restore the state of a step; returns the inverse step."""
        current = self._state()
        for one in reversed(step.painted):
            view = self.labels[one.frame].reshape(-1)
            current.painted.append(one._replace(before=view[one.at].copy()))
            view[one.at] = one.before
        self.tracks, self.known = step.tracks, step.known
        self.edited, self.painted = step.edited, step.frames
        return current

    def _paint(self, frame: int, mask: Mask, label: int, *, renumbers: bool = False) -> None:
        view = self.labels[frame].reshape(-1)
        at = np.flatnonzero(mask)
        if self._open is not None:
            self._open.painted.append(_Painted(frame, at, view[at].copy(), renumbers))
        view[at] = label

    def _rename(self, old: int, new: int, begin: int, end: int) -> None:
        for frame in range(begin, end + 1):
            self._paint(frame, self.labels[frame] == old, new, renumbers=True)

    def _spans(self, touched: set[int]) -> dict[int, Track]:
        """Rows with the frames in which labels occur now; a track with a gap becomes two."""
        new, labels = self._rows, self.labels
        highest = max({*new, *touched}, default=0)
        for label in sorted(touched):
            found = [t for t in range(len(labels)) if (labels[t] == label).any()]
            old = new.pop(label, Track(label, 0, 0, 0))
            if not found:
                new = reparented(new, label, old.parent)
                continue
            breaks = [k for k in range(1, len(found)) if found[k] != found[k - 1] + 1]
            runs = [found[a:b] for a, b in zip([0, *breaks], [*breaks, len(found)], strict=True)]
            parent, current = old.parent, label
            for number, run in enumerate(runs):
                if number:
                    parent, current, highest = current, highest + 1, highest + 1
                    for t in run:
                        self._paint(t, labels[t] == label, current, renumbers=True)
                new[current] = Track(current, run[0], run[-1], parent)
            if current != label:
                new = {
                    k: row._replace(parent=current) if row.parent == label and row.begin > found[-1] else row
                    for k, row in new.items()
                }
        return {
            label: row._replace(parent=0)
            if row.parent not in new or new[row.parent].end >= row.begin
            else row
            for label, row in new.items()
        }

    def _set(self, rows: Mapping[int, Track]) -> None:
        self.tracks = Tracks(tuple(rows[label] for label in sorted(rows)))


def reparented(rows: Mapping[int, Track], old: int, new: int) -> dict[int, Track]:
    """Rows of tracks in which the children of `old` are children of `new`."""
    return {label: row._replace(parent=new) if row.parent == old else row for label, row in rows.items()}
