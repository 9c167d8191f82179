"""Study of a hyperparameter search: trials in one file that can be resumed and shared by several machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.io.writing.atomic import atomic_file

if TYPE_CHECKING:
    from optuna import Study

JOURNAL = "study.journal"
PROBLEM = "problem"
"""Attribute of a trial: the reason why it failed."""

_FIXED_OPTIONS = "fixed options"

TrialState = Literal["complete", "pruned", "failed"]
_MARKERS = {"complete": "o", "pruned": "x", "failed": "|"}


@dataclass(frozen=True, kw_only=True)
class TrialReport:
    """Parameters and result of one trial.

    `number`: from 0, over all machines that share the study.
    `state`: "pruned" if stopped early, because it was worse than half of the earlier trials at that epoch.
    `score`: the best of its epochs; None if it failed before the first one ended.
    `problem`: why it failed.
    `best`: whether it is the best of the study so far.
    """

    number: int
    learning_rate: float
    batch: int
    state: TrialState
    score: float | None
    seconds: float
    problem: str = ""
    best: bool = False


def open_study(folder: Path, fixed_options: dict[str, Any]) -> Study:
    """Create a study, or open the one in the folder.

    It is stored in a journal, to which each process appends under a lock file. SQLite would be sufficient on
    one machine, but its locks do not work on many network drives.

    `folder`: created if missing.
    `fixed_options`: JSON values that all trials must share, so that their scores are comparable.
    Raises TrainingError if the study has other data or options, is damaged, or Optuna is missing.
    """
    try:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
    except ImportError as error:
        raise TrainingError("tune: optuna is missing; pip install 'napari-devolearn[train]'") from error

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / JOURNAL
    try:
        storage = JournalStorage(JournalFileBackend(str(path), JournalFileOpenLock(str(path))))
        study = optuna.create_study(
            storage=storage,
            study_name="tune",
            direction="maximize",
            # no seed, because machines that share the study must try different values
            sampler=optuna.samplers.TPESampler(),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=1),
            load_if_exists=True,
        )
    except (ValueError, KeyError) as error:
        raise TrainingError(
            f"{path}: incomplete study ({error}); delete its last line, or choose another folder"
        ) from error
    _check_same(study, fixed_options, path)
    return study


def _check_same(study: Study, fixed_options: dict[str, Any], path: Path) -> None:
    now: dict[str, Any] = json.loads(json.dumps(fixed_options))  # tuples are lists in the journal
    before = study.user_attrs.get(_FIXED_OPTIONS)
    if before is None:
        study.set_user_attr(_FIXED_OPTIONS, now)
        return
    differing = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    if differing:
        raise TrainingError(
            f"{path}: the study was started with other {', '.join(differing)}, so scores are not comparable; "
            "use the same, or choose another folder"
        )


def read_trials(study: Study) -> list[TrialReport]:
    """The completed trials of all machines, in the order in which they began."""
    states: dict[str, TrialState] = {"COMPLETE": "complete", "PRUNED": "pruned"}
    reports: list[TrialReport] = []
    best: float | None = None
    for trial in study.get_trials(deepcopy=False):
        if not trial.state.is_finished():
            continue
        score = max(trial.intermediate_values.values(), default=None)
        is_best = trial.state.name == "COMPLETE" and score is not None and (best is None or score > best)
        best = score if is_best else best
        reports.append(
            TrialReport(
                number=trial.number,
                learning_rate=trial.params.get("learning_rate", float("nan")),
                batch=trial.params.get("batch", 0),
                state=states.get(trial.state.name, "failed"),
                score=score,
                seconds=trial.duration.total_seconds() if trial.duration is not None else 0.0,
                problem=trial.user_attrs.get(PROBLEM, ""),
                best=is_best,
            )
        )
    return reports


def draw_history(path: Path, reports: Sequence[TrialReport]) -> None:
    """Plot the score of each trial, over the trials and over the learning rate, coloured by batch size.

    An existing file is replaced. Trials that failed before they had a score are at the bottom.
    Raises OutputError if it cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 7), layout="constrained")
    over_trials, over_rates = figure.subplots(2)
    rising = [report for report in reports if report.best]
    if rising:
        until = [*(report.number for report in rising), reports[-1].number]
        over_trials.step(
            until, [*(r.score for r in rising), rising[-1].score], where="post", label="best so far"
        )
    lowest = min((report.score for report in reports if report.score is not None), default=0.0)
    batches = [report.batch for report in reports]
    for state, marker in _MARKERS.items():
        selected = [report for report in reports if report.state == state]
        if not selected:
            continue
        scores = [lowest if report.score is None else report.score for report in selected]
        over_trials.plot([report.number for report in selected], scores, marker, color="grey", label=state)
        dots = over_rates.scatter(
            [report.learning_rate for report in selected],
            scores,
            c=[report.batch for report in selected],
            marker=marker,
            vmin=min(batches),
            vmax=max(batches),
        )
    over_trials.set(xlabel="trial", ylabel="score, held out")
    over_trials.legend()
    over_rates.set(xlabel="learning rate", ylabel="score, held out", xscale="log")
    figure.colorbar(dots, ax=over_rates, label="batch")
    with atomic_file(path, overwrite=True) as stage:
        figure.savefig(stage, format="png", dpi=120)
