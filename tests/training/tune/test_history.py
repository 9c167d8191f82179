from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.training.tune.history import draw_history
from napari_devolearn.training.tune.study import TrialReport


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
