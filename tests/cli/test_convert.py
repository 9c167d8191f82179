from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_devolearn.cli import main


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Two frames of (6, 8) with objects 1 and 2, which touch."""
    frames = np.zeros((2, 6, 8), np.uint16)
    frames[:, 1:3, 1:4] = 1
    frames[1, 3:5, 1:4] = 2
    path = tmp_path / "cells.tif"
    tifffile.imwrite(path, frames, imagej=True, metadata={"axes": "TYX"})
    return path


@pytest.mark.parametrize("arguments", [["x.csv"], ["x.json", "--plain"]])
def test_labels_round_trip(arguments: list[str], labels: Path, tmp_path: Path) -> None:
    masks, back = tmp_path / arguments[0], tmp_path / "back.ome.tif"
    assert main(["convert", str(labels), "-o", str(masks), *arguments[1:]]) == 0
    assert main(["convert", str(masks), "-o", str(back)]) == 0
    np.testing.assert_array_equal(tifffile.imread(back).squeeze(), tifffile.imread(labels))


def test_a_table_becomes_json(labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["convert", str(labels), "-o", str(tmp_path / "x.csv"), "--cell-type", "cort"])
    assert "cells_t001,10 3 18 3,8,6,cort" in (tmp_path / "x.csv").read_text()
    assert main(["convert", str(tmp_path / "x.csv"), "-o", str(tmp_path / "x.json"), "--plain"]) == 0
    assert "x.json: 3 objects" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("output", "said"),
    [("x.png", "give a name ending in .csv, .json or .ome.tif"), ("cells.tif", "is the input")],
)
def test_an_unknown_output_format_is_refused(
    output: str, said: str, labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", str(labels), "-o", str(tmp_path / output)]) == 2
    assert said in capsys.readouterr().err


def test_a_broken_table_gives_a_one_line_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "x.csv"
    table.write_text("id,annotation,width,height\na,1 2 3,4,3\n")
    assert main(["convert", str(table), "-o", str(tmp_path / "x.ome.tif")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "line 2: image 'a': has 3 numbers, an odd count" in error
    assert not (tmp_path / "x.ome.tif").exists()


def test_two_tables_are_scored_by_the_names_of_their_images(
    labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth, lacking = tmp_path / "truth.csv", tmp_path / "lacking.csv"
    main(["convert", str(labels), "-o", str(truth)])
    lacking.write_text("".join(truth.read_text().splitlines(keepends=True)[:2]))
    capsys.readouterr()

    assert main(["evaluate", str(truth), str(truth), "--quiet"]) == 0
    assert "map                  1.000" in capsys.readouterr().out
    assert main(["evaluate", str(lacking), str(truth)]) == 2
    assert "lacking.csv: image 'cells_t001' is missing" in capsys.readouterr().err


def test_the_input_is_never_overwritten(labels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = labels.read_bytes()
    assert main(["convert", str(labels), "-o", str(labels), "--overwrite"]) == 2
    assert "cells.tif: is the input; give another name" in capsys.readouterr().err
    assert labels.read_bytes() == before
