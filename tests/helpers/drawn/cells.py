"""Small membrane volumes with known cells, and a network that needs no training."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from napari_devolearn.simulate.membranes.glow import membrane_depth
from research.drawing.volumes import DEPTH_UNIT, LabelledVolume

STEP = 0.25


def bricks() -> npt.NDArray[np.uint32]:
    """Four cells of 6 x 6 x 6 um in a square, a margin of 1 um around, (Z, Y, X) = (32, 56, 56) voxels.

    ::

        . . . . . .
        . 1 1 2 2 .
        . 1 1 2 2 .
        . 3 3 4 4 .
        . 3 3 4 4 .
        . . . . . .
    """
    labels = np.zeros((32, 56, 56), np.uint32)
    labels[4:28, 4:52, 4:52] = 1 + np.add.outer(2 * (np.arange(48) // 24), np.arange(48) // 24)
    return labels


def bright_membranes(labels: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """120 at the middle of a membrane, 30 in cells, 0 outside."""
    depth = membrane_depth(labels, (STEP,) * 3)
    light = 30 + 90 * np.exp(-((depth / 0.3) ** 2))
    return np.where(labels > 0, light, 0).astype(np.uint8)


def brick_volume() -> LabelledVolume:
    """`bricks` as a labelled volume."""
    labels = bricks()
    depth = np.rint(membrane_depth(labels, (STEP,) * 3) / DEPTH_UNIT).astype(np.uint8)
    return LabelledVolume(image=bright_membranes(labels), depth=depth, step=STEP)


class Dark(nn.Module):
    """Dim pixels, except black, are inside a cell, at constant depth."""

    def forward(self, image: Tensor) -> Tensor:
        middle = image[:, image.shape[1] // 2]
        inside = 20 * (0.6 - middle) * (middle > 0.05)
        return torch.stack([torch.where(middle > 0.05, inside, -9), torch.zeros_like(middle)], 1)
