"""Outlines of the embryo in movies not used for training: projections of nuclei, slices of membranes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from napari_devolearn.inference.counting.projections import as_projections
from research.drawing.outlines import fill_membranes, wrap_nuclei

Mask = npt.NDArray[np.bool_]

NUCLEI_PIXEL, MEMBRANES_PIXEL = 0.09, 0.165
"""um. embryo_timelapse.mov has the pixel size of EPIC's microscope; for seg_sample.mov it is chosen so that
its embryo is as long as that of 3DMMS, 51 um."""

_BEGINS, _FOLDS, _ENDS = 3, 260, 380  # frames: first with nuclei, first of an embryo that folds, last
_STILL = (60, 12)  # frames before and after in which the egg does not move: for young embryos, and others
_YOUNG = 60  # frames
_BRIGHT = 0.2  # threshold relative to the brightest nuclei


class OutlinedFrame(NamedTuple):
    """A frame of a movie and the embryo in it.

    Parameters
    ----------
    frame : int
    image : ndarray, (Y, X), uint8
    inside : ndarray, (Y, X), bool
    """

    frame: int
    image: npt.NDArray[np.uint8]
    inside: Mask


def nuclei_movie(path: Path, every: int) -> Iterator[OutlinedFrame]:
    """Every Nth frame of ``embryo_timelapse.mov``, with the hull of all nuclei in neighbouring frames."""
    images = [plane.astype(np.uint8) for plane in as_projections(path)][:_ENDS]
    seen = [_nuclei(image) for image in images]
    for t in range(_BEGINS, len(images), every):
        folded = t >= _FOLDS
        reach = 2 if folded else _STILL[t >= _YOUNG]
        around = seen[max(t - reach, _BEGINS) : t + reach + 1]
        inside = wrap_nuclei(np.any(around, axis=0), NUCLEI_PIXEL, hull=not folded)
        yield OutlinedFrame(t, images[t], inside)


def membrane_movie(path: Path, every: int) -> Iterator[OutlinedFrame]:
    """Every `every`-th frame of ``seg_sample.mov``, with the filled embryo."""
    movie = as_projections(path)
    for t in range(0, len(movie), every):
        image = movie.read(t).astype(np.uint8)
        inside = fill_membranes(image[None], (1.0, MEMBRANES_PIXEL, MEMBRANES_PIXEL))[0]
        yield OutlinedFrame(t, image, inside)


def _nuclei(image: npt.NDArray[np.uint8]) -> Mask:
    """Bright regions that are larger than noise."""
    smooth = cv2.GaussianBlur(image.astype(np.float32), (0, 0), 3.0)
    ground, bright = np.percentile(smooth, (30, 99.8))
    found = smooth > ground + max(_BRIGHT * (bright - ground), 6.0)
    opened = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    return np.asarray(opened > 0)
