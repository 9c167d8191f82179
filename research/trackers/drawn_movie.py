"""Movies simulated from the nuclei of a real embryo, with their true labels and tracks."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.lineage.founders import mother
from napari_devolearn.lineage.tracks import Track, Tracks
from napari_devolearn.simulate.cell import CONDENSING, ROUNDING, WIDE
from napari_devolearn.simulate.nucleus import Nucleus, diameter, semi_axes
from napari_devolearn.simulate.render import render_frame
from research.drawing.positions import Embryo

VOXEL: VoxelSize = (1.0, 0.18, 0.18)
_MARGIN = 4.0  # um around the nuclei
_STAIN = 0.2


class DrawnFrame(NamedTuple):
    """One frame.

    Parameters
    ----------
    image : ndarray, (Z, Y, X), uint8
    truth : ndarray, (Z, Y, X), uint16
        Voxels of `VOXEL`; labels are those of `true_tracks`.
    """

    image: npt.NDArray[np.uint8]
    truth: npt.NDArray[np.uint16]


def true_tracks(embryo: Embryo, frames: Sequence[int]) -> Tracks:
    """The tracks of an embryo's cells in some of its frames (ascending indices).

    Frames of the tracks count from 0, labels from 1, in the order of the names of all of the embryo's cells.
    """
    label = cell_labels(embryo)
    span: dict[str, list[int]] = {}
    for index, frame in enumerate(frames):
        for cell in embryo.cells[frame].tolist():
            span.setdefault(cell, []).append(index)
    rows = []
    for cell, there in span.items():
        before = _living_mother(cell, span)
        rows.append(Track(label[cell], there[0], there[-1], label[before] if before else 0))
    return Tracks(tuple(sorted(rows)))


def _living_mother(cell: str, span: dict[str, list[int]]) -> str | None:
    """Mother of a cell, or its nearest ancestor that occurs in a movie with few frames."""
    before = mother(cell)
    while before is not None and before not in span:
        before = mother(before)
    return before if before is not None and span[before][-1] < span[cell][0] else None


def iter_drawn(embryo: Embryo, frames: Sequence[int], *, noise: float = 1.0) -> Iterator[DrawnFrame]:
    """Simulate frames of an embryo (indices): nuclei as in `simulate`, at their real positions and times.

    All frames have the same shape, which contains all nuclei; a frame does not depend on the others.

    `noise`: variance of the photon noise relative to a real recording.
    """
    label = cell_labels(embryo)
    places = np.concatenate([frame.position for frame in embryo.frames])
    border = diameter(min(len(frame) for frame in embryo.frames)) / 2 + _MARGIN
    low, field = places.min(axis=0) - border, np.ptp(places, axis=0) + 2 * border
    z, y, x = (int(np.ceil(length / edge)) for length, edge in zip(field, VOXEL, strict=True))
    shell = (float(field[0]), float(field[1]), float(field[2]))
    for frame in frames:
        rng = np.random.default_rng((zlib.crc32(embryo.name.encode()), frame))
        nuclei = _nuclei(embryo, frame, label, low)
        yield DrawnFrame(
            *render_frame(nuclei, shape=(z, y, x), voxel_size=VOXEL, rng=rng, eggshell=shell, noise=noise)
        )


def cell_labels(embryo: Embryo) -> dict[str, int]:
    """Label of each cell of an embryo, from 1, in the order of their names."""
    cells = sorted({cell for there in embryo.cells for cell in there.tolist()})
    return {cell: number for number, cell in enumerate(cells, start=1)}


def _nuclei(embryo: Embryo, frame: int, label: dict[str, int], low: npt.NDArray[np.float32]) -> list[Nucleus]:
    there = embryo.frames[frame]
    # mean of EPIC's measurement, which is inaccurate for one nucleus, and the usual radius
    radius = (there.diameter / there.diameter.mean() + 1) / 4 * diameter(len(there))
    before = 2 - 2 * there.to_division / CONDENSING
    condensed = np.clip(np.maximum(before, 1 - there.since_birth / ROUNDING), 0, 1)
    nuclei = []
    for k, cell in enumerate(embryo.cells[frame].tolist()):
        stain = np.random.default_rng(zlib.crc32(cell.encode())).lognormal(0, _STAIN)
        nuclei.append(
            Nucleus(
                label[cell],
                _point(there.position[k] - low),
                *semi_axes(float(radius[k]), float(condensed[k])),
                axis=_point(there.axis[k]),
                brightness=float(stain * (WIDE / 2 / radius[k]) ** 1.5 * (1 + 2 * condensed[k])),
            )
        )
    return nuclei


def _point(values: npt.NDArray[np.float32]) -> tuple[float, float, float]:
    z, y, x = values.tolist()
    return z, y, x
