"""Clean a view of haze and noise that are stronger than in training, and would be counted as nuclei."""

from __future__ import annotations

import numpy as np
import scipy

from napari_devolearn._types import Floats32

_LARGEST = 33  # pixels of the view, wider than a nucleus of 8 um

_LITTLE, _MUCH = 0.3, 0.4
"""Haze relative to the brightest nuclei: none is removed up to the first, all from the second on."""

_NOISE = 0.08  # relative to the brightest nuclei; the strongest in training
_ENLARGED = 0.8  # image pixels per pixel of the view
_BLURS = (0.0, 0.7, 1.0, 1.4, 2.0)  # pixels

View = Floats32


def clean_view(view: View, step: float) -> View:
    """Subtract bright haze of the cytoplasm, and smooth strong noise.

    `view`: (Y, X), from `embryo_view`. Unchanged if both are as in training images.
    `step`: image pixels per pixel of the view. An enlarged view is not smoothed: its noise is as coarse as
    nuclei.
    """
    clear = _without_haze(view)
    return _without_noise(clear) if step > _ENLARGED else clear


def _without_haze(view: View) -> View:
    """Subtract the light between the nuclei."""
    smooth = scipy.ndimage.gaussian_filter(view, 2.0)
    ground, bright = np.percentile(smooth, (2, 99.7))
    between = scipy.ndimage.grey_opening(smooth, size=(_LARGEST, _LARGEST))
    haze = scipy.ndimage.gaussian_filter(between, 6.0) - ground
    level = np.percentile(haze, 60) / max(bright - ground, 1e-6)
    share = np.float32(np.clip((level - _LITTLE) / (_MUCH - _LITTLE), 0, 1))
    return view - share * np.maximum(haze, 0) if share else view


def _without_noise(view: View) -> View:
    """Blur as little as makes the noise as weak as in training images."""
    ground, bright = np.percentile(scipy.ndimage.gaussian_filter(view, 2.0), (2, 99.7))
    blurred = view
    for blur in _BLURS:
        blurred = scipy.ndimage.gaussian_filter(view, blur) if blur else view
        fine = blurred - scipy.ndimage.gaussian_filter(blurred, 1.0)
        noise = np.sqrt(np.median(scipy.ndimage.gaussian_filter(fine**2, 8.0)))
        if noise <= _NOISE * (bright - ground):
            break
    return blurred
