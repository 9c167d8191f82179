from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ctc_metrics import evaluate_sequence

from helpers.drawn.movies import dividing
from napari_devolearn.evaluation.ctc import det
from napari_devolearn.evaluation.overlap import Overlap, overlap_of
from napari_devolearn.evaluation.tracking import WrongDivisions, tracking_scores, wrong_divisions
from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.ctc.ctc_result import write_ctc
from napari_devolearn.lineage.tracks import Track, Tracks
from napari_devolearn.tracking.link import link

DIVIDING = link(dividing())
(MOTHER,) = DIVIDING.tracks.divisions()
OVERLAPS = {5 + t: overlap_of(frame, frame) for t, frame in enumerate(DIVIDING.labels)}
TRUE = Tracks(tuple(row._replace(begin=row.begin + 5, end=row.end + 5) for row in DIVIDING.tracks.rows))
NO_PARENTS = Tracks(tuple(row._replace(parent=0) for row in TRUE.rows))


def overlaps(labels: np.ndarray, truth: np.ndarray) -> dict[int, Overlap]:
    return {t: overlap_of(*pair) for t, pair in enumerate(zip(labels, truth, strict=True))}


def without_parents() -> Tracks:
    return Tracks(tuple(row._replace(parent=0) for row in DIVIDING.tracks.rows))


def with_mistakes() -> tuple[np.ndarray, Tracks]:
    """The ground truth with a missed object, a false positive, and a track broken in two."""
    labels = DIVIDING.labels.copy()
    labels[4][labels[4] == MOTHER] = 0
    labels[4:6][labels[4:6] == MOTHER] = 20
    labels[7, :3, :3] = 21
    rows = [
        row._replace(end=3) if row.label == MOTHER else row._replace(parent=0) for row in DIVIDING.tracks.rows
    ]
    return labels, Tracks((*rows, Track(20, 5, 5, MOTHER), Track(21, 7, 7, 0)))


def test_the_ground_truth_itself_scores_1() -> None:
    labels, tracks = DIVIDING
    scores = tracking_scores(overlaps(labels, labels), tracks, tracks)
    assert scores == dict.fromkeys(scores, 1.0)


def test_a_missing_division_costs_two_links() -> None:
    """30 objects in 4 tracks: 26 links and 2 to the daughters; 2 * 1.5 of 30 * 10 + 28 * 1.5."""
    labels, tracks = DIVIDING
    scores = tracking_scores(overlaps(labels, labels), without_parents(), tracks)
    assert scores["lnk"] == pytest.approx(1 - 2 / 28)
    assert scores["tra"] == pytest.approx(1 - 3 / 342)
    assert scores["division_recall"] == scores["division_f1"] == 0
    assert scores["division_precision"] is None


def written(folder: Path) -> tuple[Path, Path]:
    """The ground truth and `with_mistakes` as ``01_GT`` and ``01_RES``."""
    truth, tracks = DIVIDING
    labels, found = with_mistakes()
    *_, table = write_ctc(folder / "01_GT/TRA", truth[:, None], tracks)
    table.rename(table.with_name("man_track.txt"))
    for mask in (folder / "01_GT/TRA").glob("mask*"):
        mask.rename(mask.with_name(mask.name.replace("mask", "man_track")))
    write_ctc(folder / "01_RES", labels[:, None], found)
    return folder / "01_GT", folder / "01_RES"


def scores_of_mistakes() -> dict[str, float | None]:
    labels, found = with_mistakes()
    return tracking_scores(overlaps(labels, DIVIDING.labels), found, DIVIDING.tracks)


def test_agreement_with_the_package_on_files(tmp_path: Path) -> None:
    truth, result = written(tmp_path)
    by_package = evaluate_sequence(str(result), str(truth), ["TRA", "LNK"], 1)
    assert 0.5 < by_package["TRA"] < 1
    assert scores_of_mistakes()["tra"] == pytest.approx(by_package["TRA"])
    assert scores_of_mistakes()["lnk"] == pytest.approx(by_package["LNK"])


def test_agreement_with_traccuracy_on_files(tmp_path: Path) -> None:
    import traccuracy
    from traccuracy import loaders, matchers, metrics

    truth, result = written(tmp_path)
    graphs = [
        loaders.load_ctc_data(str(folder), str(folder / table))
        for folder, table in ((truth / "TRA", "man_track.txt"), (result, "res_track.txt"))
    ]
    found, _ = traccuracy.run_metrics(*graphs, matchers.CTCMatcher(), [metrics.CTCMetrics()])
    assert scores_of_mistakes()["tra"] == pytest.approx(found[0]["results"]["TRA"])
    assert scores_of_mistakes()["lnk"] == pytest.approx(found[0]["results"]["LNK"])
    of_frames = overlaps(with_mistakes()[0], DIVIDING.labels)
    assert det([*of_frames.values()]) == pytest.approx(found[0]["results"]["DET"])


def test_a_table_that_contradicts_its_masks_is_refused_with_its_problems() -> None:
    labels, tracks = DIVIDING
    wrong = Tracks((*tracks.rows, Track(77, 0, 1, 78)))
    with pytest.raises(CTCFormatError, match=r"tracks of the result: .*parent 78 has no row"):
        tracking_scores(overlaps(labels, labels), wrong, tracks)
    none = overlaps(labels * 0, labels)
    with pytest.raises(CTCFormatError, match=r"; 1 more; correct the table"):
        tracking_scores(none, tracks, tracks)


def test_an_empty_result_scores_0() -> None:
    labels, tracks = DIVIDING
    scores = tracking_scores(overlaps(labels * 0, labels), Tracks(()), tracks)
    assert scores["tra"] == scores["lnk"] == 0


def test_divisions_are_matched_false_negative_or_false_positive() -> None:
    assert wrong_divisions(OVERLAPS, TRUE, TRUE) == WrongDivisions((), ())
    assert wrong_divisions(OVERLAPS, NO_PARENTS, TRUE) == WrongDivisions((MOTHER,), ())
    assert wrong_divisions(OVERLAPS, TRUE, NO_PARENTS) == WrongDivisions((), (MOTHER,))


def test_divisions_with_different_daughters_do_not_match() -> None:
    """The drifting nucleus, which is not a daughter, replaces one of the true daughters."""
    daughters = TRUE.children(MOTHER)
    (other,) = {row.label for row in TRUE.rows} - {MOTHER, *daughters}
    rows = [row._replace(parent=0) if row.label == daughters[0] else row for row in TRUE.rows]
    cut = [row._replace(begin=11, parent=MOTHER) if row.label == other else row for row in rows]
    assert wrong_divisions(OVERLAPS, Tracks(tuple(cut)), TRUE) == WrongDivisions((MOTHER,), (MOTHER,))
