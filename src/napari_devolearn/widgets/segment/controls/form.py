"""Controls of the Segment dock that need no code of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from magicgui.widgets import CheckBox, Container, PushButton, Widget

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.inference.params import SegmentParams, outputs_for
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.form.fields import Fields, choose_from
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.model_choice import ModelChoice
from napari_devolearn.widgets.segment.result_layer import add_probability
from napari_devolearn.widgets.segment.session import Session

if TYPE_CHECKING:
    from napari.components import ViewerModel

_TASKS = ("nucleus", "membrane", "neuron", "embryo")
_OUTPUTS = {
    "instances": "One label per object: in a volume in 3D, using the voxel size; in a slice in 2D.",
    "mask": "1 in all objects: nuclei, or the interiors of cells.",
    "membrane": "1 on the membranes between cells and around them.",
}
FIELDS: dict[str, dict[str, Any]] = {
    "threshold": {"label": "Threshold", "widget_type": "FloatSlider", "min": 0.01, "max": 0.99, "step": 0.01},
    "output": {"label": "Output"},
    "min_diameter": {"label": "Minimum diameter", "suffix": " µm", "min": 0.0, "max": 100.0, "step": 0.1},
}


class ShownBoxes(Container[Widget]):
    """How a result is shown: with or without its probability, as areas or outlines."""

    def __init__(self) -> None:
        self.probability = CheckBox(
            text="Probability layer", tooltip="Show the probability as an image layer, 0..255 for 0..1."
        )
        self.outlines = CheckBox(text="Outlines only", tooltip="Draw only the outline of each object.")
        super().__init__(widgets=[self.probability, self.outlines], layout="horizontal", labels=False)
        self.margins = (0, 0, 0, 0)

    def apply(self, viewer: ViewerModel, session: Session | None) -> None:
        """Show a session's result as chosen."""
        if session is None:
            return
        if self.probability.value and session.probability is None:
            source = session.source
            session.probability = add_probability(viewer, source.image, source.region, session.cache)
        elif not self.probability.value and session.probability is not None:
            viewer.layers.remove(session.probability)
        if session.result is not None:
            session.result.layer.contour = int(self.outlines.value)


def image_choice(viewer: ViewerModel) -> LayerChoice:
    """Make the choice of the image to segment."""
    from napari.layers import Image

    return LayerChoice(
        viewer,
        Image,
        label="Image",
        tooltip="The image layer to segment: a slice, a volume or a movie of volumes.",
    )


def region_choice(viewer: ViewerModel) -> LayerChoice:
    """Make the choice of the part of each slice to segment."""
    from napari.layers import Shapes

    return LayerChoice(
        viewer,
        Shapes,
        label="Region",
        tooltip="A Shapes layer: only the rectangle around its shapes is segmented, in each slice.",
        none="whole image",
    )


def model_choice() -> ModelChoice:
    """Make the choice of a model that gives masks."""
    return ModelChoice(
        _TASKS,
        "Models of a training (*.json)",
        _read_spec,
        tooltip="The segmentation model: an included one, or the .json of a trained one.",
    )


def inside_box() -> CheckBox:
    """Make the box that restricts a result to the embryo."""
    return CheckBox(
        text="Restrict to embryo",
        tooltip="Find the embryo first, and ignore everything outside it, such as debris.",
    )


def centroids_button() -> PushButton:
    """Make the button that measures the result."""
    return PushButton(
        text="Centroids…",
        tooltip="Measure centre and size of each object: as points, a table and a CSV file.",
    )


def offer_outputs(fields: Fields[SegmentParams], spec: ModelSpec) -> None:
    """Offer the outputs of a model."""
    outputs = outputs_for(spec.task)
    choose_from(
        fields["output"], [(output, output) for output in outputs], [_OUTPUTS[output] for output in outputs]
    )


def _read_spec(path: Path) -> ModelSpec:
    spec = find_model(path).spec
    if spec.task not in _TASKS:
        raise WeightsError(
            f"{path}: is a model for {spec.task!r}, which does not segment; choose another one"
        )
    return spec
