"""The choice of training data: layers that belong together, or a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, FileEdit, Widget
from napari.layers import Image, Labels
from napari.viewer import Viewer

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.layers import pixels_under
from napari_devolearn.widgets.train.run import Request, request_of_layers


class TrainingData:
    """An image and its corrected labels, or a folder, which disables the choice of layers."""

    def __init__(self, viewer: Viewer) -> None:
        self.image = LayerChoice(
            viewer,
            Image,
            "Image",
            "The image that the labels belong to: a slice, a volume or a movie of volumes.",
            fits=lambda layer: not layer.rgb,
        )
        self.labels = LayerChoice(viewer, Labels, "Labels", "Corrected labels of this image to learn from.")
        self.known = LayerChoice(
            viewer,
            Labels,
            "Only where",
            "A labels layer, painted where the labels are correct; the rest is neither learnt nor scored.",
            none="everywhere",
        )
        self.only_labelled = CheckBox(
            text="Skip slices without labels",
            value=True,
            tooltip="Treat a slice without labels as not annotated, instead of as empty.",
        )
        self.folder = FileEdit(
            mode=FileDialogMode.EXISTING_DIRECTORY,
            label="Or folder",
            nullable=True,
            tooltip="Training data instead of layers: exported by Correct tracks, or written by prepare.",
        )
        self.controls: list[Widget] = [
            self.image,
            self.labels,
            self.known,
            self.only_labelled,
            self.folder,
        ]
        self.folder.changed.connect(self._on_folder)

    @property
    def path(self) -> Path | None:
        """The chosen folder, if any."""
        chosen = self.folder.value
        return chosen if isinstance(chosen, Path) and chosen != Path() else None

    def check(self) -> None:
        """Raise ImageFormatError without a folder or layers that match."""
        if self.path is not None:
            return
        image, labels, known = self.image.layer, self.labels.layer, self.known.layer
        if image is None:
            raise ImageFormatError("No image to train on; open one, or choose a folder of training data.")
        if labels is None:
            raise ImageFormatError("No labels to train on; segment the image and correct the labels first.")
        for other in (image, known):
            if other is not None:
                pixels_under(labels, other)

    def request(self, out: Path, options: dict[str, Any]) -> Request:
        """Request a training on the chosen data, with options of `iter_train`; chosen layers stay chosen."""
        if self.path is not None:
            return Request(out=out, images=self.path, options=options | {"only_labelled": False})
        for choice in (self.image, self.labels):
            choice.settle()
        options = options | {"only_labelled": self.only_labelled.value}
        return request_of_layers(out, self.image.layer, self.labels.layer, self.known.layer, options)

    def _on_folder(self) -> None:
        for control in self.controls[:-1]:
            control.enabled = self.path is None
