"""The voxel size of the chosen image: from its layer, or typed."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from magicgui.widgets import Container, FloatSpinBox, Widget
from napari.components import ViewerModel
from napari.layers import Image
from qtpy.QtWidgets import QDoubleSpinBox, QSizePolicy

from napari_devolearn._types import VoxelSize
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.calibration import set_voxel_size, voxel_size_in_file, voxel_size_of
from napari_devolearn.widgets.common.form.layout import row_of, text_label
from napari_devolearn.widgets.common.layers import Listener, notes_of, shape_of

_IN_FILE = "from the file; Run sets it on the layers"
_TYPED = "typed; Run sets it on the layers"
_OF_FOLDER = "as typed for another image of this folder; Run sets it on the layers"


class VoxelSizeBox(Container[Widget]):
    """Z, Y and X in um, filled from the image layer and editable, and their origin.

    `typed` stores the sizes typed for the images of a folder, in um.
    """

    def __init__(self, typed: MutableMapping[Path, VoxelSize]) -> None:
        self._listener = Listener(self._fill, "scale", "units")
        self._typed_before, self._is_typed = typed, False
        self._spec: ModelSpec | None = None
        self._origin = ""
        self.edges = [_edge(axis) for axis in "ZYX"]
        self.note = text_label()
        super().__init__(widgets=[row_of(*self.edges), self.note], labels=False, label="Voxel size (µm)")
        self.margins = (0, 0, 0, 0)
        self.native.layout().setSpacing(2)
        for edge in self.edges:
            edge.changed.connect(self._on_typed)

    def show_image(self, image: Image | None, spec: ModelSpec) -> None:
        """Show another image's voxel size, and follow it; if it is unknown, show what a model assumes."""
        self._spec = spec
        if image is not self._image:
            self._listener.listen_to(image)
            self._fill()
        else:
            self._show_origin()

    def apply(self, viewer: ViewerModel) -> VoxelSize | None:
        """Set the typed size on the layer and on those with the same calibration.

        Returns (Z, Y, X) of the image in um; None if unknown. Raises ValueError if only some of the edges
        were typed.
        """
        size = self.size
        if self._image is not None and size is not None and self._is_typed:
            if min(size) == 0:
                raise ValueError("voxel size: incomplete; type Z, Y and X in µm")
            if (folder := _folder(self._image)) is not None:
                self._typed_before[folder] = size
            set_voxel_size(viewer, self._image, size)
        return voxel_size_of(self._image) if self._image is not None else None

    @property
    def size(self) -> VoxelSize | None:
        """(Z, Y, X) that a run would use, in um; None if unknown."""
        if self._image is None or not self._is_typed:
            return voxel_size_of(self._image) if self._image is not None else None
        z, y, x = (edge.value for edge in self.edges)
        return (z if _has_z(self._image) else 1.0), y, x

    @property
    def _image(self) -> Image | None:
        image: Image | None = self._listener.layer
        return image

    def _fill(self, *_: object) -> None:
        image = self._image
        known = voxel_size_of(image) if image is not None else None
        found = voxel_size_in_file(image) if image is not None and not known else None
        before = self._typed_before.get(_folder(image) or Path()) if image is not None else None
        for edge, value in zip(self.edges, known or found or before or (0, 0, 0), strict=True):
            with edge.changed.blocked():
                edge.value = value
        self.enabled = image is not None
        self.edges[0].enabled = image is None or _has_z(image)
        self._is_typed = not known and bool(found or before)  # for Run to set
        self._origin = "from the layer" if known else _IN_FILE if found else _OF_FOLDER if before else ""
        self._show_origin()

    def _on_typed(self) -> None:
        self._is_typed = any(edge.value > 0 for edge in self.edges)
        self._origin = _TYPED if self._is_typed else ""
        self._show_origin()

    def _show_origin(self) -> None:
        text = self._origin
        if not text and self._image is not None and self._spec is not None:
            size = self._spec.default_pixel_size(shape_of(self._image)[2:])
            text = f"unknown: Run assumes {size:.4g} µm along each axis; type it if you know it"
        self.note.value = text


def _edge(axis: str) -> Any:
    edge = FloatSpinBox(
        min=0,
        max=1000,
        step=0.01,
        tooltip=f"Voxel size along {axis}. Models need it to find objects of the right size.",
    )
    native = edge.native
    native.setObjectName(f"voxel_{axis.lower()}")
    native.setDecimals(4)
    native.setSpecialValueText("?")
    native.setKeyboardTracking(False)
    native.setMinimumWidth(58)  # room for 0.2730; Qt would reserve three times as much, for 1000.0000
    native.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    native.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    return edge


def _has_z(image: Image) -> bool:
    return shape_of(image)[1] > 1 or image.ndim == 4


def _folder(image: Image) -> Path | None:
    """Folder of an image, if known."""
    path = image.source.path or notes_of(image).get("source")
    return Path(path).parent if path else None
