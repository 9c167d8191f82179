"""ImageChoice: which channel of a file is looked at, and what its axes are."""

from __future__ import annotations

from collections.abc import Callable

from bokeh.models import Select, TextInput, UIElement


class ImageChoice:
    """Channel and axes of the file that a visitor sent; hidden where there is nothing to choose.

    Parameters
    ----------
    on_change : callable
        Called with the channel, from 0, and the axes as text, when a visitor chooses others.

    Attributes
    ----------
    widgets : list of UIElement
    """

    def __init__(self, on_change: Callable[[int, str], None]) -> None:
        self._on_change = on_change
        self._showing = False
        self._shown = ""
        self._channel = Select(title="Channel", name="channel", visible=False)
        self._axes = TextInput(
            title="Axes: T, Z and C with their sizes, slowest first; change them if they are wrong",
            name="axes",
            visible=False,
        )
        self.widgets: list[UIElement] = [self._channel, self._axes]
        for widget in (self._channel, self._axes):
            widget.on_change("value", lambda _attr, _old, _new: self._changed())

    def show(self, channels: int, channel: int, axes: str) -> None:
        """Show what a file has.

        `channel`: which one is shown, from 0.
        `axes`: as they were understood, such as "T3 Z5"; "" where there are none to choose.
        """
        self._showing = True
        self._channel.options = [(str(n), f"channel {n + 1}") for n in range(channels)]
        self._channel.value, self._axes.value = str(channel), axes
        self._showing, self._shown = False, axes
        self._channel.visible, self._axes.visible = channels > 1, bool(axes)

    def _changed(self) -> None:
        if self._showing:
            return
        axes = str(self._axes.value).strip()
        # with other axes the channels are others, too
        channel = int(self._channel.value or 0) if axes == self._shown else 0
        self._on_change(channel, axes)
