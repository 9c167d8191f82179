"""Manual corrections: merge, split, relabel, link, unlink, divisions, names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_devolearn.lineage.founders import is_cell_name
from napari_devolearn.tracking.corrections.tracked_labels import EditError, TrackedLabels, reparented


class Corrections(TrackedLabels):
    """Corrections of the labels and tracks of a movie; each can be undone."""

    def merge(self, frame: int, one: int, other: int) -> None:
        """Merge two labels of a frame: the second becomes the first."""
        self._need(frame, one, other)
        with self._step({one, other}):
            self._paint(frame, self.labels[frame] == other, one)

    def split(self, frame: int, label: int, first: Sequence[float], second: Sequence[float]) -> int:
        """Split a label: each voxel goes to the nearer of two points (indices into the frame).

        Voxels nearer to `first` keep the label. Returns the label of the others.
        """
        self._need(frame, label)
        at = np.argwhere(self.labels[frame] == label)
        near = [np.linalg.norm(at - np.asarray(point), axis=1) for point in (first, second)]
        of_second = near[1] < near[0]
        if of_second.all() or not of_second.any():
            raise EditError(
                f"label {label}: all voxels are nearer to one of the points; choose one point on each side"
            )
        new = self.next_label
        mask = np.zeros(self.labels[frame].shape, bool)
        mask[tuple(at[of_second].T)] = True
        with self._step({label, new}):
            self._paint(frame, mask, new)
        return new

    def relabel(self, frame: int, label: int, new: int) -> None:
        """Assign an object of one frame to another track."""
        self._need(frame, label)
        if new < 1 or (self.labels[frame] == new).any():
            raise EditError(
                f"label {new}: already in frame {frame}, or below 1; merge the two, or choose another label"
            )
        with self._step({label, new}):
            self._paint(frame, self.labels[frame] == label, new, renumbers=True)

    def link(self, before: int, after: int) -> None:
        """Join two tracks."""
        first, second = self._row(before), self._row(after)
        if first.end >= second.begin:
            raise EditError(
                f"track {before}: ends at frame {first.end}, but track {after} begins at frame "
                f"{second.begin}; cut it first (unlink)"
            )
        with self._step({before, after}):
            self._rename(after, before, second.begin, second.end)
            self._set(reparented(self._rows, after, before))

    def unlink(self, label: int, frame: int) -> int:
        """Cut a track at a frame; returns the label of the track that begins there, without a mother."""
        row = self._row(label)
        if not row.begin < frame <= row.end:
            raise EditError(
                f"track {label}: spans frames {row.begin} to {row.end}; choose a frame after the first of "
                "these"
            )
        new = self.next_label
        with self._step({label, new}):
            self._rename(label, new, frame, row.end)
            self._set(reparented(self._rows, label, new))
        return new

    def add_division(self, mother: int, daughters: tuple[int, int]) -> tuple[int, int]:
        """Add a division; a track that continues as the first daughter is cut there.

        Returns the labels of the daughters.
        """
        one, other = daughters
        if one == other:
            raise EditError(f"track {one}: given as both daughters; choose two tracks")
        with self._step(set()):
            if mother in daughters:
                other = one if other == mother else other
                one = self.unlink(mother, self._row(other).begin)
            self._check_daughters(mother, (one, other))
            with self._step({mother, one, other}):
                rows = reparented(self._rows, mother, 0)
                for daughter in (one, other):
                    rows[daughter] = rows[daughter]._replace(parent=mother)
                self._set(rows)
        return one, other

    def remove_division(self, mother: int) -> None:
        """Remove a division: its daughters then have no mother."""
        children = self.tracks.children(mother)
        if not children:
            raise EditError(f"track {mother}: no daughters; choose the mother of a division")
        with self._step({mother, *children}):
            self._set(reparented(self._rows, mother, 0))

    def name(self, label: int, name: str) -> None:
        """Name a track and its descendants by Sulston's names, such as ``"ABal"``; "" removes the name.

        Raises EditError if there is no such track, the name is not a cell name, or there is no name to
        remove.
        """
        self._row(label)
        if name and not is_cell_name(name):
            raise EditError(
                f"name {name!r}: not a cell name; give Sulston's name, such as ABal, MSa, P4 or Z2"
            )
        if not name and label not in self.known:
            raise EditError(f"track {label}: no manual name to remove; type a name, such as ABal")
        taken = [other for other, known in self.known.items() if name and known == name and other != label]
        if taken:
            raise EditError(f"name {name!r}: already the name of track {taken[0]}; remove it there first")
        with self._step({label}):
            self.known.pop(label, None)
            if name:
                self.known[label] = name

    def _need(self, frame: int, *labels: int) -> None:
        for label in labels:
            if not label or not (self.labels[frame] == label).any():
                raise EditError(f"label {label}: not in frame {frame}; choose an object of the current frame")
        if len(set(labels)) < len(labels):
            raise EditError(f"label {labels[0]}: given twice; choose two objects")

    def _check_daughters(self, mother: int, daughters: tuple[int, int]) -> None:
        end = self._row(mother).end
        for daughter in daughters:
            begin = self._row(daughter).begin
            if begin <= end:
                raise EditError(
                    f"track {daughter}: begins at frame {begin}, before its mother {mother} ends at {end}; "
                    "cut the mother first (unlink)"
                )
