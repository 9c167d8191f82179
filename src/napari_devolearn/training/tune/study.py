"""The study of a tuning: its trials in one file that outlives a kill and that several machines share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from napari_devolearn.exceptions import TrainingError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

JOURNAL = "study.journal"
PROBLEM = "problem"
"""Under which a trial keeps why it failed."""

_BEGUN_WITH = "begun with"

TrialState = Literal["complete", "pruned", "failed"]


@dataclass(frozen=True, kw_only=True)
class TrialReport:
    """What one trial tried and what came of it.

    Parameters
    ----------
    number : int
        From 0, over all machines that share the study.
    learning_rate : float
    batch : int
    state : {"complete", "pruned", "failed"}
        Pruned: stopped early, since it did worse than half of the trials before it had by then.
    score : float, optional
        The best of its epochs; None if it failed before the first one ended.
    seconds : float
    problem : str
        Why it failed.
    best : bool
        Whether it is the best of the study so far.
    """

    number: int
    learning_rate: float
    batch: int
    state: TrialState
    score: float | None
    seconds: float
    problem: str = ""
    best: bool = False


def open_study(folder: Path, begun_with: dict[str, Any]) -> Study:
    """Begin a study, or go on with the one in the folder.

    It is kept in a journal, to which each process appends under a lock file. A SQLite database would
    do on one machine, but its locks do not hold on many network drives.

    Parameters
    ----------
    folder : Path
        Made if it is missing.
    begun_with : dict
        What all of its trials must share for their scores to compare: values that JSON can hold.

    Returns
    -------
    optuna.Study

    Raises
    ------
    TrainingError
        If the study there is of other data or choices, is damaged, or Optuna is missing.
    """
    try:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
    except ImportError as error:
        raise TrainingError("tuning needs optuna; pip install 'napari-devolearn[train]'") from error

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / JOURNAL
    try:
        storage = JournalStorage(JournalFileBackend(str(path), JournalFileOpenLock(str(path))))
        study = optuna.create_study(
            storage=storage,
            study_name="tune",
            direction="maximize",
            # no seed: each machine that shares the study has to try points of its own
            sampler=optuna.samplers.TPESampler(),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=1),
            load_if_exists=True,
        )
    except (ValueError, KeyError) as error:
        raise TrainingError(
            f"{path}: no whole study ({error}); remove its last line, or choose another folder"
        ) from error
    _check_same(study, begun_with, path)
    return study


def _check_same(study: Study, begun_with: dict[str, Any], path: Path) -> None:
    now: dict[str, Any] = json.loads(json.dumps(begun_with))  # tuples are lists in the journal
    before = study.user_attrs.get(_BEGUN_WITH)
    if before is None:
        study.set_user_attr(_BEGUN_WITH, now)
        return
    differing = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    if differing:
        raise TrainingError(
            f"{path}: the study there was begun with other {', '.join(differing)}, so its scores do not "
            "compare; go on with the same, or choose another folder"
        )


def read_trials(study: Study) -> list[TrialReport]:
    """The trials that ended, on all machines, in the order in which they began.

    Parameters
    ----------
    study : optuna.Study

    Returns
    -------
    list of TrialReport
    """
    ended = [trial for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]
    reports: list[TrialReport] = []
    best: float | None = None
    for trial in ended:
        score = max(trial.intermediate_values.values(), default=None)
        is_best = trial.state.name == "COMPLETE" and score is not None and (best is None or score > best)
        best = score if is_best else best
        reports.append(_report(trial, score, best=is_best))
    return reports


def _report(trial: FrozenTrial, score: float | None, *, best: bool) -> TrialReport:
    states: dict[str, TrialState] = {"COMPLETE": "complete", "PRUNED": "pruned"}
    return TrialReport(
        number=trial.number,
        learning_rate=trial.params.get("learning_rate", float("nan")),
        batch=trial.params.get("batch", 0),
        state=states.get(trial.state.name, "failed"),
        score=score,
        seconds=trial.duration.total_seconds() if trial.duration is not None else 0.0,
        problem=trial.user_attrs.get(PROBLEM, ""),
        best=best,
    )
