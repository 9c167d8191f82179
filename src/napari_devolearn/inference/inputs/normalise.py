"""Scale the intensities of a slice to the range of a network's training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Array, Floats32, Mask
from napari_devolearn.inference.inputs.padding import find_content
from napari_devolearn.models.spec import ModelSpec

_FIELD = 66.0  # default field of view in um: an embryo and the background around it

ROUNDING = 2e-6
"""Relative difference of equal pixels after resampling in float32."""

_SAMPLE = 500_000  # voxels: enough for the 99.8th percentile, in about 10 ms
_WIDER = 1.25  # fields of view: a larger slice is normalised by windows
_SHOWN = 0.25  # least share of a window that is not padding
_EXPONENT = 66  # squares of a range between 2 ** -66 and 2 ** 66 fit float32


def scale_as_trained(
    working: Floats32, dtype: npt.DTypeLike, spec: ModelSpec, span: float = 0.0, valid: Mask | None = None
) -> Floats32:
    """Scale a resampled slice, (Y, X) or (C, Y, X), in the same way as in the model's training.

    `dtype`: of the slice before resampling.
    `span`: intensity range of the slice's volume, from ``volume_span``.
    `valid`: pixels, (Y, X), for the percentiles; by default all.
    """
    if spec.normalisation != "divide-255":
        return normalise(working, spec.percentiles, span, valid, field_pixels(spec))
    # DevoLearn used torchvision's ToTensor, which divides 8-bit images only
    if np.dtype(dtype) == np.uint8:
        return working / np.float32(255)
    return normalise(working, (0, 100), valid=valid)


def normalise(
    plane: npt.ArrayLike,
    percentiles: tuple[float, float],
    span: float = 0.0,
    valid: Mask | None = None,
    field: tuple[int, int] | None = None,
) -> Floats32:
    """Map two percentiles (0 to 100) of a slice to 0 and 1; neighbouring slices use the same two values.

    Only the slice's own frame matters, so that the current slice in the viewer and the same slice in a run
    over the movie have the same mask.

    `plane`: (Y, X) or (C, Y, X), any real dtype; the middle channel is the slice itself.
    `span`: smallest range between the two, so that the blur in a slice above the embryo is not scaled to the
    brightness of nuclei.
    `valid`: pixels, (Y, X), for the percentiles; by default all.
    `field`: (Y, X) of a field of view. In a larger slice the upper percentile is that of the brightest such
    window, so that empty background does not change the scaling.
    Returns float32, clipped to -1..4 against hot pixels; zeros for a constant slice.
    """
    values = np.asarray(plane, np.float32)
    low, high = slice_levels(values, percentiles, field, valid)
    high = max(high, low + span)
    if not high - low > ROUNDING * max(abs(low), abs(high)):
        return np.zeros(values.shape, np.float32)
    return np.asarray(np.clip((values - low) / (high - low), -1, 4).astype(np.float32))


def slice_levels(
    plane: Floats32,
    percentiles: tuple[float, float],
    field: tuple[int, int] | None = None,
    valid: Mask | None = None,
) -> tuple[float, float]:
    """Intensities that `normalise` maps to 0 and 1; parameters as there."""
    itself = plane if plane.ndim == 2 else plane[len(plane) // 2]
    return _levels(itself[None], percentiles, None if valid is None else valid[None], field)


def volume_span(
    volume: Array, percentiles: tuple[float, float], field: tuple[int, int] | None = None
) -> float:
    """Difference of two percentiles of a volume, (Z, Y, X), without empty planes and padding.

    0 for a single slice. `field` as in `normalise`.
    """
    if len(volume) == 1:
        return 0.0
    step = max(1, round((volume.size / _SAMPLE) ** 0.5))
    contents = {z: found for z, plane in enumerate(volume) if (found := find_content(plane)) is not None}
    if not contents:
        return 0.0
    sample = volume[list(contents), ::step, ::step].astype(np.float32)
    valid = np.stack([one.counted(volume.shape[1:]) for one in contents.values()])[:, ::step, ::step]
    wide = None if field is None else (max(1, field[0] // step), max(1, field[1] // step))
    low, high = _levels(sample, percentiles, None if valid.all() else valid, wide)
    return high - low


def field_pixels(spec: ModelSpec, size: tuple[float, float] | None = None) -> tuple[int, int]:
    """(Y, X) of the model's field of view, in pixels of a size (Y, X) in um; by default the model's."""
    edges = size or (spec.pixel_size, spec.pixel_size)
    height, width = (max(1, round((spec.field_of_view or _FIELD) / edge)) for edge in edges)
    return height, width


def exceeds(shape: tuple[int, int], field: tuple[int, int]) -> bool:
    """Whether a slice is larger than a field of view, so that windows of it are normalised."""
    return any(length > _WIDER * wide for length, wide in zip(shape, field, strict=True))


def in_float32(values: Array) -> Array:
    """Convert intensities to float32 without losing their differences.

    A large offset is subtracted and an extreme range is scaled, which has no effect after `normalise`. Values
    of up to 16 bits, constant values and values that are not finite are returned unchanged.
    """
    kind, bits = values.dtype.kind, values.dtype.itemsize * 8
    if bits <= 16 or values.size == 0:
        return values
    low, high = values.min(), values.max()
    if low == high or not (np.isfinite(low) and np.isfinite(high)):
        return values
    if kind in "iu":
        # unsigned arithmetic modulo 2 ** 64 gives the right difference of any two integers
        return np.asarray(values.astype(np.uint64) - low.astype(np.uint64), np.float32)
    half = float(high) / 2 - float(low) / 2
    exponent = int(np.frexp(half)[1]) + 1
    if abs(exponent) <= _EXPONENT and max(abs(float(low)), abs(float(high))) < 2e3 * half:
        return values.astype(np.float32, copy=False)
    shift = 0 if abs(exponent) <= _EXPONENT else -exponent
    moved = np.ldexp(values.astype(np.float64), shift) - np.ldexp(float(low), shift)
    return np.asarray(moved, np.float32)


def _levels(
    planes: Floats32, percentiles: tuple[float, float], valid: Mask | None, field: tuple[int, int] | None
) -> tuple[float, float]:
    """Two percentiles of planes (N, Y, X); the upper one is that of the brightest window."""
    low, high = np.percentile(planes if valid is None else planes[valid], percentiles)
    if field is not None:
        for window in _windows((planes.shape[1], planes.shape[2]), field):
            inside = planes[:, *window]
            if valid is not None:
                shown = valid[:, *window]
                if shown.mean() < _SHOWN:
                    continue
                inside = inside[shown]
            high = max(high, np.percentile(inside, percentiles[1]))
    return float(low), float(high)


def _windows(shape: tuple[int, int], field: tuple[int, int]) -> Iterator[tuple[slice, slice]]:
    """Fields of view with 50 % overlap that cover a slice; none if it is hardly larger than one."""
    if not exceeds(shape, field):
        return
    rows, columns = (_starts(length, wide) for length, wide in zip(shape, field, strict=True))
    for y in rows:
        for x in columns:
            yield slice(y, y + field[0]), slice(x, x + field[1])


def _starts(length: int, wide: int) -> list[int]:
    if length <= wide:
        return [0]
    count = -(-2 * (length - wide) // wide) + 1
    return [round(start) for start in np.linspace(0, length - wide, count)]
