"""Options for labels that do not need the network again."""

from __future__ import annotations

from collections.abc import Callable

from bokeh.layouts import column, row
from bokeh.models import Select, Slider, Spinner

from napari_devolearn.inference.params import SegmentParams, outputs_for

_OUTPUT_NAMES = {"instances": "each object", "mask": "all as one mask", "membrane": "membranes"}


class SegmentChoices:
    """Threshold, minimum diameter and kind of labels.

    `task`: task of the model.
    `on_change`: called after a change; for the threshold when the slider is released.
    """

    def __init__(self, task: str, on_change: Callable[[], None]) -> None:
        params = SegmentParams()
        self.threshold = Slider(
            title="Threshold (lower finds more)",
            start=0.05,
            end=0.95,
            step=0.05,
            value=params.threshold,
            name="threshold",
            sizing_mode="stretch_width",
        )
        self._min_diameter = Spinner(
            title="Minimum diameter (µm)",
            low=0,
            high=100,
            step=0.5,
            value=params.min_diameter,
            name="min-diameter",
            width=140,
        )
        names = [(output, _OUTPUT_NAMES[output]) for output in outputs_for(task)]
        self._output = Select(title="Label", options=names, value=names[0][0], name="output", width=170)
        self.layout = column(
            self.threshold, row(self._min_diameter, self._output), sizing_mode="stretch_width"
        )
        for widget in (self.threshold, self._min_diameter):
            widget.on_change("value_throttled", lambda _attr, _old, _new: on_change())
        self._output.on_change("value", lambda _attr, _old, _new: on_change())

    @property
    def params(self) -> SegmentParams:
        """The current options."""
        return SegmentParams(
            threshold=self.threshold.value,
            min_diameter=self._min_diameter.value or 0.0,
            output=self._output.value,
        )
