"""Possible counts of an embryo: integers, consistent with the order in which founder cells are born."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Mask
from napari_devolearn.lineage.founders import FOUNDERS

_AB, _E, _MS, _P, _C, _D, _Z = range(len(FOUNDERS))


def possible_counts(counts: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Round mean counts (T, 7), in the order of `FOUNDERS`, to possible counts of one embryo.

    If the columns of a mean are rounded separately, they can contradict each other: embryos divide some
    minutes apart, and in many EPIC embryos Z2 and Z3 have no names. In an embryo, P1 to P4 are one cell until
    P4 divides into Z2 and Z3; AB divides before EMS is born; EMS, which counts as E, divides into E and MS;
    C, D and the pair of Z are born in this order, each from a successive mother. Source: Sulston et al. 1983,
    Developmental Biology 100, 64-119.
    """
    whole = np.rint(counts).astype(np.int64)
    whole[:, _P] = np.minimum(whole[:, _P], 1)
    whole[:, _Z] = np.where(whole[:, _P] == 0, 2, 0)
    for later, earlier in ((_Z, _D), (_D, _C), (_C, _E), (_MS, _E)):
        _at_least(whole, earlier, 1, whole[:, later] > 0)
    _at_least(whole, _MS, 1, whole[:, _E] > 1)
    _at_least(whole, _AB, 1, np.full(len(whole), True))
    _at_least(whole, _AB, 2, whole[:, _E] > 0)
    return whole


def _at_least(whole: npt.NDArray[np.int64], lineage: int, minimum: int, where: Mask) -> None:
    whole[where, lineage] = np.maximum(whole[where, lineage], minimum)
