"""The voxel size of the chosen image: what its layer says, or what a person knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from napari_devolearn._types import VoxelSize
from napari_devolearn.widgets.common.calibration import set_voxel_size, voxel_size_in_file, voxel_size_of

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

_UNKNOWN = "unknown: in pixels; type it in"
_IN_FILE = "from the file; Run sets it on the layers"
_TYPED = "typed; Run sets it on the layers"


class VoxelBox(QWidget):
    """Z, Y and X in um, filled from the image layer and editable."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: Image | None = None
        self._typed = False
        self._edges = [QDoubleSpinBox(self) for _ in range(3)]
        row = QHBoxLayout()
        for axis, edge in zip("ZYX", self._edges, strict=True):
            edge.setObjectName(f"voxel_{axis.lower()}")
            edge.setToolTip(f"Edge of a voxel along {axis}, in µm. Objects are found at their true size.")
            edge.setDecimals(4)
            edge.setRange(0, 1000)
            edge.setSingleStep(0.01)
            edge.setSpecialValueText("?")
            edge.setKeyboardTracking(False)
            edge.setMinimumWidth(58)  # room for 0.2730; Qt would keep some for 1000.0000, three times
            edge.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            edge.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
            edge.valueChanged.connect(self._on_typed)
            row.addWidget(edge)
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self._note)
        self.show_image(None)

    def show_image(self, image: Image | None) -> None:
        """Show another image's voxel size, and follow it."""
        for name in ("scale", "units"):
            if self._image is not None:
                getattr(self._image.events, name).disconnect(self._fill)
            if image is not None:
                getattr(image.events, name).connect(self._fill)
        self._image = image
        self._fill()

    def apply(self, viewer: ViewerModel) -> VoxelSize | None:
        """Set what was typed on the layer and those calibrated like it.

        Parameters
        ----------
        viewer : napari.components.ViewerModel

        Returns
        -------
        tuple of float or None
            (Z, Y, X) of the image in um; None if unknown.

        Raises
        ------
        ValueError
            If only some of the edges were typed.
        """
        value = self.value
        if self._image is not None and value is not None and self._typed:
            if min(value) == 0:
                raise ValueError("voxel size: only some edges are given; type Z, Y and X in µm")
            set_voxel_size(viewer, self._image, value)
        return voxel_size_of(self._image) if self._image is not None else None

    @property
    def value(self) -> VoxelSize | None:
        """(Z, Y, X) that a run would take, in um; None if unknown."""
        if self._image is None or not self._typed:
            return voxel_size_of(self._image) if self._image is not None else None
        z, y, x = (edge.value() for edge in self._edges)
        return (z if self._image.ndim > 2 else 1.0), y, x

    def _fill(self) -> None:
        known = voxel_size_of(self._image) if self._image is not None else None
        found = voxel_size_in_file(self._image) if self._image is not None and not known else None
        for edge, value in zip(self._edges, known or found or (0, 0, 0), strict=True):
            edge.blockSignals(True)
            edge.setValue(value)
            edge.blockSignals(False)
        self.setEnabled(self._image is not None)
        self._edges[0].setEnabled(self._image is None or self._image.ndim > 2)
        self._typed = found is not None
        self._note.setText("from the layer" if known else _IN_FILE if found else _UNKNOWN)

    def _on_typed(self) -> None:
        self._typed = any(edge.value() > 0 for edge in self._edges)
        self._note.setText(_TYPED if self._typed else _UNKNOWN)
