"""Load state dicts (``.pt``, ``.pth``); tensor names and shapes identify the network."""

from __future__ import annotations

import io
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.io.core.border import reason_of
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.models.other_tools.foreign import ForeignFile, image_outputs
from napari_devolearn.models.spec import Architecture, ModelSpec
from napari_devolearn.models.weights import check_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

_SIGNATURES: dict[str, tuple[Architecture, str]] = {
    "decoder.p5.weight": ("fpn", "segmentation_head.0.weight"),
    "decoder.blocks.0.conv1.0.weight": ("unet", "segmentation_head.0.weight"),
    "head.weight": ("resnet", "head.weight"),
}
"""A tensor that only one architecture has, that architecture, and its last weights."""

_WRAPPERS = ("module.", "model.", "_orig_mod.")  # prefixes of DataParallel, Lightning and torch.compile
_PICKLES = (b"PK", b"\x80")  # a zip file of torch.save, and a plain pickle


def load_state_dict(file: ForeignFile) -> tuple[ModelSpec, nn.Module]:
    """Build the network of a state dict, and load its weights.

    Intensities are divided by 255, as in DevoLearn, unless the sidecar file specifies something else.

    Returns the spec, and the network in evaluation mode, float32, on the CPU.
    Raises WeightsError if the file is damaged, holds pickled objects, NaN or infinity, or weights of an
    unknown network.
    """
    from napari_devolearn.models.networks.build import build_network

    weights = _as_encoder_head(_read(file))
    spec = _guess(file, weights)
    network = build_network(spec)
    network.load_state_dict(weights, strict=False)  # strict except for batch counters; checked by _fits
    check_weights(network, file.path)
    return spec, network.eval()


def _read(file: ForeignFile) -> dict[str, Tensor]:
    import torch

    try:
        loaded = torch.load(io.BytesIO(file.content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if file.content.startswith(_PICKLES):
            raise WeightsError(
                f"{file.path}: holds pickled objects, which are not loaded because loading could run code; "
                "if you trust the file, save its state_dict as docs/reference/models-devolearn.md shows"
            ) from error
        raise WeightsError(f"{file.path}: not a PyTorch file; check the path") from error
    except Exception as error:
        raise WeightsError(f"{file.path}: damaged ({reason_of(error)}); download it again") from error
    return _unwrap(file, loaded)


def _unwrap(file: ForeignFile, loaded: Any) -> dict[str, Tensor]:
    import torch

    for key in ("state_dict", "model_state_dict"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
    if not isinstance(loaded, dict) or not all(isinstance(value, torch.Tensor) for value in loaded.values()):
        raise WeightsError(f"{file.path}: not a state dict; save only network.state_dict()")
    weights: dict[str, Tensor] = dict(loaded)
    for prefix in _WRAPPERS:
        if all(key.startswith(prefix) for key in weights):
            weights = {key.removeprefix(prefix): tensor for key, tensor in weights.items()}
    return weights


def _as_encoder_head(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the weights of a torchvision ResNet to our names; only the last layer differs."""
    if not {"conv1.weight", "layer1.0.conv1.weight", "fc.weight"}.issubset(weights):
        return weights
    return {
        key.replace("fc.", "head.") if key.startswith("fc.") else f"encoder.{key}": tensor
        for key, tensor in weights.items()
    }


def _guess(file: ForeignFile, weights: dict[str, Tensor]) -> ModelSpec:
    from napari_devolearn.models.networks.build import ENCODERS

    general = _guess_all_but_encoder(file, weights)
    encoders = (general.encoder,) if "encoder" in file.stated else ENCODERS  # DevoLearn's is the first
    for encoder in encoders:
        spec = replace(general, encoder=encoder)
        if _fits(spec, weights):
            return spec
    raise WeightsError(
        f"{file.path}: an {general.architecture} with none of the encoders {', '.join(encoders)}; "
        f'give its encoder in {file.path.stem}.json, for example {{"encoder": "resnet101"}}'
    )


def _guess_all_but_encoder(file: ForeignFile, weights: dict[str, Tensor]) -> ModelSpec:
    found = next((names for key, names in _SIGNATURES.items() if key in weights), None)
    first = next((w for key, w in weights.items() if key.startswith("encoder.") and w.ndim == 4), None)
    if found is None or first is None or found[1] not in weights:
        raise WeightsError(
            f"{file.path}: not the state dict of an FPN or U-Net of segmentation-models-pytorch, or of a "
            "ResNet that counts lineages; export the network as ONNX instead"
        )
    architecture, head = found
    outputs = len(weights[head])
    counts = architecture == "resnet"
    if counts and outputs != len(FOUNDERS):
        raise WeightsError(
            f"{file.path}: a ResNet with {outputs} outputs; give a ResNet that counts {len(FOUNDERS)} "
            "lineages"
        )
    return file.spec(
        task="lineage" if counts else file.task,
        architecture=architecture,
        in_channels=first.shape[1],
        outputs=FOUNDERS if counts else image_outputs(outputs),
        normalisation="divide-255",
    )


def _fits(spec: ModelSpec, weights: dict[str, Tensor]) -> bool:
    import torch

    from napari_devolearn.models.networks.build import build_network

    with torch.device("meta"):  # shapes only: no memory is allocated
        network = build_network(spec)
    return _shapes(network.state_dict()) == _shapes(weights)


def _shapes(weights: dict[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(w.shape) for key, w in weights.items() if not key.endswith("num_batches_tracked")}
