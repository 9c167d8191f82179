"""Hyperparameter search as a generator: short trials on a subset of the data, with a report after each."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from napari_devolearn.exceptions import TrainingError, refuse
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.training.data.batches import check_data
from napari_devolearn.training.data.dataset import PairsDataset
from napari_devolearn.training.data.pairs import INDEX
from napari_devolearn.training.data.subset import Subset
from napari_devolearn.training.fit.loop import iter_train
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.config import SPEC_KEYS, write_config
from napari_devolearn.training.run.recipe import Recipe
from napari_devolearn.training.tune.history import draw_history
from napari_devolearn.training.tune.study import PROBLEM, TrialReport, open_study, read_trials

if TYPE_CHECKING:
    from optuna import Study, Trial

BEST, HISTORY = "best.json", "history.png"
_LEFT_OUT = frozenset(("name", "epochs", "seed", "workers"))
"""Options of a run that do not affect the comparison, or that each run has for itself."""


@dataclass(frozen=True, kw_only=True)
class TuneParams:
    """Parameters of a hyperparameter search.

    Parameters
    ----------
    trials : int
        Number of trials to add to the study.
    epochs : int
        Epochs per trial.
    fraction : float
        Fraction of the volumes that each trial uses for training and evaluation.
    learning_rate : tuple of float
        Minimum and maximum, on a logarithmic scale.
    batch : tuple of int
        Minimum and maximum, in steps of the minimum.

    Raises
    ------
    ParameterError
        If a value is invalid; the message lists every problem.
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
    train, held_out = (_subset(items, params.fraction) for items in recipe.datasets(data, recipe.params))
    check_data(train, held_out)
    shared = _shared_choices(recipe)
    fixed_options = {**shared, "data": _digest(data), "epochs": params.epochs, "fraction": params.fraction}
    study = open_study(folder, fixed_options)
    for _ in range(params.trials):
        number = _run_trial(study, recipe, params, (train, held_out), device)
        reports = read_trials(study)
        _write_products(folder, reports, shared)
        yield next(report for report in reports if report.number == number)


def _subset(items: Any, fraction: float) -> Subset:
    if not isinstance(items, PairsDataset):
        raise TrainingError(
            "tune: needs prepared data, not a recipe; give a folder written by 'napari-devolearn prepare'"
        )
    return Subset(items, fraction)


def _digest(data: Path) -> str:
    """SHA-256 of the index, identical on all machines."""
    return hashlib.sha256((data / INDEX).read_bytes()).hexdigest()


def _shared_choices(recipe: Recipe) -> dict[str, Any]:
    spec = dataclasses.asdict(recipe.spec)
    chosen = {name: spec[name] for name in spec if name in SPEC_KEYS} | dataclasses.asdict(recipe.params)
    return {
        name: value for name, value in chosen.items() if name not in _LEFT_OUT | {"learning_rate", "batch"}
    }


def _run_trial(
    study: Study, recipe: Recipe, params: TuneParams, data: tuple[Subset, Subset], device: str
) -> int:
    """Run one trial, and return its number."""
    from optuna.trial import TrialState

    trial = study.ask()
    tried = _suggest(trial, recipe.params, params)
    scores: list[float] = []
    state = TrialState.FAIL
    try:
        complete = _train(trial, recipe, tried, data, device, scores)
        state = TrialState.COMPLETE if complete else TrialState.PRUNED
    except (TrainingError, MemoryError, torch.OutOfMemoryError) as error:
        trial.set_user_attr(PROBLEM, str(error) or "memory ran out")
    finally:  # a trial ended by Ctrl-C has failed too
        study.tell(trial, max(scores) if state == TrialState.COMPLETE else None, state)
    return trial.number


def _suggest(trial: Trial, base: TrainParams, params: TuneParams) -> TrainParams:
    low, high = params.batch
    return replace(
        base,
        epochs=params.epochs,
        learning_rate=trial.suggest_float("learning_rate", *params.learning_rate, log=True),
        batch=trial.suggest_int("batch", low, high - high % low, step=low),
    )


def _train(
    trial: Trial,
    recipe: Recipe,
    params: TrainParams,
    data: tuple[Subset, Subset],
    device: str,
    scores: list[float],
) -> bool:
    """Train for all epochs; stop early if the trial is worse than half of the earlier ones."""
    torch.manual_seed(params.seed)
    network = build_network(recipe.spec)
    with closing(iter_train(network, *data, recipe.objective, params, device=device)) as reports:
        for report in reports:
            scores.append(report.score)
            trial.report(report.score, report.epoch - 1)
            if report.epoch < params.epochs and trial.should_prune():
                return False
    return True


def _write_products(folder: Path, reports: list[TrialReport], shared: dict[str, Any]) -> None:
    draw_history(folder / HISTORY, reports)
    best = next((report for report in reversed(reports) if report.best), None)
    if best is not None:
        choices = {**shared, "learning_rate": best.learning_rate, "batch": best.batch}
        write_config(folder / BEST, choices)
