"""Hyperparameter search as a generator: short trials on a subset of the data, with a report after each."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from napari_devolearn.exceptions import TrainingError, refuse
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.training.data.batches import Pair, check_data
from napari_devolearn.training.data.dataset import PairsDataset
from napari_devolearn.training.data.pairs import INDEX
from napari_devolearn.training.fit.loop import iter_train
from napari_devolearn.training.run.config import write_config
from napari_devolearn.training.run.recipe import Recipe
from napari_devolearn.training.tune.study import PROBLEM, TrialReport, draw_history, open_study, read_trials

if TYPE_CHECKING:
    from optuna import Study

BEST, HISTORY = "best.json", "history.png"
_LEFT_OUT = frozenset(("name", "epochs", "seed", "workers", "learning_rate", "batch"))
"""Options of a run that do not affect the comparison, or that each run or trial has for itself."""


@dataclass(frozen=True, kw_only=True)
class TuneParams:
    """Parameters of a hyperparameter search.

    `trials`: number of trials to add to the study.
    `epochs`: epochs per trial.
    `fraction`: of the volumes that each trial uses for training and evaluation.
    `learning_rate`: minimum and maximum, on a logarithmic scale.
    `batch`: minimum and maximum, in steps of the minimum.
    Raises ParameterError if a value is invalid; the message lists every problem.
    """

    trials: int = 20
    epochs: int = 4
    fraction: float = 0.1
    learning_rate: tuple[float, float] = (0.5e-3, 20e-3)
    batch: tuple[int, int] = (8, 64)

    def __post_init__(self) -> None:
        (slow, fast), (few, many) = self.learning_rate, self.batch
        checks = (
            (self.trials < 1, f"trials {self.trials} is below 1"),
            (self.epochs < 1, f"epochs {self.epochs} is below 1"),
            (not 0 < self.fraction <= 1, f"fraction {self.fraction} is not above 0 up to 1"),
            (not 0 < slow <= fast < 1, f"learning_rate {self.learning_rate} is not ascending within 0 to 1"),
            (not 1 <= few <= many, f"batch {self.batch} is not ascending from 1"),
        )
        refuse("TuneParams", checks)


def iter_tune(
    recipe: Recipe, data: Path, folder: Path, params: TuneParams | None = None, *, device: str = "cpu"
) -> Generator[TrialReport, None, None]:
    """Find the learning rate and batch size that learn fastest, one trial per step.

    After each trial, `folder` contains ``study.journal``, ``history.png`` and, once a trial has succeeded,
    ``best.json``. An existing study is continued; several machines can work on it at once. A trial that
    fails, for example for lack of memory, is recorded, and the next one starts. Yields this process's trials.

    `recipe`: of prepared pairs; only its epochs, learning rate and batch size are changed.
    `data`: a prepared folder.
    `device`: ``"cpu"``, ``"cuda:N"`` or ``"mps"``.
    Raises TrainingError if nothing can be learnt from the data, or the study has other data or options.
    Raises OutputError if a file cannot be written.
    """
    params = params or TuneParams()
    train, held_out = (Subset(items, params.fraction) for items in recipe.datasets(data, recipe.params))
    check_data(train, held_out)
    shared = {name: value for name, value in recipe.choices.items() if name not in _LEFT_OUT}
    digest = hashlib.sha256((data / INDEX).read_bytes()).hexdigest()  # identical on all machines
    fixed_options = {**shared, "data": digest, "epochs": params.epochs, "fraction": params.fraction}
    study = open_study(folder, fixed_options)
    for _ in range(params.trials):
        number = _run_trial(study, recipe, params, (train, held_out), device)
        reports = read_trials(study)
        draw_history(folder / HISTORY, reports)
        if best := next((report for report in reversed(reports) if report.best), None):
            found = {"learning_rate": best.learning_rate, "batch": best.batch}
            write_config(folder / BEST, shared | found)
        yield next(report for report in reports if report.number == number)


class Subset(torch.utils.data.Subset[Pair]):
    """Items of whole volumes, evenly distributed over prepared data: slices of one time point are similar.

    A tenth of a movie then contains early and late time points, each with all slices::

        volume  0 1 2 3 4 5 6 7 8 9        fraction 0.2 keeps
                . . x . . . . x . .

    `fraction`: of the volumes, above 0 up to 1; at least one is kept.
    Raises TrainingError for other data.
    """

    def __init__(self, data: Any, fraction: float) -> None:
        if not isinstance(data, PairsDataset):
            raise TrainingError(
                "tune: needs prepared data, not a recipe; give a folder written by 'napari-devolearn prepare'"
            )
        volumes = sorted({pair.volume for pair in data.pairs})
        count = max(1, round(fraction * len(volumes))) if volumes else 0
        middles = (np.arange(count) + 0.5) * len(volumes) / max(count, 1)
        kept = {volumes[int(middle)] for middle in middles}
        kept_pairs = [i for i, pair in enumerate(data.pairs) if pair.volume in kept]
        super().__init__(data, kept_pairs)  # type: ignore[arg-type]

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch, which determines the randomness of the next items."""
        self.dataset.set_epoch(epoch)  # type: ignore[attr-defined]


def _run_trial(
    study: Study, recipe: Recipe, params: TuneParams, data: tuple[Subset, Subset], device: str
) -> int:
    """Run one trial, and return its number."""
    from optuna.trial import TrialState

    trial = study.ask()
    low, high = params.batch
    tried = replace(
        recipe.params,
        epochs=params.epochs,
        learning_rate=trial.suggest_float("learning_rate", *params.learning_rate, log=True),
        batch=trial.suggest_int("batch", low, high - high % low, step=low),
    )
    scores: list[float] = []
    state = TrialState.FAIL
    try:
        torch.manual_seed(tried.seed)
        network = build_network(recipe.spec)
        with closing(iter_train(network, *data, recipe.objective, tried, device=device)) as reports:
            for report in reports:
                scores.append(report.score)
                trial.report(report.score, report.epoch - 1)
                if report.epoch < tried.epochs and trial.should_prune():
                    state = TrialState.PRUNED  # worse than half of the earlier trials
                    break
            else:
                state = TrialState.COMPLETE
    except (TrainingError, MemoryError, torch.OutOfMemoryError) as error:
        trial.set_user_attr(PROBLEM, str(error) or "memory ran out")
    finally:  # a trial ended by Ctrl-C has failed too
        study.tell(trial, max(scores) if state == TrialState.COMPLETE else None, state)
    return trial.number
