"""Which lineage model: one that ships with the package, or a file."""

from __future__ import annotations

from qtpy.QtWidgets import QWidget

from napari_devolearn.widgets.segment.model_box import ModelFileBox


class LineageModelBox(ModelFileBox):
    """Models that count; also DevoLearn's own file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(("lineage",), "Models (*.json *.onnx *.pt *.pth)", parent)
        self.setToolTip(
            "The model that counts: the one that ships, one of a training, or DevoLearn's own file."
        )

    @property
    def name(self) -> str:
        """Name or path of the model chosen.

        Raises
        ------
        ValueError
            If there is none.
        """
        if self.currentData() is None:
            raise ValueError("no lineage model chosen: choose a file (.json of a training, or DevoLearn's)")
        return super().name
