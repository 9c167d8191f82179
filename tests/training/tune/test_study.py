from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import TrainingError

optuna = pytest.importorskip("optuna")

from napari_devolearn.training.tune.study import (  # noqa: E402
    JOURNAL,
    TrialReport,
    draw_history,
    open_study,
    read_trials,
)

BEGUN_WITH = {"data": "abc", "epochs": 2, "outputs": ("foreground",)}


def test_trials_are_kept_when_a_study_is_reopened(tmp_path: Path) -> None:
    study = open_study(tmp_path / "study", BEGUN_WITH)
    for score in (0.3, 0.7, 0.5, None):
        trial = study.ask()
        trial.suggest_float("learning_rate", 1e-3, 1e-2)
        trial.suggest_int("batch", 8, 64)
        if score is None:
            trial.set_user_attr("problem", "no memory")
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            trial.report(score, 0)
            study.tell(trial, score)
    study.ask()  # a process that was killed in its trial
    reports = read_trials(open_study(tmp_path / "study", BEGUN_WITH))
    assert [report.score for report in reports] == [0.3, 0.7, 0.5, None]
    assert [report.best for report in reports] == [True, True, False, False]
    assert (reports[3].state, reports[3].problem) == ("failed", "no memory")


def test_a_study_of_different_data_is_refused(tmp_path: Path) -> None:
    open_study(tmp_path, BEGUN_WITH)
    with pytest.raises(TrainingError, match=r"other data, epochs.* choose another folder"):
        open_study(tmp_path, BEGUN_WITH | {"data": "xyz", "epochs": 3})


def test_a_damaged_journal_is_reported(tmp_path: Path) -> None:
    open_study(tmp_path, BEGUN_WITH)
    journal = tmp_path / JOURNAL
    journal.write_bytes(journal.read_bytes()[:-20] + b"\nx\n")
    with pytest.raises(TrainingError, match=r"study\.journal: incomplete study"):
        open_study(tmp_path, BEGUN_WITH)


def report(number: int, score: float | None, *, best: bool = False) -> TrialReport:
    state = "failed" if score is None else "complete"
    return TrialReport(
        number=number, learning_rate=1e-3, batch=8, state=state, score=score, seconds=1, best=best
    )


@pytest.mark.parametrize(
    "reports",
    [[report(0, None)], [report(0, 0.5, best=True), report(2, None), report(3, 0.7, best=True)]],
)
def test_a_plot_is_drawn_even_if_all_trials_failed(tmp_path: Path, reports: list[TrialReport]) -> None:
    draw_history(tmp_path / "history.png", reports)
    assert (tmp_path / "history.png").read_bytes().startswith(b"\x89PNG")
