"""Scores of a comparison: as text, as curves over the frames, and buttons that use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from magicgui.widgets import ComboBox, Container, PushButton, Widget

from napari_devolearn.evaluation.overlap import Scores
from napari_devolearn.evaluation.report import MEANINGS
from napari_devolearn.lineage.plot.palette import PALETTES, Theme
from napari_devolearn.widgets.common.figure_view import CurvesView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROWS = (
    ("seg", "det", "tra", "lnk", "op_csb"),
    ("iou", "dice", "f1", "division_f1", "op_ctb"),
    ("precision", "recall", "split", "merged"),
    ("ground_truth", "predicted", "false_negatives", "false_positives"),
)
_TITLES = {"f1": "F1", "iou": "IoU", "dice": "Dice", "division_f1": "divisions F1"}
CURVES: Mapping[str, str] = {
    "seg": "#D55E00",
    "det": "#0072B2",
    "f1": "#009E73",
    "iou": "#CC79A7",
    "dice": "#E69F00",
}
"""Plotted scores, and their colours, which colour-blind people can tell apart (Okabe and Ito 2008)."""
_UPPER = ("seg", "det", "tra", "lnk", "op_csb", "op_ctb")


def scores_html(total: Scores) -> str:
    """The main scores as an HTML table; an undefined score is a dash."""
    rows = []
    for names in _ROWS:
        titles = "".join(
            f'<td style="padding-right:10px"><small>{title(name)}</small></td>' for name in names
        )
        values = "".join(f'<td style="padding-right:10px"><b>{_text(total[name])}</b></td>' for name in names)
        rows.append(f"<tr>{titles}</tr><tr>{values}</tr>")
    return f"<table>{''.join(rows)}</table>"


def meanings_html() -> str:
    """Meaning of each score."""
    names = [name for row in _ROWS for name in row]
    return "<br>".join(f"<b>{title(name)}</b>: {escape(MEANINGS[name])}" for name in names)


def title(name: str) -> str:
    """Title of a score."""
    return _TITLES.get(name, name.upper() if name in _UPPER else name.replace("_", " "))


def _text(score: float | None) -> str:
    if score is None:
        return "–"  # noqa: RUF001  a dash, not a minus
    return str(score) if isinstance(score, int) else f"{score:.3f}"


class ResultBar(Container[Widget]):
    """A choice of score and three buttons, disabled until there is a comparison."""

    def __init__(self) -> None:
        self.score = ComboBox(
            label="Score",
            choices=[(title(name), name) for name in CURVES],
            tooltip="The score whose curve is thicker; the worst frame has the lowest value.",
        )
        self.worst_frame = PushButton(text="Worst frame", tooltip="Go to the frame with the lowest score.")
        self.worst_object = PushButton(text="Worst object", tooltip="Go to the object with the lowest IoU.")
        self.save = PushButton(
            text="Save scores…", tooltip="All scores as JSON, or one row per frame as CSV."
        )
        parts = [self.score, self.worst_frame, self.worst_object, self.save]
        super().__init__(widgets=parts, layout="horizontal", labels=False)
        self.margins = (0, 0, 0, 0)
        self.enabled = False


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
        loc="outside upper center", ncols=len(CURVES), frameon=False, fontsize=9, labelcolor=palette.text
    )
    return axes
