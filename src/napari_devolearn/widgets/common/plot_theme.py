"""Which colours a plot takes so that it fits napari's theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_devolearn.lineage.plot.palette import Theme

if TYPE_CHECKING:
    from napari.components import ViewerModel

_LUMA = (0.299, 0.587, 0.114)
"""Source: ITU-R BT.601."""


def plot_theme(viewer: ViewerModel) -> Theme:
    """Theme of a plot that fits the viewer's, whatever that is called.

    Parameters
    ----------
    viewer : napari.components.ViewerModel

    Returns
    -------
    {"light", "dark"}
    """
    from napari.utils.theme import get_theme

    ground = get_theme(viewer.theme).background.as_rgb_tuple(alpha=False)
    return "light" if sum(w * c for w, c in zip(_LUMA, ground, strict=True)) > 127 else "dark"
