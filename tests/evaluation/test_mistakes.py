from __future__ import annotations

import pytest

from helpers.drawn.mistakes import CASES, TRUTH, Case
from napari_devolearn.evaluation.mistakes import count_mistakes
from napari_devolearn.evaluation.overlap import overlap_of

KINDS = ("false_negatives", "false_positives", "split", "merged", "misshapen")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_drawn_cases(case: Case) -> None:
    mistakes = count_mistakes([overlap_of(case.labels, TRUTH)])
    assert mistakes == {kind: case.scores.get(kind, 0) for kind in KINDS}


def test_mistakes_of_frames_add_up() -> None:
    frames = [overlap_of(case.labels, TRUTH) for case in CASES.values()]
    assert count_mistakes(frames) == dict.fromkeys(KINDS, 1)
    assert count_mistakes([]) == dict.fromkeys(KINDS, 0)
