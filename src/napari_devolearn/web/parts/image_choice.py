"""Choose the channel and the axes of a file."""

from __future__ import annotations

from collections.abc import Callable

from bokeh.models import Select, TextInput, UIElement


class ImageChoice:
    """Channel and axes of the uploaded file; hidden if there is nothing to choose.

    `on_change`: called with the channel, from 0, and the axes as text, after a change.
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
        """Show the channels and axes of a file.

        `channel`: the current one, from 0.
        `axes`: for example "T3 Z5"; "" if there is no choice.
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
        # other axes give other channels
        channel = int(self._channel.value or 0) if axes == self._shown else 0
        self._on_change(channel, axes)
