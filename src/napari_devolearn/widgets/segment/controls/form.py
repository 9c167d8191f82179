"""The parameters, outputs and models that the Segment dock offers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.inference.params import SegmentParams, outputs_for
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.form.fields import Fields, choose_from
from napari_devolearn.widgets.common.form.model_choice import ModelChoice

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


def model_choice() -> ModelChoice:
    """Make the choice of a model that gives masks."""
    tooltip = "The segmentation model: an included one, or the .json of a trained one."
    return ModelChoice(_TASKS, "Models of a training (*.json)", _read_spec, tooltip=tooltip)


def offer_outputs(fields: Fields[SegmentParams], spec: ModelSpec) -> None:
    """Offer the outputs of a model."""
    outputs = outputs_for(spec.task)
    choices = [(output, output) for output in outputs]
    choose_from(fields["output"], choices, [_OUTPUTS[output] for output in outputs])


def _read_spec(path: Path) -> ModelSpec:
    spec = find_model(path).spec
    if spec.task not in _TASKS:
        raise WeightsError(
            f"{path}: is a model for {spec.task!r}, which does not segment; choose another one"
        )
    return spec
