"""A choice among labels layers that prefers those with tracks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.tracks.layers import tracks_of

if TYPE_CHECKING:
    from napari.components import ViewerModel


class TrackedChoice(LayerChoice):
    """Labels layers; at first the selected one if it has tracks, else the newest that was tracked here.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    """

    def __init__(self, viewer: ViewerModel) -> None:
        from napari.layers import Labels

        super().__init__(
            viewer,
            Labels,
            label="Labels",
            tooltip="Labels that were tracked: a Tracks layer lies on them.",
        )

    def _best(self, layers: list[Any]) -> Any:
        active = self._viewer.layers.selection.active
        newest = [layer for layer in reversed(layers) if layer != active]
        linked = [layer for layer in newest if layer.metadata.get("devolearn", {}).get("linked")]
        first = [active] if active in layers else []
        ordered = [*first, *linked, *newest]
        tracked = (layer for layer in ordered if tracks_of(layer, self._viewer.layers) is not None)
        return next(tracked, ordered[0] if ordered else None)
