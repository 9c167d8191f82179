"""Predict planes in one piece if the memory allows, so that masks do not depend on tiles."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from napari_devolearn.inference.backends.compiled import Compiled
from napari_devolearn.inference.backends.cpu import whole_pixels
from napari_devolearn.inference.inputs.grid import mirrored
from napari_devolearn.inference.inputs.tiles import iter_tiles


def predict_whole(run: Compiled, planes: Tensor, stride: int, *, mirror: bool) -> tuple[Tensor, int]:
    """Probability for planes; planes too large for the memory are predicted in tiles.

    Parameters
    ----------
    run : Compiled
        The network.
    planes : Tensor, (N, C, Y, X), float32
    stride : int
        Y and X are padded to multiples of it.
    mirror : bool
        Pad by mirroring, not with zeros.

    Returns
    -------
    probability : Tensor, (N, outputs, Y, X), float32
    tiles : int
        Their number.
    """
    height, width = planes.shape[-2:]
    if mirror:
        rows, columns = (torch.from_numpy(mirrored(n, stride)).to(planes.device) for n in (height, width))
        padded = planes[:, :, rows][..., columns]
    else:
        padded = pad(planes, (0, -width % stride, 0, -height % stride))
    tiles = list(iter_tiles((padded.shape[-2], padded.shape[-1]), whole=whole_pixels(str(planes.device))))
    logits = run(padded) if len(tiles) == 1 else run.by_tiles(padded, tiles)
    return logits[..., :height, :width].sigmoid(), len(tiles)
