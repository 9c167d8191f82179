from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from helpers.counting_model import CountingModel, aging_movie
from napari_devolearn.inference import load as models
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.populations import SERIES


@pytest.fixture
def movie(tmp_path, monkeypatch):
    """Twelve volumes of two planes, 10 minutes apart, the first black; counted by `CountingModel`."""
    monkeypatch.setattr(models, "load_model", lambda *_, **__: CountingModel())
    grey = aging_movie(rgb=False)
    path = tmp_path / "movie.tif"
    tifffile.imwrite(path, np.stack([grey // 2, grey], axis=1), imagej=True, metadata={"axes": "TZYX"})
    return path


def test_a_table_and_a_plot(run, movie, tmp_path) -> None:
    table, plot = tmp_path / "out" / "counts.csv", tmp_path / "counts.svg"
    status, said, warned = run(
        "lineage", movie, "-o", table, "--plot", plot, "--frame-interval", "10", "--quiet"
    )
    assert status == 0, warned
    assert "12 frames, 0 to " in said
    assert "cells; 1 uncertain" in said
    rows = [line.split(",") for line in table.read_text().splitlines()]
    assert rows[0] == ["frame", "time_min", *SERIES, "age_min", "trusted", "measured"]
    assert rows[1] == ["0", "0", *["0"] * 8, "", "false", "false"]
    assert rows[8][:2] == ["7", "70"]
    assert rows[8][-2:] == ["true", "true"]
    assert float(rows[8][-3]) == pytest.approx(70, abs=3)
    counts, total = np.array(rows[8][2:9], int), int(rows[8][9])
    np.testing.assert_allclose(counts, load_reference().counts_at([70])[0], atol=2)
    assert counts.sum() == total
    assert b"age (min" in plot.read_bytes() or b"real" in plot.read_bytes()


def test_ends_can_be_ignored_and_frames_counted_separately(run, movie, tmp_path) -> None:
    table = tmp_path / "counts.csv"
    assert run("lineage", movie, "-o", table, "--ignore", "2,3", "--raw")[0] == 0
    assert [line.split(",")[0] for line in table.read_text().splitlines()[1:]] == [
        str(t) for t in range(2, 9)
    ]


def test_one_image_gives_one_row_and_a_note(run, movie, tmp_path) -> None:
    Image.fromarray(aging_movie()[5]).save(tmp_path / "still.png")
    table, plot = tmp_path / "one.csv", tmp_path / "one.png"
    status, said, _ = run("lineage", tmp_path / "still.png", "-o", table, "--plot", plot)
    assert status == 0
    assert "one image, one row" in said
    assert len(table.read_text().splitlines()) == 2
    assert plot.stat().st_size > 1000


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "counts.xlsx"), "counts.xlsx: tables are written as CSV"),
        (("-o", "c.csv", "--plot", "p.bmp"), "p.bmp: plots are written as .png"),
        (("-o", "c.csv", "--ignore", "6,6"), "no frame of 12 remains"),
        (("-o", "c.csv", "--ignore", "6"), "give A,B"),
        (("-o", "c.csv", "--frame-interval", "0"), "give minutes above 0"),
    ],
)
def test_invalid_options_are_refused(fails, movie, tmp_path, monkeypatch, options, said) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in fails("lineage", movie, *options)
    assert [path.name for path in tmp_path.iterdir()] == ["movie.tif"]


def test_existing_files_are_kept_without_overwrite(fails, run, movie, tmp_path) -> None:
    table, plot = tmp_path / "counts.csv", tmp_path / "plot.png"
    plot.write_text("a week of work")
    assert "plot.png: already exists" in fails("lineage", movie, "-o", table, "--plot", plot)
    assert plot.read_text() == "a week of work"
    assert not table.exists()
    assert run("lineage", movie, "-o", table, "--plot", plot, "--overwrite")[0] == 0
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_other_inputs_are_refused(fails, movie, tmp_path) -> None:
    (tmp_path / "text.mov").write_text("no movie at all")
    two = np.zeros((5, 2, 16, 24), np.uint8)
    tifffile.imwrite(tmp_path / "two.tif", two, imagej=True, metadata={"axes": "TCYX"})
    for name, said in (
        ("text.mov", "cannot be read"),
        ("two.tif", "2 channels"),
        ("none.mov", "no such file"),
    ):
        assert said in fails("lineage", tmp_path / name, "-o", tmp_path / "counts.csv")
    assert not (tmp_path / "counts.csv").exists()


def test_a_segmentation_model_is_refused(fails, movie, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(models, "load_model", lambda *_, **__: object())
    assert "does not count lineages" in fails("lineage", movie, "-o", tmp_path / "c.csv", "-m", "nucleus")
