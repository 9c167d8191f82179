"""Label embryos in the outline probability, and measure their size and position."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy

from napari_devolearn._types import Labels, Mask, Probability, VoxelSize
from napari_devolearn.postprocess.components import ball_voxels, rank_by_size
from napari_devolearn.postprocess.threshold import threshold_mask

SMALLEST = 8.0
"""um. Objects smaller than a ball (in a slice, a disc) of this diameter are not embryos: an egg is 50 by 30
um."""

LONGEST = 70.0
"""um. No egg of C. elegans is longer: a longer outline contains two eggs, or the pixel size is wrong."""

EMBRYO_PROBABILITY = 0.25
"""Probability of the embryo from which nuclei or cells may lie in it; low, so that they are not cut at its
edge."""

UNSURE = 0.92
"""Certainty below which an outline is unreliable. In a movie whose embryo fills in, frames that a person
cannot outline are below 0.91, those that a person can outline above 0.94."""

NAN = math.nan

_ROUND = 0.96  # smallest over largest second moment; above it an outline has no long axis


@dataclass(frozen=True, kw_only=True)
class EmbryoSize:
    """Size and position of the largest embryo of a frame; NaN if undefined.

    `embryos`: number of embryos.
    `cut`: edges of the image that cut it: ``""``, ``"side"``, ``"top or bottom"`` or both.
    `z, y, x`: mean voxel indices; the centre of the first voxel is 0.
    `length_um, width_um`: extent of its outline in the projection along z, along and across its long axis.
    `orientation_deg`: angle of the long axis, from X towards Y, above -90 and up to 90; NaN if it is round.
    `area_um2`: area of its outline in the projection along z.
    `volume_um3`: NaN in 2D.
    `certainty`: mean probability within the outline; below `UNSURE` the outline is unreliable.
    """

    embryos: int
    cut: str = ""
    z: float = NAN
    y: float = NAN
    x: float = NAN
    length_um: float = NAN
    width_um: float = NAN
    orientation_deg: float = NAN
    area_um2: float = NAN
    volume_um3: float = NAN
    certainty: float = NAN


def label_embryos(
    probability: Probability, threshold: float, voxel_size: VoxelSize, min_diameter: float = SMALLEST
) -> Labels:
    """One label per embryo, the largest first; holes within slices are filled.

    `probability`: (Y, X) or (Z, Y, X), uint8.
    `voxel_size`: (Z, Y, X) in um.
    `min_diameter`: smaller objects, compared with a ball (in 2D a disc), are dropped; um.
    """
    flat = probability[0] if probability.ndim == 3 and len(probability) == 1 else probability
    mask = threshold_mask(flat, threshold)
    planes = mask if mask.ndim == 3 else mask[None]
    filled = np.stack([scipy.ndimage.binary_fill_holes(plane) for plane in planes]).reshape(flat.shape)
    parts, _ = scipy.ndimage.label(filled)
    smallest = ball_voxels(min_diameter, np.asarray(voxel_size[-flat.ndim :]))
    return np.asarray(rank_by_size(parts, smallest)[parts].reshape(probability.shape))


def measure_embryo(
    labels: npt.NDArray[np.integer], voxel_size: VoxelSize | None, probability: Probability | None = None
) -> EmbryoSize:
    """Size and position of the largest embryo of a frame.

    The long axis is that of the largest second moment of the outline in the projection along z. Sizes are NaN
    if the side of the image cuts the embryo, the volume also if the first or last slice cuts it.

    `labels`: (Y, X) or (Z, Y, X), integer, from `label_embryos`.
    `voxel_size`: (Z, Y, X) in um; if unknown, sizes are NaN.
    `probability`: used for the certainty.
    """
    volume = labels if labels.ndim == 3 else labels[None]
    one = volume == 1
    count = int(volume.max(initial=0))
    if not one.any():
        return EmbryoSize(embryos=count)
    z, y, x = (float(axis.mean()) for axis in np.nonzero(one))
    cut = _cut(one)
    certainty = NAN if probability is None else float(probability.reshape(one.shape)[one].mean() / 255)
    place = EmbryoSize(embryos=count, cut=" and ".join(cut), z=z, y=y, x=x, certainty=certainty)
    if voxel_size is None or "side" in cut:
        return place
    outline = one.any(axis=0)
    length, width, angle = _extents(outline, voxel_size[1:])
    whole = len(volume) > 1 and not cut
    return replace(
        place,
        length_um=length,
        width_um=width,
        orientation_deg=angle,
        area_um2=float(outline.sum() * math.prod(voxel_size[1:])),
        volume_um3=float(one.sum() * math.prod(voxel_size)) if whole else NAN,
    )


def _cut(one: Mask) -> list[str]:
    sides = any(one[:, edge].any() or one[:, :, edge].any() for edge in (0, -1))
    ends = len(one) > 1 and (one[0].any() or one[-1].any())
    return [name for name, touched in (("side", sides), ("top or bottom", ends)) if touched]


def _extents(outline: Mask, size: tuple[float, ...]) -> tuple[float, float, float]:
    """Length and width in um, and the angle of the long axis in degrees."""
    y, x = np.nonzero(outline)
    points = np.stack([x * size[1], y * size[0]], axis=1)
    points -= points.mean(axis=0)
    # a pixel is an area, not a point: its own second moment is 1/12 of its squared edge
    moments = np.cov(points.T, bias=True) + np.diag([size[1] ** 2, size[0] ** 2]) / 12
    angle = 0.5 * math.atan2(2 * moments[0, 1], moments[0, 0] - moments[1, 1])
    spread = np.linalg.eigvalsh(moments)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    length, width = np.ptp(points @ turn.T, axis=0) + abs(turn) @ (size[1], size[0])
    return float(length), float(width), NAN if spread[0] > _ROUND * spread[1] else math.degrees(angle)
