"""Predict planes in one piece if the memory allows, so that masks do not depend on tiles."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from napari_devolearn.inference.backends.backend import Compiled, check_output
from napari_devolearn.inference.backends.device import whole_pixels
from napari_devolearn.inference.inputs.grid import mirrored
from napari_devolearn.inference.inputs.tiles import iter_tiles
from napari_devolearn.models.spec import ModelSpec

_STRIDE = 32  # a ResNet halves its input five times


def predict_whole(run: Compiled, spec: ModelSpec, planes: Tensor) -> tuple[Tensor, int]:
    """Probability for planes (N, C, Y, X), float32; planes too large for the memory are predicted in tiles.

    Returns the probability, (N, outputs, Y, X), float32, and the number of tiles.
    Raises WeightsError if the network's output is not finite.
    """
    height, width = planes.shape[-2:]
    if spec.mirrors_edges:
        rows, columns = (torch.from_numpy(mirrored(n, _STRIDE)).to(planes.device) for n in (height, width))
        padded = planes[:, :, rows][..., columns]
    else:
        padded = pad(planes, (0, -width % _STRIDE, 0, -height % _STRIDE))
    tiles = list(iter_tiles((padded.shape[-2], padded.shape[-1]), whole=whole_pixels(str(planes.device))))
    logits = run(padded) if len(tiles) == 1 else run.by_tiles(padded, tiles)
    check_output(logits, f"{spec.name}, {run.name}")
    return logits[..., :height, :width].sigmoid(), len(tiles)
