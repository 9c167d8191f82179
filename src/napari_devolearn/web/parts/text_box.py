"""Text on a page, in the look of its kind."""

from __future__ import annotations

from bokeh.models import Div, ImportedStyleSheet


def text_box(kind: str, text: str = "", *, visible: bool = True) -> Div:
    """Text that the server may change.

    Parameters
    ----------
    kind : str
        Its class in ``static/parts.css``, and its name.
    text : str
        HTML; what a visitor gave must be escaped.
    visible : bool

    Returns
    -------
    Div
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
    """So many of all frames or slices are done, as HTML."""
    return f'<progress max="{count}" value="{done}"></progress> {what} {done} of {count}'
