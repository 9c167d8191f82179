"""TorchBackend: a network in torch, with folded batch norms and channels last."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from threading import Lock
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from napari_devolearn.inference.backends.by_tiles import predict_by_tiles
from napari_devolearn.inference.inputs.tiles import Tile

TRACING = Lock()
"""Held while torch traces a network: its record of modules is global. A run or an export may start while a
cancelled run is still loading its model."""

_PROBED = 64  # pixels of the test image: enough for a stride of 32
_CLOSE = 1e-3  # of the largest logit: rounding errors are far smaller


class TorchBackend:
    """A network on a device.

    `network`: in evaluation mode.
    `dtype`: number type of weights and activations.
    """

    def __init__(self, network: nn.Module, device: str, dtype: torch.dtype) -> None:
        self.name = f"{str(dtype).removeprefix('torch.')} on {device.partition(':')[0]}"
        self._device, self._dtype = device, dtype
        to: Any = network.to
        self._network: nn.Module = to(device=device, dtype=dtype, memory_format=torch.channels_last)

    def __call__(self, batch: Tensor) -> Tensor:
        """Images (N, C, Y, X) to logits (N, outputs, Y, X), both float32."""
        images = batch.to(self._device, self._dtype, memory_format=torch.channels_last)
        with torch.inference_mode():
            logits: Tensor = self._network(images)
            return logits.float()

    def by_tiles(self, planes: Tensor, tiles: Sequence[Tile]) -> Tensor:
        """The same for large planes, tile by tile."""
        with torch.inference_mode():
            return predict_by_tiles(self, self._network, planes, tiles)


def fold_batch_norms(network: nn.Module) -> nn.Module:
    """Fold each batch norm that follows a convolution into the convolution's weights.

    This saves a pass over each feature map; results differ only by rounding. The pairs are found by running
    the network, so that any encoder works. If the folded network gives another output, the network is left
    unchanged.

    `network`: in evaluation mode, on the CPU; changed in place.
    """
    first = next((module for module in network.modules() if isinstance(module, nn.Conv2d)), None)
    if first is None:
        return network
    image = torch.rand(1, first.in_channels, _PROBED, _PROBED, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = network(image)
    pairs = _following(network, image)
    kept = {name: network.get_submodule(name) for pair in pairs for name in pair}
    for conv, norm in pairs:
        network.set_submodule(conv, fuse_conv_bn_eval(kept[conv], kept[norm]))  # type: ignore[type-var, arg-type]
        network.set_submodule(norm, nn.Identity())
    with torch.inference_mode():
        given = network(image)
    if (given - expected).abs().max() > _CLOSE * expected.abs().max():
        for name, module in kept.items():
            network.set_submodule(name, module)
    return network


def _following(network: nn.Module, image: Tensor) -> list[tuple[str, str]]:
    """Names of (convolution, batch norm) pairs in which the norm takes the convolution's output."""
    made: dict[int, str] = {}
    alive: list[Tensor] = []  # keeps tensors alive, so that every id is unique
    pairs: list[tuple[str, str]] = []

    def note(name: str) -> Any:
        def hook(module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
            if isinstance(module, nn.Conv2d):
                made[id(output)] = name
                alive.append(output)
            elif type(module) is nn.BatchNorm2d and id(given[0]) in made:  # subclasses may do more
                pairs.append((made[id(given[0])], name))

        return hook

    with ExitStack() as hooks, torch.inference_mode():
        for name, module in network.named_modules():
            if isinstance(module, nn.Conv2d | nn.BatchNorm2d):
                hooks.enter_context(module.register_forward_hook(note(name)))
        network(image)
    names = [name for pair in pairs for name in pair]
    return [pair for pair in pairs if all(names.count(name) == 1 for name in pair)]
