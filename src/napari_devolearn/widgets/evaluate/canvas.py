"""Scores over the frames as curves: a click goes to a frame.

Importing this imports matplotlib; a worker thread does so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.backend_bases import Event, MouseButton, MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from qtpy.QtCore import Signal

from napari_devolearn.evaluation.overlap import Scores
from napari_devolearn.lineage.plot.palette import PALETTES, Theme
from napari_devolearn.widgets.evaluate.scores import title

CURVES: Mapping[str, str] = {
    "seg": "#D55E00",
    "det": "#0072B2",
    "f1": "#009E73",
    "iou": "#CC79A7",
    "dice": "#E69F00",
}
"""Scores that are drawn, and their colours, which colour-blind people can tell apart (Okabe and Ito 2008)."""

_SMALLEST = (280, 190)


def draw_once() -> None:
    """Draw out of sight, so that fonts and tables are loaded; may run in a thread."""
    figure = Figure(layout="constrained")
    _draw(figure, [0, 1], {name: [1.0, 0.5] for name in CURVES}, "seg", "dark")
    FigureCanvasAgg(figure).draw()


class EvaluateCanvas(FigureCanvasQTAgg):
    """A curve for each score.

    Attributes
    ----------
    frame_chosen : Signal
        The number of the frame (int) nearest to a click.
    """

    frame_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(Figure(layout="constrained"))  # type: ignore[no-untyped-call]
        self.setMinimumSize(*_SMALLEST)
        self.setToolTip("Click or drag: go to a frame.")
        self._frames: Sequence[int] = ()
        self._cursor: Line2D | None = None
        self._frame: int | None = None
        self._pointing = False
        self.mpl_connect("button_press_event", self._on_press)
        self.mpl_connect("motion_notify_event", self._on_move)
        self.mpl_connect("button_release_event", self._on_release)

    def show_scores(self, by_frame: Mapping[int, Scores], chosen: str, theme: Theme) -> None:
        """Draw the scores of each frame; the chosen one is drawn thicker."""
        self._frames = sorted(by_frame)
        curves = {name: [by_frame[t][name] for t in self._frames] for name in CURVES}
        self._cursor = _draw(self.figure, self._frames, curves, chosen, theme)
        self.put_cursor(self._frame)

    def put_cursor(self, frame: int | None) -> None:
        """Put the cursor on the frame in view, by its number."""
        self._frame = frame
        if self._cursor is not None:
            self._cursor.set_visible(frame is not None)
            if frame is not None:
                self._cursor.set_xdata([frame, frame])
            self.draw_idle()  # type: ignore[no-untyped-call]

    def _on_press(self, event: Event) -> None:
        self._pointing = isinstance(event, MouseEvent) and event.button == MouseButton.LEFT
        self._on_move(event)

    def _on_move(self, event: Event) -> None:
        """Go to the frame under the mouse while the left button is down."""
        if not self._pointing or not isinstance(event, MouseEvent) or event.xdata is None or not self._frames:
            return
        at = float(event.xdata)
        frame = min(self._frames, key=lambda one: abs(one - at))
        if frame != self._frame:
            self.frame_chosen.emit(frame)

    def _on_release(self, _: Event) -> None:
        self._pointing = False


def _draw(
    figure: Figure,
    frames: Sequence[int],
    curves: Mapping[str, Sequence[float | None]],
    chosen: str,
    theme: Theme,
) -> Line2D:
    """Draw anew; gives the cursor."""
    palette = PALETTES[theme]
    figure.clear()
    figure.set_facecolor(palette.ground)
    axes = figure.add_subplot(facecolor=palette.ground)
    marker = "o" if len(frames) < 30 else ""
    for name, colour in CURVES.items():
        look: dict[str, Any] = {"lw": 2.2, "zorder": 3} if name == chosen else {"lw": 1.0, "alpha": 0.7}
        values = np.array(curves[name], np.float64)  # None becomes NaN, which is not drawn
        axes.plot(frames, values, color=colour, marker=marker, ms=3, label=title(name), **look)
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
    return axes.axvline(frames[0] if frames else 0, color=palette.text, lw=0.9, ls="--")
