from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from helpers.drawn.discs import Discs, Empty, tiny_network
from napari_devolearn.exceptions import TrainingError
from napari_devolearn.training.fit.loop import iter_train
from napari_devolearn.training.fit.objective import SegmentObjective
from napari_devolearn.training.fit.outputs import open_outputs
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.fit.report import EpochReport

PARAMS = TrainParams(epochs=4, batch=2, crop=32, learning_rate=0.05, ema=0.9)


def start(params: TrainParams = PARAMS, seed: int = 0, **options: Any) -> tuple[nn.Module, Any]:
    network = tiny_network(seed=seed)
    held_out = Discs(3, (40, 24))
    return network, iter_train(network, Discs(), held_out, SegmentObjective(), params, **options)


def curve(reports: Iterable[EpochReport]) -> list[EpochReport]:
    return [dataclasses.replace(report, seconds=0.0) for report in reports]


@pytest.mark.parametrize("schedule", ["one-cycle", "plateau"])
def test_a_killed_run_resumes_with_the_same_curve_and_weights(tmp_path: Path, schedule: Any) -> None:
    params = dataclasses.replace(PARAMS, schedule=schedule)
    unbroken, run = start(params)
    whole = curve(run)
    _, run = start(params, checkpoint=tmp_path / "checkpoint.pt")
    list(islice(run, 2))
    resumed, run = start(params, seed=1, checkpoint=tmp_path / "checkpoint.pt")
    assert curve(run) == whole
    assert len(whole) == 4
    torch.testing.assert_close(resumed.state_dict(), unbroken.state_dict(), rtol=0, atol=0)


def test_discs_are_learnt_and_the_best_epoch_is_kept() -> None:
    network, run = start(dataclasses.replace(PARAMS, epochs=12, ema=0.0))
    reports = list(run)
    best = max(report.scores["iou"] for report in reports)
    assert best > 0.7
    assert [report for report in reports if report.best][-1].score == best
    with open_outputs(network, Discs(3, (40, 24))) as outputs:
        again = SegmentObjective().measure(outputs)
    assert again == reports[[report.score for report in reports].index(best)].scores


def test_patience_stops_the_run() -> None:
    class Worse(SegmentObjective):
        def measure(self, pairs: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
            list(pairs)
            return {"score": 0.5}

    params = dataclasses.replace(PARAMS, epochs=9, patience=3)
    reports = list(iter_train(tiny_network(), Discs(), Discs(), Worse(), params))
    assert [report.best for report in reports] == [True, False, False, False]


def test_a_checkpoint_of_other_parameters_lists_them(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    next(start(checkpoint=path)[1])
    with pytest.raises(TrainingError, match=r"started with batch 2, not 3, seed 0, not 1; use the same"):
        next(start(dataclasses.replace(PARAMS, batch=3, seed=1), checkpoint=path)[1])


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    next(start(checkpoint=path)[1])
    other = iter_train(
        tiny_network(2), Discs(channels=2), Discs(channels=2), SegmentObjective(), PARAMS, checkpoint=path
    )
    with pytest.raises(TrainingError, match="to another network"):
        next(other)


def test_masks_that_are_all_empty_are_refused_before_any_step() -> None:
    for train, held_out, name in ((Empty(), Discs(), "training"), (Discs(), Empty(), "held-out")):
        with pytest.raises(TrainingError, match=f"{name} data: all 5 masks are empty"):
            next(iter_train(tiny_network(), train, held_out, SegmentObjective(), PARAMS))


def test_each_step_is_reported() -> None:
    told: list[tuple[int, int]] = []
    list(start(after_step=lambda done, total: told.append((done, total)))[1])
    assert [step for step in told if step != (0, 0)] == [(done, 12) for done in range(1, 13)]
    assert told[-1] == (0, 0)  # a scored image


def test_weights_are_mixed_if_the_best_epoch_loses_too_much_on_old_images() -> None:
    class Forgetting(SegmentObjective):
        """Scores of the initial weights, of the only epoch, and of mixtures with 0.8 to 0.2 of it."""

        def measure(self, pairs: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
            list(pairs)
            iou, kept = next(scores)
            return {"iou": iou, "kept": kept}

    scores = iter([(0.1, 1.0), (0.8, 0.2), (0.7, 0.7), (0.6, 0.97), (0.3, 0.99), (0.2, 1.0)])
    network = tiny_network()
    start = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    run = iter_train(
        network, Discs(), Discs(), Forgetting(), TrainParams(epochs=1, batch=5, crop=32), score_start=True
    )
    found = [(row, {name: tensor.clone() for name, tensor in network.state_dict().items()}) for row in run]
    (_, _), (epoch, learnt), (mixture, mixed) = found
    assert (epoch.best, epoch.share) == (
        False,
        1.0,
    )  # worse than the initial weights, because of the lost accuracy
    assert (mixture.best, mixture.share, mixture.scores["iou"]) == (True, 0.6, 0.6)
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(tensor, mixed[name], rtol=0, atol=0)
        if tensor.is_floating_point():
            torch.testing.assert_close(tensor, start[name].lerp(learnt[name], 0.6))
