"""Legend of a populations plot; its lineages can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from napari_devolearn.lineage.plot.palette import Palette
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import SERIES, Populations

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_FADED = 0.3


def draw_legend(
    axes: Axes, populations: Sequence[Populations], style: PlotStyle, palette: Palette
) -> dict[Artist, str]:
    """Draw the legend at the top right of the figure; entries of hidden lineages are faded.

    Returns the lineage of each entry.
    """
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=palette.series[name], lw=2, label=name) for name in SERIES]
    legend = axes.legend(
        handles=[*lines, *_other_keys(populations, style, palette)],
        loc="upper right",
        bbox_to_anchor=(1.0, 1.0),
        bbox_transform=axes.figure.transFigure,
        borderaxespad=0.4,
        borderpad=0,
        frameon=False,
        handlelength=1.2,
        labelspacing=0.25,
        fontsize=9,
        labelcolor=palette.text,
    )
    entries = zip(SERIES, legend.get_lines(), legend.get_texts(), strict=False)
    series = {artist: name for name, *artists in entries for artist in artists}
    for artist, name in series.items():
        artist.set_alpha(_FADED if name in style.hidden else 1)
    return series


def _other_keys(populations: Sequence[Populations], style: PlotStyle, palette: Palette) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    raw = style.points and any(one.raw is not None for one in populations)
    doubts = any(one.trusted is not None and not one.trusted.all() for one in populations)
    tracks = any(one.source == "tracks" for one in populations)
    both = tracks and any(one.source == "model" for one in populations)
    text = palette.text
    keys = (
        (raw, Line2D([], [], color=text, ls="", marker=".", ms=4, alpha=0.5, label="raw points")),
        (both, Line2D([], [], color=text, ls="-", label="model")),
        (tracks, Line2D([], [], color=text, ls="--", label="tracks")),
        (style.clock is not None, Patch(label="real embryos", alpha=_FADED, lw=0, facecolor=text)),
        (
            doubts,
            Patch(label="uncertain", alpha=_FADED, lw=0, facecolor="none", edgecolor=text, hatch="////"),
        ),
    )
    return [artist for needed, artist in keys if needed]
