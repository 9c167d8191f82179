from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ctc_metrics import evaluate_sequence

from helpers.drawn.mistakes import CASES, TRUTH, Case
from napari_devolearn.evaluation.ctc import det, seg
from napari_devolearn.evaluation.overlap import overlap_of
from napari_devolearn.io.ctc.ctc_result import write_ctc


def random_labels(rng: np.random.Generator) -> np.ndarray:
    """(3, 8, 40, 40) uint16: blocks of 12 labels, some of them background."""
    blocks = rng.integers(-6, 13, (3, 2, 5, 5)).clip(0).astype(np.uint16)
    return blocks.repeat(4, 1).repeat(8, 2).repeat(8, 3)


def jittered(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Some objects merged, removed or added, and all of them shifted."""
    numbers = np.concatenate([[0], rng.integers(0, 13, 12)]).astype(np.uint16)
    specks = (rng.random(labels.shape) < 0.01) * np.uint16(9)
    return np.roll(numbers[labels], rng.integers(0, 4, 2), (2, 3)) | specks


def seg_by_definition(labels: np.ndarray, truth: np.ndarray) -> float:
    """Mean Jaccard index of each true object with the label that covers more than half of it, else 0."""
    scores = []
    for frame, true in zip(labels, truth, strict=True):
        for number in set(np.unique(true)) - {0}:
            inside = true == number
            best = np.bincount(frame[inside]).argmax()
            covers = best > 0 and (inside & (frame == best)).sum() > inside.sum() / 2
            scores.append(
                (inside & (frame == best)).sum() / (inside | (frame == best)).sum() if covers else 0
            )
    return float(np.mean(scores))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_drawn_cases(case: Case) -> None:
    overlap = overlap_of(case.labels, TRUTH)
    assert seg([overlap]) == pytest.approx(case.scores["seg"])
    assert det([overlap]) == pytest.approx(case.scores["det"])


@pytest.mark.filterwarnings("ignore:.*leave and return")
@pytest.mark.parametrize("seed", range(3))
def test_agreement_with_the_definition_and_with_the_package_on_files(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    truth = random_labels(rng)
    labels = jittered(truth, rng)
    overlaps = [overlap_of(*pair) for pair in zip(labels, truth, strict=True)]
    *_, table = write_ctc(tmp_path / "01_GT/TRA", truth)
    table.rename(table.with_name("man_track.txt"))
    (tmp_path / "01_GT/SEG").symlink_to("TRA")
    write_ctc(tmp_path / "01_RES", labels)
    for mask in (tmp_path / "01_GT/TRA").glob("mask*"):
        mask.rename(mask.with_name(mask.name.replace("mask", "man_seg")))
    by_package = evaluate_sequence(str(tmp_path / "01_RES"), str(tmp_path / "01_GT"), ["SEG", "DET"], 1)
    assert 0.05 < by_package["SEG"] < 0.95
    assert seg(overlaps) == pytest.approx(by_package["SEG"])
    assert seg(overlaps) == pytest.approx(seg_by_definition(labels, truth))
    assert det(overlaps) == pytest.approx(by_package["DET"])


def test_an_empty_result_scores_0_and_an_empty_ground_truth_none() -> None:
    assert seg([overlap_of(TRUTH * 0, TRUTH)]) == det([overlap_of(TRUTH * 0, TRUTH)]) == 0
    assert seg([overlap_of(TRUTH, TRUTH * 0)]) is det([overlap_of(TRUTH, TRUTH * 0)]) is None


def test_an_empty_frame_between_others() -> None:
    """Two correct, two false positives in an empty frame, one of two missed: D = 2 + 10 of 40."""
    frames = [
        overlap_of(TRUTH, TRUTH),
        overlap_of(TRUTH, TRUTH * 0),
        overlap_of(CASES["one missed"].labels, TRUTH),
    ]
    assert det(frames) == pytest.approx(1 - 12 / 40)
    assert seg(frames) == pytest.approx(3 / 4)
