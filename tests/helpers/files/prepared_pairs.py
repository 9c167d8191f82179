"""A small prepared folder, for tests of training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from napari_devolearn.training.data.pairs import INDEX, Pair, slice_name, write_pairs
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.plan import plan_preparation
from napari_devolearn.training.prepare.write import iter_prepare


def prepare(
    inputs: Sequence[Path],
    output: Path,
    params: PrepareParams,
    *,
    append: bool = False,
    overwrite: bool = False,
) -> list[Pair]:
    """Write image and mask pairs with an index; see `plan_preparation` and `iter_prepare`."""
    plan = plan_preparation(inputs, params)
    with iter_prepare(plan, output, append=append, overwrite=overwrite) as steps:
        return [pair for pairs in steps for pair in pairs]


def write_prepared(folder: Path, *, shape: tuple[int, int] = (64, 48), times: int = 3) -> Path:
    """Write volumes of 3 slices of 1 x 0.2 x 0.2 um; the last time point is held out.

    Each slice is as bright as ten times its z plus one, and 100 more in two discs of the ids 1 and
    700, which touch::

        . . . . . . . .
        . . 1 1 . . . .
        . . 1 1 7 7 . .
        . . . . 7 7 . .
    """
    from PIL import Image

    y, x = np.mgrid[: shape[0], : shape[1]]
    high, wide = shape[0] / 8, shape[1] / 8
    mask = np.zeros(shape, np.uint16)
    for number, center in ((1, (3, 3)), (700, (4.5, 5))):
        mask[np.hypot(y - center[0] * high, x - center[1] * wide) < 1.2 * wide] = number
    pairs = []
    for kind in ("images", "masks"):
        (folder / kind).mkdir(parents=True)
    for t in range(times):
        for z in range(3):
            image = (10 * (z + 1) + 100 * (mask > 0)).astype(np.uint8)
            name = slice_name("embryo", t, z)
            Image.fromarray(image).save(folder / "images" / name)
            Image.fromarray(mask).save(folder / "masks" / name)
            pairs.append(
                Pair(
                    file=name,
                    t=t,
                    z=z,
                    height=shape[0],
                    width=shape[1],
                    voxel_z=1.0,
                    voxel_y=0.2,
                    voxel_x=0.2,
                    n_instances=2,
                    foreground=int((mask > 0).sum()),
                    split="held_out" if t == times - 1 else "train",
                )
            )
    write_pairs(folder / INDEX, pairs)
    return folder
