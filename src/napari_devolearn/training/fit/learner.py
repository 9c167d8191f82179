"""Optimiser steps with mixed precision, weight averaging, and batches that fit into memory."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR, ReduceLROnPlateau

from napari_devolearn.exceptions import TrainingError, warn_caller
from napari_devolearn.training.fit.objective import Objective
from napari_devolearn.training.fit.outputs import autocast, needs_scaling
from napari_devolearn.training.fit.params import TrainParams

_PLATEAU_FACTOR, _PLATEAU_EPOCHS = 1 / 3, 4
_SLOW = 0.1  # share of the learning rate for the rest of an encoder whose first layers are frozen
_FIRST_LAYERS = ("conv1", "bn1", "layer1")  # of a ResNet


class Learner:
    """Trains a copy of a network; the average of its weights is stored in the network.

    `network`: gets the averaged weights; stays in evaluation mode.
    `steps`: steps per epoch.
    Attribute `batch`: number of images in a forward pass; halved each time that memory runs out.
    """

    def __init__(
        self, network: nn.Module, objective: Objective, params: TrainParams, steps: int, device: str
    ) -> None:
        self.network = network.eval().to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.batch = params.batch
        self._device, self._objective, self._ema = device, objective, params.ema
        self._copy = copy.deepcopy(self.network).train()
        if params.freeze:
            _freeze(self._copy)
        self._optimiser = torch.optim.AdamW(
            _groups(self._copy, params), lr=params.learning_rate, weight_decay=params.weight_decay
        )
        self._scaler = torch.amp.GradScaler(enabled=needs_scaling(device))
        highest = [group["lr"] for group in self._optimiser.param_groups]
        self._schedule: OneCycleLR | ReduceLROnPlateau = (
            OneCycleLR(self._optimiser, highest, total_steps=params.epochs * steps)
            if params.schedule == "one-cycle"
            else ReduceLROnPlateau(self._optimiser, "max", _PLATEAU_FACTOR, _PLATEAU_EPOCHS)
        )
        self._steps = 0

    @property
    def learning_rate(self) -> float:
        """Learning rate of the next step, the highest of all layers."""
        return float(self._optimiser.param_groups[0]["lr"])

    def step(self, image: Tensor, target: Tensor) -> float:
        """Train on one batch, in several parts if necessary for memory; returns the loss.

        `image, target`: (N, C, Y, X) and (N, K, Y, X) or (N, K).
        Raises TrainingError if the loss is not finite, or memory is too small for one image.
        """
        while (loss := self._gradients(image, target)) is None:
            self._halve_batch()
        if not math.isfinite(loss):
            raise TrainingError(
                f"step {self._steps + 1}: the loss is {loss}; choose a lower learning rate than "
                f"{self.learning_rate:.2g}, or check the images for NaN"
            )
        self._scaler.step(self._optimiser)
        self._scaler.update()
        if isinstance(self._schedule, OneCycleLR):
            self._schedule.step()
        self._steps += 1
        # the average follows quickly at first, as in Adam, because the initial weights are random
        self._average(min(self._ema, self._steps / (10 + self._steps)))
        return loss

    def step_scheduler(self, score: float) -> None:
        """Pass the epoch's score to a plateau schedule."""
        if isinstance(self._schedule, ReduceLROnPlateau):
            self._schedule.step(score)

    def state_dict(self) -> dict[str, Any]:
        """The complete state of the training."""
        state = {name: part.state_dict() for name, part in self._parts().items()}
        return state | {"batch": self.batch, "steps": self._steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state from `state_dict`."""
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.batch, self._steps = state["batch"], state["steps"]

    def _parts(self) -> dict[str, Any]:
        return {
            "network": self.network,
            "copy": self._copy,
            "optimiser": self._optimiser,
            "schedule": self._schedule,
            "scaler": self._scaler,
        }

    def _gradients(self, image: Tensor, target: Tensor) -> float | None:
        """Loss of the whole batch, with gradients; None if memory ran out."""
        self._optimiser.zero_grad()
        total = 0.0
        try:
            for part, truth in zip(image.split(self.batch), target.split(self.batch), strict=True):
                with autocast(self._device):
                    output = self._copy(part)
                loss = self._objective.loss(output.float(), truth) * (len(part) / len(image))
                self._scaler.scale(loss).backward()
                total += loss.item()
        except torch.OutOfMemoryError:
            return None
        return total

    def _halve_batch(self) -> None:
        if self.batch == 1:
            raise TrainingError(
                f"{self._device}: not enough memory for one image; choose a smaller crop or encoder, or "
                "another device"
            )
        self._optimiser.zero_grad()
        if self._device.startswith("cuda"):
            torch.cuda.empty_cache()
        self.batch = -(-self.batch // 2)
        warn_caller(
            f"{self._device}: memory ran out; continuing with half as many images at once ({self.batch})"
        )

    @torch.no_grad()
    def _average(self, decay: float) -> None:
        """Move the network's weights towards those of the copy."""
        pairs = zip(self.network.state_dict().values(), self._copy.state_dict().values(), strict=True)
        for kept, new in pairs:
            if decay and kept.is_floating_point():
                kept.lerp_(new, 1 - decay)
            else:
                kept.copy_(new)


def _groups(network: nn.Module, params: TrainParams) -> list[dict[str, Any]]:
    """What is trained, and at which learning rate where it is not that of the parameters."""
    encoder = getattr(network, "encoder", None)
    slow = set(encoder.parameters()) if params.freeze and isinstance(encoder, nn.Module) else set()
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = (
        {"params": [parameter for parameter in trained if parameter not in slow]},
        {"params": [one for one in trained if one in slow], "lr": params.learning_rate * _SLOW},
    )
    return [group for group in groups if group["params"]]


def _freeze(network: nn.Module) -> None:
    """Keep the first layers, and the mean and variance that batch norms subtract and divide by."""
    encoder = getattr(network, "encoder", None)
    for name in _FIRST_LAYERS:
        if isinstance(layer := getattr(encoder, name, None), nn.Module):
            layer.requires_grad_(False)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
