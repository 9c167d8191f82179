from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from helpers.drawn.mistakes import CASES, TRUTH
from napari_devolearn.evaluation.compare import FramePair
from napari_devolearn.evaluation.overlap import overlap_of
from napari_devolearn.evaluation.report import MEANINGS, Report
from napari_devolearn.evaluation.score_files import (
    as_json,
    format_frames,
    format_total,
    save_scores,
    write_json,
)
from napari_devolearn.exceptions import OutputExistsError


@pytest.fixture
def report() -> Report:
    """Frame 3 misses one of two nuclei, frame 4 has none on either side."""
    shapes = {
        FramePair(3, 3, (7,)): overlap_of(CASES["one missed"].labels, TRUTH),
        FramePair(4, 4, None): overlap_of(TRUTH * 0, TRUTH * 0),
    }
    return Report(result=Path("01_RES"), truth=Path("01_GT/SEG"), shapes=shapes)


def test_every_score_has_a_line_with_its_meaning(report: Report) -> None:
    lines = format_total(report.total).splitlines()
    assert [line.split()[0] for line in lines] == list(MEANINGS)
    assert lines[0].split()[1] == "0.500"


def test_undefined_scores_are_dashes_in_the_table(report: Report) -> None:
    header, third, fourth = (line.split() for line in format_frames(report.frames).splitlines())
    assert dict(zip(header, third, strict=True)) | {"seg": "0.500", "false_negatives": "1"} == dict(
        zip(header, third, strict=True)
    )
    assert dict(zip(header, fourth, strict=True))["seg"] == "-"


def test_undefined_scores_are_null_in_the_file(report: Report, tmp_path: Path) -> None:
    write_json(tmp_path / "scores.json", as_json(report))
    text = (tmp_path / "scores.json").read_text()
    read = json.loads(text)
    assert "NaN" not in text
    assert read["total"]["f1"] == pytest.approx(2 / 3)
    assert [frame["frame"] for frame in read["frames"]] == [3, 4]
    assert read["frames"][0]["slices"] == [{"slice": 7, "iou": 0.5, "dice": pytest.approx(2 / 3)}]
    assert read["frames"][1]["seg"] is read["frames"][1]["slices"][0]["iou"] is None


def test_one_row_per_frame(report: Report, tmp_path: Path) -> None:
    save_scores(tmp_path / "scores.csv", report)
    table = pd.read_csv(tmp_path / "scores.csv")
    assert table["frame"].tolist() == [3, 4]
    assert table["seg"].tolist()[0] == 0.5
    assert table["seg"].isna().tolist() == [False, True]
    assert not {"tra", "op_ctb"} & set(table)


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    path.write_text("a week of work")
    with pytest.raises(OutputExistsError):
        write_json(path, {})
    assert path.read_text() == "a week of work"
