"""The drawn tree in a window: a click chooses a cell and a frame.

Importing this imports matplotlib.
"""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.backend_bases import Event, MouseEvent
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QSizePolicy

from napari_devolearn.lineage.naming.track_names import Name
from napari_devolearn.lineage.plot.palette import PALETTES, Theme
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.lineage.tree import Tree, draw_tree, lay_out


class TreeCanvas(FigureCanvasQTAgg):
    """A lineage tree.

    Attributes
    ----------
    clicked : Signal
        A track and a frame (int, int).
    tree : Tree or None
    """

    clicked = Signal(int, int)

    def __init__(self) -> None:
        super().__init__(Figure(layout="constrained"))  # type: ignore[no-untyped-call]
        self.setMinimumSize(200, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.tree: Tree | None = None
        self._axes = self.figure.add_subplot()
        self.mpl_connect("button_press_event", self._on_press)

    def show_nothing(self, theme: Theme) -> None:
        """Clear the plot, in the colour of the window."""
        self.tree = None
        self._axes.clear()
        self._axes.set_axis_off()
        self.figure.set_facecolor(PALETTES[theme].ground)
        self.draw_idle()  # type: ignore[no-untyped-call]

    def show_tracks(
        self, tracks: Tracks, names: Mapping[int, Name], theme: Theme, chosen: int, frame: int
    ) -> None:
        """Draw the tree, the chosen track thicker, and a line at the frame in view."""
        self.tree = lay_out(tracks, names)
        self._axes.set_axis_on()
        self.figure.set_facecolor(PALETTES[theme].ground)
        draw_tree(self._axes, self.tree, names, theme, chosen)
        self._axes.axhline(frame, color=PALETTES[theme].text, linewidth=0.6, linestyle="--")
        self.draw_idle()  # type: ignore[no-untyped-call]

    def _on_press(self, event: Event) -> None:
        if (
            not isinstance(event, MouseEvent)
            or event.xdata is None
            or event.ydata is None
            or self.tree is None
        ):
            return
        label = self.tree.nearest(event.xdata, event.ydata)
        if label is not None:
            self.clicked.emit(label, round(event.ydata))
