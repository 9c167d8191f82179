"""What a header promises of one image in a tif, before anyone has looked whether it is so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn.io.core.calibration import Calibration


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One image as its header describes it.

    Parameters
    ----------
    by : str
        Which header, for messages: ``"ImageJ header"``.
    letters : str
        The axes that run over pages, slowest first: T, Z, C, or Q and I where they have no name.
    sizes : tuple of int
        Of those.
    plane : tuple of int or None
        (Y, X), if the header says so.
    pages : ndarray of int or None
        Index of the page of each plane, -1 where there is none; None for all pages in their order.
    calibration : Calibration or None
        None if the header says nothing of it.
    channel_names : tuple of str
    title : str
        Name of the image.
    frames : tuple of int
        Frame numbers, if the header keeps them.
    missing : frozenset of int
        Numbers of frames without an image, if the header keeps them.
    offset : tuple of float
        Where the first voxel lies, (Z, Y, X) in voxels.
    problem : str
        Why the axes cannot be believed; "" if they can.
    notes : tuple of str
        What is worth a warning.
    """

    by: str
    letters: str
    sizes: tuple[int, ...]
    plane: tuple[int, int] | None = None
    pages: npt.NDArray[np.intp] | None = None
    calibration: Calibration | None = None
    channel_names: tuple[str, ...] = ()
    title: str = ""
    frames: tuple[int, ...] = ()
    missing: frozenset[int] = frozenset()
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    problem: str = ""
    notes: tuple[str, ...] = ()


def number(value: object) -> float | None:
    """A number in a header, which may have a comma for a point; None where there is none.

    Parameters
    ----------
    value : object

    Returns
    -------
    float or None
        NaN for text that is no number.
    """
    if value is None or value == "":
        return None
    try:
        return float(str(value).strip().replace(",", "."))
    except ValueError:
        return float("nan")
