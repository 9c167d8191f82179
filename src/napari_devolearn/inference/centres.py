"""Predict the centres of the nuclei of a volume, to separate those that touch, and where small nuclei end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_devolearn._types import Array, Floats32, Mask, Probability, VoxelSize
from napari_devolearn.inference.backends.backend import computes_bfloat16
from napari_devolearn.inference.inputs.centre_grid import (
    GRID,
    foreground_level,
    near_foreground,
    network_input,
    resample,
)
from napari_devolearn.postprocess.components import bounding_box
from napari_devolearn.postprocess.nucleus_radius import nucleus_radius

if TYPE_CHECKING:
    import torch

    from napari_devolearn.models.networks.centres import CentreNetwork

RADII = (1.1, 1.7)
"""um. The grid is scaled for nuclei of other radii: on a fixed one, the network split nuclei that were larger
than most of its training data (research/notes/nucleus.md)."""

SMALL = (1.7, 2.1)
"""um. Up to the first radius, `SHARE` of the foreground is the network's; from the second on, nothing.

The nucleus model sees single slices, and takes light from above and below for nuclei.
"""

SHARE = 0.8
"""Of the network in the foreground of small nuclei. With 1, flat nuclei in mitosis were too small to be kept
(research/notes/nucleus.md)."""

_MARGIN = 3.0  # um around the foreground
_CORE = (48, 160, 160)  # cells of a tile, without its surroundings
_Box = tuple[slice, slice, slice]


def predict_centres(
    volume: Array, probability: Probability, voxel_size: VoxelSize, device: str = "cpu"
) -> Probability:
    """Predict the centres of nuclei, and improve the foreground of small nuclei.

    `volume`: (Z, Y, X), real.
    `probability`: (Z, Y, X), uint8: foreground, from a nucleus model.
    `voxel_size`: (Z, Y, X) in um.
    `device`: as in torch; "mps" is computed on the CPU, because torch lacks some of its operations there.
    Returns (2, Z, Y, X), uint8, 0..255 for 0..1: a map with a peak at the centre of each nucleus, 0 far from
    the foreground; and the probability of foreground, the given one for large nuclei (`SMALL`).
    """
    result = np.stack([np.zeros_like(probability), probability])
    foreground = probability >= foreground_level(probability)
    box = bounding_box(foreground, [int(np.ceil(_MARGIN / size)) for size in voxel_size])
    if box is not None:
        result[:, *box] = _predict(volume[box], probability[box], voxel_size, device)
    return result


def _predict(volume: Array, probability: Probability, voxel_size: VoxelSize, device: str) -> Probability:
    images, foreground = network_input(volume, probability, voxel_size)
    radius = nucleus_radius(foreground, np.array(GRID))
    scale = max(radius / RADII[1], min(radius / RADII[0], 1.0))
    if scale != 1:
        images, foreground = network_input(volume, probability, voxel_size, scale)
    peaks, inside = _by_tiles(images, foreground, device)
    share = np.float32(np.interp(radius, SMALL, (SHARE, 0)))
    if share:
        # farther away, the network takes noise for nuclei that no slice shows
        near = np.where(near_foreground(foreground), inside, images[1])
        own = np.float32(255) * resample(near, probability.shape)
        probability = np.rint(probability + share * (own - probability)).astype(np.uint8)
    return np.stack([np.rint(255 * resample(peaks, probability.shape)).astype(np.uint8), probability])


def _by_tiles(images: Floats32, foreground: Mask, device: str) -> Floats32:
    """Run the network on the tiles that have foreground, (2, Z, Y, X) to (2, Z, Y, X); 0 elsewhere."""
    import torch

    from napari_devolearn.models.networks.centres import GRAIN, REACH

    device = "cpu" if device == "mps" else device
    network = _network(device)
    result = np.zeros_like(images)
    for core in _tiles(foreground):
        outer = [slice(max(0, c.start - r), c.stop + r) for c, r in zip(core, REACH, strict=True)]
        tile = images[:, *outer]
        padding = [(0, -length % grain) for length, grain in zip(tile.shape[1:], GRAIN, strict=True)]
        batch = torch.from_numpy(np.pad(tile, [(0, 0), *padding]))[None]
        batch = batch.to(device, _dtype(device), memory_format=torch.channels_last_3d)
        with torch.inference_mode():
            outputs = torch.sigmoid(network(batch).float())[0].cpu().numpy()
        first = [c.start - o.start for c, o in zip(core, outer, strict=True)]
        target = result[:, *core]
        target[:] = outputs[:, *(slice(f, f + n) for f, n in zip(first, target.shape[1:], strict=True))]
    return result


def _tiles(foreground: Mask) -> Iterator[_Box]:
    """Boxes of `_CORE` cells around the foreground, with a margin so that no peak is cut off."""
    starts = (range(0, n, core) for n, core in zip(foreground.shape, _CORE, strict=True))
    near = near_foreground(foreground)
    for at in product(*starts):
        z, y, x = (slice(one, one + core) for one, core in zip(at, _CORE, strict=True))
        if near[z, y, x].any():
            yield z, y, x


@lru_cache(maxsize=2)
def _network(device: str) -> CentreNetwork:
    import torch

    from napari_devolearn.models.centres import load_centres

    to: Any = load_centres().to
    network: CentreNetwork = to(device=device, dtype=_dtype(device), memory_format=torch.channels_last_3d)
    return network


def _dtype(device: str) -> torch.dtype:
    """bfloat16 on a CPU that has it: 2.7 times as fast, and peaks change by less than 0.01."""
    import torch

    return torch.bfloat16 if device == "cpu" and computes_bfloat16() else torch.float32
