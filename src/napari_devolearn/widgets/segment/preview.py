"""Labels of one slice within a frame of the screen, until the volume's own labels follow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels


def preview_labels(mask: npt.NDArray[np.bool_], previous: Labels, next_label: int) -> Labels:
    """Label a slice's mask with the labels that it had, so that colours stay as the threshold moves.

    Pixels keep their label; new ones take one of the connected part that they are in; parts
    without any get new labels.

    Parameters
    ----------
    mask : ndarray, (Y, X), bool
    previous : ndarray, (Y, X), uint32
        Labels before, zeros where there were none.
    next_label : int
        The first label that is free.

    Returns
    -------
    ndarray, (Y, X), uint32
    """
    from scipy import ndimage

    parts, count = ndimage.label(mask)
    inside = np.flatnonzero(mask)
    part, old = parts.ravel()[inside], previous.ravel()[inside]
    label_of = np.zeros(count + 1, np.uint32)
    label_of[part[old > 0]] = old[old > 0]
    fresh = np.flatnonzero(label_of == 0)[1:]  # the first one is the background's
    label_of[fresh] = np.arange(next_label, next_label + len(fresh))
    labels: Labels = np.zeros(mask.shape, np.uint32)
    labels.ravel()[inside] = np.where(old > 0, old, label_of[part])
    return labels
