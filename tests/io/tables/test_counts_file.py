from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.drawn.populations import drawn_populations
from napari_devolearn.exceptions import OutputExistsError
from napari_devolearn.io.tables.counts_file import write_counts, write_plot
from napari_devolearn.io.tables.figure import PLOT_SUFFIXES
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import Populations


def test_one_row_per_frame_in_whole_cells(tmp_path: Path) -> None:
    write_counts(tmp_path / "counts.csv", drawn_populations(12, minutes=1.5))
    lines = (tmp_path / "counts.csv").read_text().splitlines()
    assert lines[0] == "frame,time_min,AB,E,MS,P,C,D,Z,total,age_min,trusted,measured"
    assert (len(lines), lines[11]) == (13, "10,15,2,1,0,1,0,0,0,4,2.5,true,")
    assert lines[3].endswith(",-3.5,false,")


def test_unknown_values_are_empty(tmp_path: Path) -> None:
    age, measured = np.array([np.nan, 1.0, 2.0]), np.array([False, True, False])
    drawn = drawn_populations(3, minutes=None, age=age, measured=measured)
    write_counts(tmp_path / "counts.csv", drawn)
    table = pd.read_csv(tmp_path / "counts.csv")
    assert table["time_min"].isna().all()
    np.testing.assert_array_equal(table["age_min"], age)
    assert table["measured"].tolist() == measured.tolist()
    assert table["trusted"].dtype == bool


def test_counts_of_tracks_have_separate_columns(tmp_path: Path) -> None:
    """The model counted frames 0 to 2, the tracks have frames 2 and 3."""
    model = drawn_populations(3, minutes=2.0)
    tracks = Populations(name="tracks", frame=np.array([2, 3]), counts=np.ones((2, 8)), source="tracks")
    write_counts(tmp_path / "counts.csv", model, beside=tracks)
    header, first, _, both, last = (tmp_path / "counts.csv").read_text().splitlines()
    assert header.endswith(",tracks_AB,tracks_E,tracks_MS,tracks_P,tracks_C,tracks_D,tracks_Z,tracks_total")
    assert first.endswith("," * 8)
    assert both.endswith(",1" * 8)
    assert last == "3,6" + "," * 11 + ",1" * 8


def test_existing_files_are_kept(tmp_path: Path) -> None:
    for name, write in (("a.csv", write_counts), ("a.svg", lambda p, d: write_plot(p, [d], PlotStyle()))):
        (tmp_path / name).write_text("a week of work")
        with pytest.raises(OutputExistsError, match=name):
            write(tmp_path / name, drawn_populations(9))
        assert (tmp_path / name).read_text() == "a week of work"


@pytest.mark.parametrize(
    ("suffix", "begins"), zip(PLOT_SUFFIXES, (b"\x89PNG", b"<?xml", b"%PDF"), strict=True)
)
def test_a_plot_of_each_kind(tmp_path: Path, suffix: str, begins: bytes) -> None:
    path = tmp_path / f"plot{suffix.upper()}"
    write_plot(path, [drawn_populations(9)], PlotStyle())
    assert path.read_bytes().startswith(begins)


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"plot\.bmp: plots are written as \.png"):
        write_plot(tmp_path / "plot.bmp", [drawn_populations(9)], PlotStyle())
