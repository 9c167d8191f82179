"""Intensities of one slice to the range that a network was trained on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn.models.spec import ModelSpec

_SAMPLE = 500_000  # voxels: enough for the 99.8th percentile, and some 10 ms


def scale_as_trained(
    working: npt.NDArray[np.float32], dtype: npt.DTypeLike, spec: ModelSpec, span: float = 0.0
) -> npt.NDArray[np.float32]:
    """Scale a slice as the model's training did.

    Parameters
    ----------
    working : ndarray, (Y, X) or (C, Y, X), float32
        The slice after resampling.
    dtype : dtype
        Of the slice before it.
    spec : ModelSpec
    span : float
        Of the slice's volume, from ``volume_span``.

    Returns
    -------
    ndarray, same shape, float32
    """
    if spec.normalisation != "divide-255":
        return normalise(working, spec.percentiles, span)
    # torchvision's ToTensor, through which DevoLearn's images went, divides 8-bit images only
    return working / np.float32(255) if np.dtype(dtype) == np.uint8 else normalise(working, (0, 100))


def normalise(
    plane: npt.ArrayLike, percentiles: tuple[float, float], span: float = 0.0
) -> npt.NDArray[np.float32]:
    """Map two percentiles of a slice to 0 and 1; neighbours that come with it go by the same two.

    Nothing outside the slice's own frame counts, so that a slice in view and the same slice in a run
    over the movie give the same mask.

    Parameters
    ----------
    plane : array-like, (Y, X) or (C, Y, X), any real dtype
        Of several channels the middle one is the slice itself.
    percentiles : tuple of float
        Lower and upper percentile, 0 to 100.
    span : float
        The two are taken to lie no closer than this, so that blur from other slices, which is all there
        is in a slice above the embryo, is not made as bright as nuclei.

    Returns
    -------
    ndarray, same shape, float32
        Clipped to -1..4, since a few hot pixels carry no more than that; zeros for a constant slice.
    """
    values = np.asarray(plane, np.float32)
    itself = values if values.ndim == 2 else values[len(values) // 2]
    low, high = np.percentile(itself, percentiles)
    high = max(high, low + span)
    if not high > low:
        return np.zeros(values.shape, np.float32)
    scaled: npt.NDArray[np.float32] = np.clip((values - low) / (high - low), -1, 4).astype(np.float32)
    return scaled


def volume_span(volume: npt.NDArray[np.generic], percentiles: tuple[float, float]) -> float:
    """How far two percentiles of a volume lie apart.

    Parameters
    ----------
    volume : ndarray, (Z, Y, X), any real dtype
        A volume of one slice adds nothing to the slice.
    percentiles : tuple of float

    Returns
    -------
    float
    """
    if len(volume) == 1:
        return 0.0
    step = max(1, round((volume.size / _SAMPLE) ** 0.5))
    low, high = np.percentile(volume[:, ::step, ::step].astype(np.float32), percentiles)
    return float(high - low)
