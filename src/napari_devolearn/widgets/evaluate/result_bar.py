"""What can be done with a comparison: go to the worst frame or object, and save the scores."""

from __future__ import annotations

from magicgui.widgets import ComboBox, Container, PushButton, Widget

from napari_devolearn.widgets.evaluate.scores import title

_CURVES = ("seg", "det", "f1", "iou", "dice")


class ResultBar(Container[Widget]):
    """A choice of score and three buttons, disabled until there is a comparison."""

    def __init__(self) -> None:
        self.score = ComboBox(
            label="Score",
            choices=[(title(name), name) for name in _CURVES],
            tooltip="The score that is drawn thicker; the worst frame has the lowest.",
        )
        self.worst_frame = PushButton(text="Worst frame", tooltip="Go to the frame with the lowest score.")
        self.worst_object = PushButton(text="Worst object", tooltip="Go to the object with the lowest IoU.")
        self.save = PushButton(
            text="Save scores…", tooltip="All scores as JSON, or one row per frame as CSV."
        )
        self._parts = (self.score, self.worst_frame, self.worst_object, self.save)
        super().__init__(widgets=list(self._parts), layout="horizontal", labels=False)
        self.margins = (0, 0, 0, 0)
        self.allow(False)

    def allow(self, yes: bool) -> None:
        """Enable or disable all of it."""
        for part in self._parts:
            part.enabled = yes
