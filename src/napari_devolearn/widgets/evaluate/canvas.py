"""Scores over the frames as curves: a click goes to a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_devolearn.evaluation.overlap import Scores
from napari_devolearn.lineage.plot.palette import PALETTES, Theme
from napari_devolearn.widgets.common.figure_view import CurvesView
from napari_devolearn.widgets.evaluate.scores import title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CURVES: Mapping[str, str] = {
    "seg": "#D55E00",
    "det": "#0072B2",
    "f1": "#009E73",
    "iou": "#CC79A7",
    "dice": "#E69F00",
}
"""Plotted scores, and their colours, which colour-blind people can tell apart (Okabe and Ito 2008)."""


class ScoresView(CurvesView):
    """One curve per score."""

    def __init__(self) -> None:
        super().__init__(280, 190, "Scores of each frame")
        self.setToolTip("Click or drag: go to a frame.")

    def show_scores(self, by_frame: Mapping[int, Scores], chosen: str, theme: Theme) -> None:
        """Draw the scores of each frame; the chosen one is drawn thicker."""
        self.frames, self.theme = sorted(by_frame), theme
        curves = {name: [by_frame[t][name] for t in self.frames] for name in CURVES}
        self.draw(partial(_draw, frames=self.frames, curves=curves, chosen=chosen, theme=theme))


def _draw(
    figure: Figure,
    *,
    frames: Sequence[int],
    curves: Mapping[str, Sequence[float | None]],
    chosen: str,
    theme: Theme,
) -> Axes:
    from matplotlib.ticker import MaxNLocator

    palette = PALETTES[theme]
    figure.set_layout_engine("constrained")
    figure.set_facecolor(palette.ground)
    axes = figure.add_subplot(facecolor=palette.ground)
    marker = "o" if len(frames) < 30 else ""
    for name, colour in CURVES.items():
        style: dict[str, Any] = {"lw": 2.2, "zorder": 3} if name == chosen else {"lw": 1.0, "alpha": 0.7}
        values = np.array(curves[name], np.float64)  # None becomes NaN, which is not drawn
        axes.plot(frames, values, color=colour, marker=marker, ms=3, label=title(name), **style)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("frame", color=palette.text)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for edge in axes.spines.values():
        edge.set_color(palette.text)
    axes.tick_params(colors=palette.text)
    axes.grid(visible=True, alpha=0.15)
    figure.legend(
        loc="outside upper center",
        ncols=len(CURVES),
        frameon=False,
        fontsize=9,
        labelcolor=palette.text,
    )
    return axes
