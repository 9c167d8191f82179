"""Training loop as a generator that yields a report after each epoch."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.training.data.batches import Pair, TrainingData, check_data, load_batches, split_batches
from napari_devolearn.training.fit.checkpoint import read_checkpoint, write_checkpoint
from napari_devolearn.training.fit.learner import Learner
from napari_devolearn.training.fit.objective import Objective
from napari_devolearn.training.fit.outputs import open_outputs
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.fit.report import EpochReport

AfterStep = Callable[[int, int], object]
"""Gets the numbers of completed and all steps; 0 and 0 after a simulated or scored image. It may raise."""

_SHARES = (0.8, 0.6, 0.4, 0.2)  # of the way from the start of a fine-tuning to its best epoch


def iter_train(
    network: nn.Module,
    train: TrainingData,
    held_out: TrainingData,
    objective: Objective,
    params: TrainParams,
    *,
    device: str = "cpu",
    checkpoint: Path | None = None,
    score_start: bool = False,
    after_step: AfterStep | None = None,
) -> Generator[EpochReport, None, None]:
    """Train a network in place, one epoch per step.

    When a report is yielded, the network has the evaluated weights; after the last report, those of the best
    epoch. An interrupted run is resumed from its checkpoint: the reports of completed epochs are yielded
    again first (the network then has the best weights so far), and the result is that of an uninterrupted
    run.

    `network`: (N, C, Y, X) to logits (N, K, Y, X) or (N, K).
    `train, held_out`: held-out images pass through the network whole and alone, simulated ones in batches.
    `device`: ``"cpu"``, ``"cuda:N"`` or ``"mps"``.
    `checkpoint`: written after each epoch; if it exists, the run is resumed.
    `score_start`: also evaluate the initial weights, in a report of their own, and keep them if no epoch is
    better.
    `after_step`: see `AfterStep`.
    Raises TrainingError if nothing can be learnt from the data, the checkpoint is of another run, the loss is
    not finite, or the device's memory is too small for one image.
    Raises OutputError if the checkpoint cannot be written; the old one stays.
    """
    check_data(train, held_out)
    learner = Learner(network, objective, params, math.ceil(len(train) / params.batch), device)

    def measure() -> dict[str, float]:
        with open_outputs(network, held_out, params.workers, device) as outputs:
            scores = objective.measure(_ticking(outputs, after_step))
        return {name: float(score) for name, score in scores.items()}

    reports: list[EpochReport] = []
    best = learnt = initial = _snapshot(network)
    if checkpoint is not None and checkpoint.is_file():
        reports, best, learnt = _resume(checkpoint, learner, params)
        evaluated = _snapshot(network)
        network.load_state_dict(best)
        yield from reports
        network.load_state_dict(evaluated)
    first = 0 if score_start else 1
    while len(reports) <= params.epochs - first and not _has_stalled(reports, params.patience):
        start, epoch = time.monotonic(), first + len(reports)
        report = EpochReport(
            epoch=epoch,
            loss=_learn(learner, train, params, epoch - 1, device, after_step) if epoch else math.nan,
            scores=measure(),
            learning_rate=learner.learning_rate,
            seconds=time.monotonic() - start,
            batch=learner.batch,
        )
        if all(report.merit > row.merit for row in reports):
            report, best = dataclasses.replace(report, best=True), _snapshot(network)
        learner.step_scheduler(report.score)
        if epoch and all(report.merit > row.merit for row in reports[1:]):
            learnt = _snapshot(network)
        reports.append(report)
        if checkpoint is not None:
            rows = [dataclasses.asdict(row) for row in reports]
            state = {"learner": learner.state_dict(), "best": best, "learnt": learnt, "reports": rows}
            write_checkpoint(checkpoint, state, params)
        yield report
    if "kept" in reports[0].scores:
        best, mixed = _mix(network, initial, learnt, best, reports, measure)
        if mixed is not None:
            network.load_state_dict(best)
            yield mixed
    network.load_state_dict(best)


def _ticking(outputs: Iterator[Pair], after_step: AfterStep | None) -> Iterator[Pair]:
    for output in outputs:
        yield output
        if after_step is not None:
            after_step(0, 0)


def _learn(
    learner: Learner,
    train: TrainingData,
    params: TrainParams,
    epoch: int,
    device: str,
    after_step: AfterStep | None,
) -> float:
    train.set_epoch(epoch)
    # seeded for each epoch (dropout and others), so that a run can be resumed after any of them
    torch.manual_seed(params.seed * 100_003 + epoch)
    losses = []
    batches = split_batches(len(train), params.batch, params.seed, epoch)
    with load_batches(train, batches, params.workers, device) as loaded:
        for image, target in loaded:
            losses.append(learner.step(image, target))
            if after_step is not None:
                after_step(epoch * len(batches) + len(losses), params.epochs * len(batches))
    return float(np.mean(losses))


def _mix(
    network: nn.Module,
    initial: dict[str, Tensor],
    learnt: dict[str, Tensor],
    best: dict[str, Tensor],
    reports: list[EpochReport],
    measure: Callable[[], dict[str, float]],
) -> tuple[dict[str, Tensor], EpochReport | None]:
    """The best weights from the initial ones to those of the best epoch, and their report if they are new.

    A mixture often loses less of the new accuracy than it regains of the old. Source: Wortsman et al. 2022,
    Robust fine-tuning of zero-shot models, CVPR, 7949.
    """
    found: EpochReport | None = None
    highest = max(row.merit for row in reports)
    for share in _SHARES:
        mixed = {
            name: initial[name].lerp(tensor, share) if tensor.is_floating_point() else tensor
            for name, tensor in learnt.items()
        }
        network.load_state_dict(mixed)
        report = dataclasses.replace(reports[-1], scores=measure(), share=share, best=True)
        if report.merit > highest:
            found, highest, best = report, report.merit, mixed
    return best, found


def _resume(
    checkpoint: Path, learner: Learner, params: TrainParams
) -> tuple[list[EpochReport], dict[str, Tensor], dict[str, Tensor]]:
    state = read_checkpoint(checkpoint, params)
    try:
        learner.load_state_dict(state["learner"])
        return [EpochReport(**row) for row in state["reports"]], state["best"], state["learnt"]
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise TrainingError(
            f"{checkpoint}: belongs to another network ({str(error).splitlines()[0]}); use the same network, "
            "or choose a new folder"
        ) from error


def _has_stalled(reports: list[EpochReport], patience: int) -> bool:
    return bool(patience) and len(reports) > patience and not any(row.best for row in reports[-patience:])


def _snapshot(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}
