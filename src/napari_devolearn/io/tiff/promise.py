"""The header of one image in a tif, before it is compared with the pages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn.io.tiff.image import Described


@dataclass(frozen=True, kw_only=True)
class Promise(Described):
    """One image as its header describes it; its axes run over pages.

    Parameters
    ----------
    by : str
        Kind of header, for messages: ``"ImageJ header"``.
    plane : tuple of int or None
        (Y, X), if the header has it.
    pages : ndarray of int or None
        Index of the page of each plane, -1 if missing; None for all pages in their order.
    problem : str
        Why the axes are not trustworthy; "" if they are.
    """

    by: str
    plane: tuple[int, int] | None = None
    pages: npt.NDArray[np.intp] | None = None
    problem: str = ""


def number(value: object) -> float | None:
    """A number in a header, also with a decimal comma; None if missing.

    Parameters
    ----------
    value : object

    Returns
    -------
    float or None
        NaN for text that is not a number.
    """
    if value is None or value == "":
        return None
    try:
        return float(str(value).strip().replace(",", "."))
    except ValueError:
        return float("nan")
