"""The choice of what to segment, and by which model."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from magicgui.widgets import CheckBox
from napari.layers import Image, Shapes
from napari.viewer import Viewer
from psygnal import Signal

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import ImageFormatError, ParameterError, WeightsError
from napari_devolearn.inference.params import SegmentParams, outputs_for
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.form.fields import Fields, choose_from
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.model_choice import ModelChoice
from napari_devolearn.widgets.common.layers import Listener, pixels_of, shape_of
from napari_devolearn.widgets.common.view import plane_in_view, region_of
from napari_devolearn.widgets.segment.controls.axes import AxesChoice
from napari_devolearn.widgets.segment.controls.scope_choice import ScopeChoice
from napari_devolearn.widgets.segment.controls.voxel_size import VoxelSizeBox
from napari_devolearn.widgets.segment.run import Request
from napari_devolearn.widgets.segment.segmentable import none_chosen, segmentable
from napari_devolearn.widgets.segment.session import OBJECTS, Source
from napari_devolearn.widgets.segment.sessions import Sessions

_TASKS = tuple(OBJECTS)
_OUTPUTS = {
    "instances": "One label per object: in a volume in 3D, using the voxel size; in a slice in 2D.",
    "mask": "1 in all objects: nuclei, or the interiors of cells.",
    "membrane": "1 on the membranes between cells and around them.",
}
_FIELDS: dict[str, dict[str, Any]] = {
    "threshold": {"label": "Threshold", "widget_type": "FloatSlider", "min": 0.01, "max": 0.99, "step": 0.01},
    "output": {"label": "Output"},
    "min_diameter": {"label": "Minimum diameter", "suffix": " µm", "min": 0.0, "max": 100.0, "step": 0.1},
}


class SourceChoice:
    """The image, its axes and voxel size, how much of it, the model, and the parameters that it allows."""

    changed = Signal()  # another source

    def __init__(self, viewer: Viewer, sessions: Sessions) -> None:
        self._viewer = viewer
        self.fields = Fields(SegmentParams, _FIELDS)
        what = "The image to segment: a slice, a volume or a movie of volumes."
        self.image = LayerChoice(viewer, Image, "Image", what)
        self.axes, self.voxel_size = AxesChoice(viewer, self.image), VoxelSizeBox(sessions.typed)
        self.scope = ScopeChoice()
        only = "A Shapes layer: only the rectangle around its shapes is segmented, in each slice."
        self.region = LayerChoice(viewer, Shapes, "Region", only, none="whole image")
        self._shapes = Listener(self._emit, "data")
        about = "The segmentation model: an included one, or the .json of a trained one."
        self.model = ModelChoice(_TASKS, "Models of a training (*.json)", _read_spec, tooltip=about)
        self.inside = CheckBox(
            text="Restrict to embryo",
            tooltip="Find the embryo first, and ignore everything outside it, such as debris.",
        )
        self.image.changed.connect(self._on_image)
        self.axes.changed.connect(self._on_image)
        self.model.changed.connect(self._on_model)
        self.region.changed.connect(self._shapes.listen_to)
        for control in (self.model, self.inside, self.voxel_size, self.region):
            control.changed.connect(self._emit)

    def check(self) -> None:
        """Raise DevolearnError without an image, or if no shape of the region lies on it."""
        if self.image.layer is None:
            raise ImageFormatError(none_chosen(self._viewer))
        self._source(self.image.layer, None)

    @property
    def source(self) -> Source | None:
        """The chosen source; None without an image, or if its region is outside it."""
        with suppress(ParameterError):  # of a region, which `check` raises
            if self.image.layer is not None:
                return self._source(self.image.layer, self.voxel_size.size)
        return None

    def request(self, frames: Sequence[int], device: str) -> Request:
        """Request to segment the chosen scope, or whole frames by their indices along T.

        The voxel size is set on the layers. Raises ValueError if the source cannot be segmented.
        """
        image = segmentable(self._viewer, self.image.layer, rgb=self.model.spec.takes_colours)
        whole = [(t, z) for t in frames for z in range(shape_of(image)[1])]
        planes = whole or self.scope.planes(self._viewer, image)
        return Request(
            source=self._source(image, self.voxel_size.apply(self._viewer)),
            device=device,
            params=self.fields.params,
            planes=planes,
            as_volumes=bool(frames) or self.scope.scope != "current slice",
            view=plane_in_view(self._viewer, image),
        )

    def adopt(self, source: Source, params: SegmentParams) -> None:
        """Choose the model and the parameters of an earlier run on the image."""
        self.model.restore_value(source.model)
        self.inside.value = source.inside
        self._offer_outputs()
        self.fields.set(params)

    def refresh(self) -> None:
        """Show the chosen image and model."""
        self._on_model()
        self._on_image()

    def release(self) -> None:
        """Disconnect from the layers."""
        self.voxel_size.show_image(None, self.model.spec)
        self._shapes.listen_to(None)

    def _source(self, image: Image, voxel_size: VoxelSize | None) -> Source:
        inside = bool(self.inside.enabled and self.inside.value)
        shapes = self.region.layer
        region = region_of(self._viewer, shapes, image) if shapes is not None else None
        return Source(image, pixels_of(image), voxel_size, str(self.model.value), inside, region)

    def _on_image(self) -> None:
        image = self.image.layer
        self.axes.show_image(image)
        self.voxel_size.show_image(image, self.model.spec)
        self.scope.show_image(image)
        self._emit()

    def _on_model(self) -> None:
        self._offer_outputs()
        self.inside.enabled = self.model.spec.task in ("nucleus", "membrane")
        self.voxel_size.show_image(self.image.layer, self.model.spec)

    def _offer_outputs(self) -> None:
        outputs: Sequence[str] = outputs_for(self.model.spec.task)
        choices = [(output, output) for output in outputs]
        choose_from(self.fields["output"], choices, [_OUTPUTS[output] for output in outputs])

    def _emit(self, *_: Any) -> None:
        self.changed.emit()


def _read_spec(path: Path) -> ModelSpec:
    spec = find_model(path).spec
    if spec.task not in _TASKS:
        raise WeightsError(
            f"{path}: is a model for {spec.task!r}, which does not segment; choose another one"
        )
    return spec
