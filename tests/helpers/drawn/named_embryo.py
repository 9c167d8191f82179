"""The average embryo as tracks, randomly rotated and with random labels."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from napari_devolearn.lineage.founders import mother
from napari_devolearn.lineage.naming.sulston import Sulston
from napari_devolearn.lineage.naming.track_names import Places
from napari_devolearn.lineage.tracks import Track, Tracks


def average_embryo(sulston: Sulston, begin: float, end: float) -> tuple[Tracks, Places, dict[int, str]]:
    """Tracks, positions and true names of the cells that exist between two ages.

    A newborn cell is next to its mother's position, on the side given by the axis of her division; a frame is
    a minute.
    """
    rng = np.random.default_rng(0)
    turn = Rotation.random(rng=1).as_matrix()
    alive = [
        cell
        for cell, born, divides in zip(sulston.cells, sulston.born, sulston.divides, strict=True)
        if born < end and divides > begin
    ]
    label = dict(zip(alive, (1 + rng.permutation(len(alive))).tolist(), strict=True))
    rows, centers = [], {}
    for cell in alive:
        i, parent = sulston.index[cell], mother(cell) or ""
        first, last = int(max(sulston.born[i], begin)), int(min(sulston.divides[i], end)) - 1
        rows.append(Track(label[cell], first, max(first, last), label.get(parent, 0)))
        start = sulston.position[i]
        if parent in sulston.index and parent in label:
            p = sulston.index[parent]
            side = 1 if sulston.daughters(parent)[0] == cell else -1
            start = sulston.position[p] + side * 2 * sulston.axis[p]
        centers[label[cell]] = {
            t: turn @ (start if t < first + 3 else sulston.position[i])
            for t in range(first, max(first, last) + 1)
        }
    fixed = []
    for row in rows:  # rounding may let a mother end in her daughters' first frame
        parent = next((one for one in rows if one.label == row.parent), None)
        fixed.append(row._replace(parent=0) if parent and parent.end >= row.begin else row)
    return Tracks(tuple(sorted(fixed))), Places(centers), {label[cell]: cell for cell in alive}
