"""Real embryos as lists of nuclei: EPIC's positions, with data for simulating mitosis."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_devolearn.lineage.founders import FOUNDERS, founder, mother
from research.drawing.projection import Nuclei
from research.tables.epic import PIXEL_SIZE, PLANE_STEP, read_positions

if TYPE_CHECKING:
    import pandas as pd

_NEVER = 99.0


@dataclass(frozen=True, kw_only=True)
class Embryo:
    """One embryo over time.

    Parameters
    ----------
    name : str
    times : ndarray, (T,), int64
        EPIC's frame numbers, about a minute each.
    frames : tuple of Nuclei
        The nuclei at each of these times.
    counts : ndarray, (T, 7), int64
        Cells of each founder lineage, in the order of ``FOUNDERS``.
    cells : tuple of ndarray of str
        Names of the nuclei of each frame.
    """

    name: str
    times: npt.NDArray[np.int64]
    frames: tuple[Nuclei, ...]
    counts: npt.NDArray[np.int64]
    cells: tuple[npt.NDArray[np.str_], ...] = ()


def read_embryos(path: str | Path) -> list[Embryo]:
    """Read EPIC's positions (``positions.parquet``) as embryos, sorted by name.

    Only embryos that are followed from at most 4 nuclei to 300 .. 420 are used.
    """
    table = read_positions(path)
    table = table.assign(cell=table["cell"].astype(str), embryo=table["embryo"].astype(str))
    return [
        made
        for name, rows in table.groupby("embryo", sort=True)
        if (made := _embryo(str(name), rows.sort_values("time", kind="stable"))) is not None
    ]


def _embryo(name: str, rows: pd.DataFrame) -> Embryo | None:
    per_time = rows.groupby("time").size()
    if not (300 <= per_time.max() <= 420 and per_time.iloc[0] <= 4):
        return None
    peak = per_time.cummax()
    broken = per_time.index[per_time < 0.95 * peak]  # some nuclei are not followed any more
    rows = rows[rows["time"] < broken.min()] if len(broken) else rows
    size = np.array([PLANE_STEP, PIXEL_SIZE, PIXEL_SIZE], np.float32)
    position = rows[["z", "y", "x"]].to_numpy(np.float32) * size
    since_birth, to_division, axis = _divisions(rows, position)
    lineage = np.array([_lineage_number(cell) for cell in rows["cell"]])
    diameter = rows["size"].to_numpy(np.float32) * np.float32(PIXEL_SIZE)
    times, first = np.unique(rows["time"].to_numpy(), return_index=True)
    parts = [slice(a, b) for a, b in zip(first, [*first[1:], len(rows)], strict=True)]
    frames = tuple(
        Nuclei(
            position=position[part],
            diameter=diameter[part],
            since_birth=since_birth[part],
            to_division=to_division[part],
            axis=axis[part],
            lineage=lineage[part],
        )
        for part in parts
    )
    counts = np.array([np.bincount(lineage[part], minlength=len(FOUNDERS) + 1)[:7] for part in parts])
    names = rows["cell"].to_numpy(dtype=np.str_)
    cells = tuple(names[part] for part in parts)
    return Embryo(name=name, times=times.astype(np.int64), frames=frames, counts=counts, cells=cells)


def _lineage_number(cell: str) -> int:
    letter = founder(cell)
    return len(FOUNDERS) if letter is None else FOUNDERS.index(letter)


def _divisions(
    rows: pd.DataFrame, position: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Minutes since birth and to division of each row, and the axis of the nearer of the two."""
    cell, time = rows["cell"].to_numpy(), rows["time"].to_numpy()
    names, index = np.unique(cell, return_inverse=True)
    born = np.full(len(names), 10**6)
    np.minimum.at(born, index, time)
    last = np.full(len(names), -(10**6))
    np.maximum.at(last, index, time)
    at_birth = np.zeros((len(names), 3), np.float32)
    at_birth[index[time == born[index]]] = position[time == born[index]]
    own, birth = _axes([str(name) for name in names], at_birth)
    unseen = np.isnan(birth).any(axis=1) | (born == time.min())  # born before the first frame
    since = np.where(unseen[index], _NEVER, time - born[index])
    until = np.where(np.isnan(own[index]).any(axis=1), _NEVER, last[index] - time)
    axis = np.nan_to_num(np.where((since < until)[:, None], birth[index], own[index]))
    axis[~axis.any(axis=1)] = (0, 0, 1)
    return since.astype(np.float32), until.astype(np.float32), axis.astype(np.float32)


def _axes(
    names: list[str], at_birth: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Axes of each cell's own division and of its mother's division; NaN if unknown."""
    own = np.full((len(names), 3), np.nan, np.float32)
    birth = own.copy()
    number = {name: i for i, name in enumerate(names)}
    daughters: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        daughters.setdefault(mother(name) or "", []).append(i)
    for parent, pair in daughters.items():
        if parent == "" or len(pair) != 2:
            continue
        apart = at_birth[pair[0]] - at_birth[pair[1]]
        apart = apart / max(float(np.linalg.norm(apart)), 1e-6)
        birth[pair] = apart
        if parent in number:
            own[number[parent]] = apart
    return own, birth
