from __future__ import annotations

from pathlib import Path

from helpers.drawn.lineage import FRAMES, drawn_labels, drawn_tracks
from napari_devolearn.io.ctc.ctc_result import write_ctc


def test_a_valid_result_and_one_with_two_problems(run, fails, tmp_path: Path) -> None:
    write_ctc(tmp_path / "01_RES", drawn_labels(), drawn_tracks(), frames=FRAMES)
    status, said, _ = run("validate", tmp_path / "01_RES")
    assert (status, said) == (0, f"{tmp_path / '01_RES'}: valid\n")
    (tmp_path / "01_RES/res_track.txt").write_text("1 7 8 5\n1 7 8 0\n")
    status, said, _ = run("validate", tmp_path / "01_RES")
    assert said.splitlines() == [
        "res_track.txt: line 1: parent 5 has no row",
        "res_track.txt: line 2: label 1 has two rows",
    ]
    assert "not valid, 2 problems listed above; correct them" in fails("validate", tmp_path / "01_RES")
    assert "not a folder" in fails("validate", tmp_path / "nowhere")
