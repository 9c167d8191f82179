"""What is known of one frame, as text for people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_devolearn.lineage.plot.look import PlotLook
from napari_devolearn.lineage.plot.palette import PALETTES
from napari_devolearn.lineage.populations import SERIES, Populations


def readout_html(populations: Sequence[Populations], frame: int, look: PlotLook) -> str:
    """Frame, age and the count of each lineage, in the colours of the plot.

    Parameters
    ----------
    populations : sequence of Populations
    frame : int
    look : PlotLook
        Hidden lineages are left out.

    Returns
    -------
    str
        HTML of a few lines; empty where there are no curves.
    """
    several = len(populations) > 1
    lines = [(f"{one.source}: " if several else "") + _of_one(one, frame, look) for one in populations]
    return "<br>".join([_heading(populations, frame, look), *lines]) if lines else ""


def _heading(populations: Sequence[Populations], frame: int, look: PlotLook) -> str:
    parts = [f"<b>frame {frame}</b>"]
    minutes = next((one.minutes for one in populations if one.minutes), None)
    if minutes:
        parts.append(f"{frame * minutes:g} min")
    age = age_at(populations, frame, look)
    if age is not None:
        parts.append(f"embryo's age {age:.0f} min")
    return " · ".join(parts)


def age_at(populations: Sequence[Populations], frame: int, look: PlotLook) -> float | None:
    """Estimated age of the embryo in a frame: as decoded, else by the band of real embryos.

    Parameters
    ----------
    populations : sequence of Populations
    frame : int
    look : PlotLook

    Returns
    -------
    float or None
        Minutes since AB divided.
    """
    for one in populations:
        row = one.row_of(frame)
        if row is not None and one.age is not None and np.isfinite(one.age[row]):
            return float(one.age[row])
    return float(look.clock.age(frame)) if look.clock is not None else None


def _of_one(populations: Populations, frame: int, look: PlotLook) -> str:
    row = populations.row_of(frame)
    if row is None:
        return "not counted"
    colours = PALETTES[look.theme].series
    cells = [
        f'<span style="color:{colours[name]}">{name}&nbsp;<b>{value:.0f}</b></span>'
        for name, value in zip(SERIES, populations.counts[row], strict=True)
        if name not in look.hidden
    ]
    if populations.measured is not None and not populations.measured[row]:
        cells.append("<i>not measured: no embryo found in this frame</i>")
    elif populations.trusted is not None and not populations.trusted[row]:
        cells.append("<i>in doubt</i>")
    return "&nbsp; ".join(cells)
