"""Plot of an embryo's size over time, for the dock and for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_devolearn.lineage.plot.palette import PALETTES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FIGURE_SIZE = (8.0, 6.0)
"""Inches."""


def draw_outline_plot(
    figure: Figure, table: pd.DataFrame, *, frame_interval: float | None = None, dark: bool = False
) -> None:
    """Draw length and width, volume (in 2D area) and the angle of the long axis over time.

    `figure`: its content is replaced.
    `table`: from ``outline``.
    `frame_interval`: minutes between frames; by default the time axis is in frames.
    `dark`: use a dark background, as in napari.
    """
    palette = PALETTES["dark" if dark else "light"]
    figure.clear()
    figure.set_layout_engine("constrained")
    sizes, whole, angle = figure.subplots(3, 1, sharex=True)
    time = table["frame"] * (frame_interval or 1)
    for name, lineage in (("length", "AB"), ("width", "MS")):
        sizes.plot(time, table[f"{name}_um"], ".-", color=palette.series[lineage], label=name)
    sizes.legend(loc="lower right", ncols=2, labelcolor=palette.text, facecolor=palette.ground)
    in_3d = table["volume_um3"].notna().any()
    column, size_label = ("volume_um3", "volume (µm³)") if in_3d else ("area_um2", "area (µm²)")
    whole.plot(time, table[column], ".-", color=palette.series["C"])
    angle.plot(time, table["orientation_deg"], ".", color=palette.text)
    angle.set_yticks([-90, -45, 0, 45, 90])
    for axes, label in ((sizes, "size (µm)"), (whole, size_label), (angle, "angle (°)")):
        axes.set_ylabel(label)
        palette.paint(axes)
        # sizes start at 0, so that noise does not look like growth; angles have a fixed range
        limits = (-95, 95) if axes is angle else (0, max(axes.get_ylim()[1], 1e-6) * 1.05)
        axes.set_ylim(*limits)
        axes.grid(alpha=0.3)
    angle.set_xlabel("time (min)" if frame_interval else "frame")
    angle.xaxis.get_major_locator().set_params(integer=frame_interval is None)
    figure.align_ylabels()
