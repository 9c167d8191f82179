"""The input of the lineage model: the embryo, found, rotated, cropped and scaled to a standard view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from napari_devolearn._types import Array, Floats, Floats32, Mask
from napari_devolearn.inference.inputs.padding import GROUND

VIEW = (128, 192)
"""(Y, X) of the view; the embryo fills it with its long axis along X."""

_FINDING = 160  # pixels along the longer side of the copy on which the embryo is looked for
_MARGIN = 1.12
_LOCAL = 0.22  # 1 to 2 for noise alone, as with the other contrast
_NOISE = 4.0  # for noise, (P99.7 - P20) is 3 times (P20 - P2)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the nuclei lie in an image.

    `centre`: (Y, X) in pixels.
    `angle`: of the long axis against X, in radians.
    `step`: image pixels per pixel of the view.
    `contrast`: contrast of the nuclei against the noise of the background: 1 to 2 for noise alone, above 6
    for simulated images with the strongest noise used in training.
    """

    centre: tuple[float, float]
    angle: float
    step: float
    contrast: float


def find_embryo(image: Array, inside: Mask | None = None) -> Place | None:
    """Find the nuclei of an embryo in a projection, (Y, X): bright nuclei on a dark background.

    `inside`: mask of the embryo, if known: bright pixels outside it are ignored.
    Returns None for an empty or constant image.
    """
    factor = max(1, -(-max(image.shape) // _FINDING))
    small = scipy.ndimage.gaussian_filter(_block_mean(image, factor), 1.5)
    darkest, ground, bright = np.percentile(small, (2, GROUND, 99.7))
    if not bright > ground:
        return None
    above = max(0.15 * (bright - ground), min(3 * (ground - darkest), 0.3 * (bright - ground)))
    shines = small > ground + above
    if inside is not None:
        shines &= _block_mean(inside, factor) > 0.5
    y, x = np.nonzero(shines)
    if len(y) < 4:
        return None
    centre, angle, extent = _box(np.stack([y, x], axis=1).astype(np.float64))
    step = _MARGIN * factor * max(extent[0] / VIEW[0], extent[1] / VIEW[1])
    middle = (centre + 0.5) * factor - 0.5
    contrast = (bright - ground) / max(_NOISE * (ground - darkest), 1e-6 * (bright - ground))
    return Place(
        centre=(float(middle[0]), float(middle[1])),
        angle=angle,
        step=max(float(step), 0.05),
        contrast=max(float(contrast), _local_contrast(small)),
    )


def _local_contrast(small: Floats32) -> float:
    """Contrast against noise alone, where haze reaches the edges of the image and no background is left.

    Noise is that of the calmest tenth of the image; slow changes of brightness count neither as noise nor as
    nuclei.
    """
    fine = small - scipy.ndimage.gaussian_filter(small, 3.0)
    noise = np.sqrt(np.percentile(scipy.ndimage.gaussian_filter(fine**2, 5.0), 10))
    width = max(small.shape) / 10
    edge = int(width)
    nuclei = (small - scipy.ndimage.gaussian_filter(small, width))[edge:-edge, edge:-edge]
    if not nuclei.size:
        return 0.0
    ground, bright = np.percentile(nuclei, (GROUND, 99.7))
    return float(_LOCAL * (bright - ground) / max(noise, 1e-6 * (bright - ground), 1e-12))


def _box(points: Floats) -> tuple[Floats, float, tuple[float, float]]:
    """Centre, angle and (across, along) extent of the box around points, aligned with their long axis."""
    (yy, xy), (_, xx) = np.cov(points.T)
    angle = float(0.5 * np.arctan2(2 * xy, xx - yy))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = points @ turn.T  # (Y, X) to (across, along)
    low, high = np.percentile(turned, (0.3, 99.7), axis=0)
    extent = high - low + 3
    return turn.T @ ((low + high) / 2), angle, (float(extent[0]), float(extent[1]))


def embryo_view(image: Array, place: Place) -> Floats32:
    """Resample an image to the view, (128, 192), float32.

    Not normalised; pixels outside the image have its 20th percentile.
    """
    factor = max(1, int(place.step))
    small = _block_mean(image, factor)
    step = place.step / factor
    if step > 1.25:
        small = scipy.ndimage.gaussian_filter(small, 0.5 * (step - 0.6))
    cosine, sine = np.cos(place.angle), np.sin(place.angle)
    matrix = np.array([[cosine, sine], [-sine, cosine]]) * step
    centre = (np.array(place.centre) + 0.5) / factor - 0.5
    offset = centre - matrix @ ((np.array(VIEW) - 1) / 2)
    view: Floats32 = scipy.ndimage.affine_transform(
        small,
        matrix,
        offset,
        VIEW,
        order=1,
        mode="constant",
        cval=float(np.percentile(small[::2, ::2], GROUND)),
    )
    return view


def clear_outside(image: Array, inside: Mask) -> Floats32:
    """Clip the image outside the embryo (`inside`) to the 75th percentile there: background and noise stay.

    Both are (Y, X); returns float32.
    """
    values = np.asarray(image, np.float32)
    if inside.all():
        return values
    most = np.percentile(values[~inside], 75).astype(np.float32)
    return np.where(inside, values, np.minimum(values, most)).astype(np.float32)


def _block_mean(image: Array, factor: int) -> Floats32:
    if factor == 1:
        return np.asarray(image, np.float32)
    y, x = (n // factor * factor for n in image.shape)
    if 0 in (y, x):
        return np.asarray(image, np.float32)
    blocks = image[:y, :x].reshape(y // factor, factor, x // factor, factor)
    return np.asarray(blocks.mean(axis=(1, 3), dtype=np.float32))
