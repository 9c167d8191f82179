"""Load a model by name or path onto a device."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, overload

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.inference.backends.backend import Backend
from napari_devolearn.inference.backends.device import resolve_device
from napari_devolearn.inference.counting.devolearn_lineage import DevolearnLineageModel
from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.embryo_mask import EmbryoMaskedModel
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.models.other_tools.formats import is_foreign, load_foreign
from napari_devolearn.models.ranges import read_ranges
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.weights import load_network

_IN_EMBRYO = ("nucleus", "membrane", "lineage")


# for the type checker any name except "lineage" is a segmentation model; at run time the spec decides
@overload
def load_model(  # type: ignore[overload-overlap]
    name: Literal["lineage"], device: str = "auto", *, restrict_to_embryo: bool = False
) -> LineageModel: ...


@overload
def load_model(name: str | Path, device: str = "auto", *, backend: Backend = "auto") -> Model: ...


@overload
def load_model(
    name: str | Path, device: str = "auto", *, backend: Backend = "auto", restrict_to_embryo: bool
) -> Model | EmbryoMaskedModel: ...


def load_model(
    name: str | Path, device: str = "auto", *, backend: Backend = "auto", restrict_to_embryo: bool = False
) -> Model | EmbryoMaskedModel | LineageModel:
    """Load a model with verified weights; torch is imported here.

    Parameters
    ----------
    name : str or Path
        A name such as ``"nucleus"``, the path of a spec (``.json``) from a training run, or the path of
        another tool's model: ONNX (``.onnx``) or a state dict (``.pt``, ``.pth``).
    device : str
        ``"auto"`` (the fastest), ``"cpu"``, ``"cuda:N"`` or ``"mps"``.
    backend : {"auto", "torch", "torch-bf16", "openvino", "openvino-int8"}
        How a segmentation model runs on a CPU: the fastest available, float32 in torch, bfloat16 in
        torch, OpenVINO in one of these types, or OpenVINO in 8-bit integers.
    restrict_to_embryo : bool
        Also find the embryo, with the model ``"embryo"``: nothing outside it is segmented or counted.

    Returns
    -------
    Model, EmbryoMaskedModel or LineageModel
        A LineageModel if the spec's task is ``"lineage"``: it counts cells and gives no masks. An
        EmbryoMaskedModel if another model is restricted to the embryo.

    Raises
    ------
    WeightsError
        If there is no such model or its weights are damaged.
    DeviceError
        If the machine has no such device.
    ParameterError
        If the model cannot be restricted to the embryo.
    """
    used = resolve_device(device)
    if is_foreign(name):
        (spec, network), ranges = load_foreign(Path(name)), None
    else:
        files = find_model(name)
        spec, network, ranges = files.spec, load_network(files), read_ranges(files)
    whole_frames = spec.task == "lineage" and spec.normalisation == "divide-255"  # DevoLearn's own
    if restrict_to_embryo and (whole_frames or spec.task not in _IN_EMBRYO):
        raise ParameterError(f"{name}: cannot be restricted to the embryo; leave that out")
    embryo = load_model("embryo", device, backend=backend) if restrict_to_embryo else None
    if whole_frames:
        return DevolearnLineageModel(spec, network, used)
    if spec.task == "lineage":
        return LineageModel(spec, network, used, embryo)
    # absolute, so that another process finds the same file
    place = str(Path(name).resolve()) if Path(name).suffix else str(name)
    model = Model(spec, network, used, backend, ranges, ModelSource(place, device, backend))
    return model if embryo is None else EmbryoMaskedModel(model, embryo)


def as_predictor(model: str | Path | Predictor) -> Predictor:
    """Return a model unchanged, or load it by its name or path."""
    return load_model(model) if isinstance(model, str | Path) else model


@dataclass(frozen=True)
class ModelSource:
    """The arguments of `load_model`, for loading the same model in another process."""

    name: str  # of a bundled model, or an absolute path
    device: str  # as requested: "auto" may be another device on another machine
    backend: Backend

    def load(self) -> Model:
        """Load the model in this process."""
        return load_model(self.name, self.device, backend=self.backend)
