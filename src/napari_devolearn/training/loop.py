"""One training run as a generator: it yields a report after each epoch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from napari_devolearn.inference.normalise import normalise
from napari_devolearn.training.augment import augmentation
from napari_devolearn.training.losses import dice_bce
from napari_devolearn.training.slices import Slice


@dataclass(frozen=True, kw_only=True)
class TrainParams:
    """How long and how fast to train.

    Parameters
    ----------
    epochs : int
    batch : int
        Slices a step.
    crop : int
        Edge of the square crops, in pixels, a multiple of 32.
    learning_rate : float
        Peak of the one-cycle schedule.
    seed : int
    """

    epochs: int = 45
    batch: int = 16
    crop: int = 256
    learning_rate: float = 3e-3
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.epochs, self.batch) < 1 or self.crop < 32 or self.crop % 32 or self.learning_rate <= 0:
            raise ValueError(
                f"{self}: epochs and batch must be at least 1, crop a multiple of 32, learning_rate above 0"
            )


@dataclass(frozen=True, kw_only=True)
class EpochReport:
    """What one epoch cost and gave; ``iou`` is pooled over the held-out slices at threshold 0.5."""

    epoch: int
    loss: float
    iou: float
    seconds: float


def iter_train(
    network: nn.Module,
    train: list[Slice],
    held_out: list[Slice],
    params: TrainParams,
    percentiles: tuple[float, float],
    device: str = "cpu",
) -> Iterator[EpochReport]:
    """Train a network in place, one epoch a step.

    Parameters
    ----------
    network : torch.nn.Module
        (N, 1, Y, X) to logits (N, 1, Y, X).
    train, held_out : list of Slice
    params : TrainParams
    percentiles : tuple of float
        Of the normalisation, as in the model's spec.
    device : str

    Yields
    ------
    EpochReport
    """
    torch.manual_seed(params.seed)
    network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), lr=params.learning_rate, weight_decay=0.01)
    steps = -(-len(train) // params.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, params.learning_rate, epochs=params.epochs, steps_per_epoch=steps
    )
    rng, change = np.random.default_rng(params.seed), augmentation(params.crop, params.seed)
    for epoch in range(params.epochs):
        start, losses = time.monotonic(), []
        network.train()
        for chosen in np.array_split(rng.permutation(len(train)), steps):
            image, mask = _batch([_augmented(train[i], change, percentiles) for i in chosen], device)
            with torch.autocast(torch.device(device).type, torch.bfloat16):
                logits = network(image)
            loss = dice_bce(logits.float(), mask)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        yield EpochReport(
            epoch=epoch,
            loss=float(np.mean(losses)),
            iou=pooled_iou(network, held_out, percentiles, device),
            seconds=time.monotonic() - start,
        )


@torch.inference_mode()
def pooled_iou(
    network: nn.Module, slices: list[Slice], percentiles: tuple[float, float], device: str = "cpu"
) -> float:
    """Intersection over union of the foreground, pooled over slices, at threshold 0.5.

    Parameters
    ----------
    network : torch.nn.Module
    slices : list of Slice
    percentiles : tuple of float
    device : str

    Returns
    -------
    float
        NaN without slices.
    """
    network.eval()
    overlap = union = 0
    for one in slices:
        height, width = one.mask.shape
        plane = np.pad(normalise(one.image, percentiles), ((0, -height % 32), (0, -width % 32)))
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            logits = network(torch.from_numpy(plane)[None, None].to(device))
        predicted = (logits[0, 0, :height, :width].float() > 0).cpu().numpy()
        overlap += int((predicted & (one.mask > 0)).sum())
        union += int((predicted | (one.mask > 0)).sum())
    return overlap / union if union else float("nan")


def _augmented(one: Slice, change: object, percentiles: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    changed = change(image=one.image / 255, mask=one.mask)  # type: ignore[operator]
    return normalise(changed["image"], percentiles), changed["mask"]


def _batch(pairs: list[tuple[np.ndarray, np.ndarray]], device: str) -> tuple[Tensor, Tensor]:
    images, masks = (torch.from_numpy(np.stack(part))[:, None] for part in zip(*pairs, strict=True))
    return images.to(device, memory_format=torch.channels_last), masks.to(device, torch.float32)
