"""A slider over frames or slices."""

from __future__ import annotations

from bokeh.models import Slider


def position_slider(title: str) -> Slider:
    """A slider from 0; its end is set with the image."""
    return Slider(title=title, start=0, end=1, value=0, name=title.lower(), sizing_mode="stretch_width")
