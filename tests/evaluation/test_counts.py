from __future__ import annotations

import pandas as pd
import pytest

from napari_devolearn.evaluation.counts import score_counts
from napari_devolearn.lineage.founders import FOUNDERS


def table(rows: dict[int, list[int]]) -> pd.DataFrame:
    """Frames with the counts of AB, E, MS, P, C, D, Z."""
    made = (
        pd.DataFrame.from_dict(rows, orient="index", columns=list(FOUNDERS))
        .rename_axis("frame")
        .reset_index()
    )
    return made.assign(total=made[list(FOUNDERS)].sum(axis=1))


TRUTH = table({3: [1, 0, 0, 1, 0, 0, 0], 4: [2, 1, 0, 1, 0, 0, 0]})


def test_scores_equal_those_computed_by_hand() -> None:
    found = table({3: [2, 0, 0, 1, 0, 0, 0], 4: [2, 0, 1, 1, 0, 0, 0], 5: [9, 9, 9, 9, 9, 9, 9]})
    scores = score_counts(found, TRUTH)
    assert scores.frames == 2
    assert scores.total_error == pytest.approx(25)  # 3 for 2, then 4 for 4
    assert scores.lineage_error == pytest.approx(3 / 14)
    assert score_counts(found, TRUTH.rename(columns={"AB": "A", "MS": "M"})) == scores
    assert scores.by_lineage["AB"] == pytest.approx(0.5)


def test_the_ground_truth_itself_has_no_errors() -> None:
    scores = score_counts(TRUTH, TRUTH.drop(columns="total"))
    assert (scores.total_error, scores.lineage_error) == (0, 0)


@pytest.mark.parametrize(
    ("found", "truth", "said"),
    [
        (TRUTH.drop(columns="AB"), TRUTH, "found: no column AB"),
        (TRUTH, TRUTH.drop(columns=["frame", "Z"]), "truth: no column frame, Z"),
        (TRUTH.query("frame == 3"), TRUTH, r"found: no row for frames \[4\] of the ground truth"),
        (pd.concat([TRUTH, TRUTH]), TRUTH, r"found: several rows for frames \[3, 4\]"),
        (TRUTH, table({3: [0] * 7}), r"truth: no cells in frames \[3\]"),
        (TRUTH, TRUTH.iloc[:0], "truth: no frames"),
    ],
)
def test_tables_that_do_not_match_are_refused(found: pd.DataFrame, truth: pd.DataFrame, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        score_counts(found, truth)
