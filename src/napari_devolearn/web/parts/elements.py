"""Texts and sliders of the pages."""

from __future__ import annotations

from collections.abc import Sequence

from bokeh.models import Div, ImportedStyleSheet, Slider


def text_box(kind: str, text: str = "", *, visible: bool = True) -> Div:
    """Text that the server can change.

    `kind`: its class in ``static/parts.css``, and its name.
    `text`: HTML; text from a visitor must be escaped.
    """
    return Div(
        text=text,
        name=kind,
        css_classes=[kind],
        visible=visible,
        sizing_mode="stretch_width",
        stylesheets=[ImportedStyleSheet(url="assets/parts.css")],
    )


def progress_bar(what: str, done: int, count: int) -> str:
    """A progress bar of frames or slices, as HTML."""
    return f'<progress max="{count}" value="{done}"></progress> {what} {done} of {count}'


def download_links(token: str, names: Sequence[str]) -> str:
    """Links to the result files of a visit, as HTML."""
    links = (f'<a class="file" href="results/{token}/{name}" download>{name}</a>' for name in names)
    return f"Download: {' '.join(links)}"


def position_slider(title: str) -> Slider:
    """A slider over frames or slices, from 0; its end is set with the image."""
    return Slider(title=title, start=0, end=1, value=0, name=title.lower(), sizing_mode="stretch_width")
