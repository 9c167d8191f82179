from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.lineage import FRAMES, drawn_labels, drawn_tracks
from helpers.files.ctc_folders import raw_volume, write_frames, write_tif
from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.ctc.ctc_result import write_ctc
from napari_devolearn.io.ctc.ctc_validator import validate_ctc
from napari_devolearn.lineage.tracks import Tracks


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """`drawn_labels` as ``01_RES``: mask007.tif to mask011.tif with res_track.txt, and ``01`` next to it."""
    write_frames(tmp_path / "01")
    write_ctc(tmp_path / "01_RES", drawn_labels(), drawn_tracks(), frames=FRAMES)
    return tmp_path / "01_RES"


def rename(old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: (folder / old).rename(folder / new)


def table(text: str, *, old: str = "") -> Callable[[Path], object]:
    """Write a table, or replace a part of it."""

    def change(folder: Path) -> None:
        path = folder / "res_track.txt"
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, text) if old else text, newline="")

    return change


def mask(name: str, pixels: np.ndarray) -> Callable[[Path], object]:
    return lambda folder: write_tif(folder / name, pixels)


def painted(frame: int, label: int) -> Callable[[Path], object]:
    labels = drawn_labels()[FRAMES.index(frame)].copy()
    labels[0, 0, 0] = label
    return mask(f"mask{frame:03d}.tif", labels)


BROKEN = {
    "a name of two digits": (rename("mask007.tif", "mask07.tif"), "mask07.tif: wrong file name"),
    "another ending": (rename("mask007.tif", "mask007.tiff"), "mask007.tiff: wrong file name"),
    "another file": (mask("extra.tif", raw_volume(0)), "extra.tif: wrong file name"),
    "other digits": (rename("mask007.tif", "mask0007.tif"), "mask0007.tif: has another number of digits"),
    "a frame twice": (mask("mask0007.tif", drawn_labels()[0]), "several masks for frames 7"),
    "a frame missing": (lambda folder: (folder / "mask009.tif").unlink(), "no mask for frames 9"),
    "an image missing": (
        lambda folder: (folder.parent / "01/t011.tif").unlink(),
        "masks for frames 11, for which 01 has no image",
    ),
    "8 bit": (
        mask("mask008.tif", drawn_labels()[1].astype(np.uint8)),
        "mask008.tif: has type uint8; masks are",
    ),
    "a sign": (
        mask("mask008.tif", drawn_labels()[1].astype(np.int16)),
        "mask008.tif: has type int16; masks",
    ),
    "another size": (mask("mask008.tif", drawn_labels()[1, :, :-1]), "is 2 x 5 x 8 (Z x Y x X), the images"),
    "no tif": (lambda folder: (folder / "mask008.tif").write_text("II"), "mask008.tif: not a TIFF file"),
    "colours": (
        mask("mask008.tif", np.zeros((2, 6, 8, 3), np.uint16)),
        "mask008.tif: has 2 time points, but is one frame",
    ),
    "no table": (lambda folder: (folder / "res_track.txt").unlink(), "no res_track.txt"),
    "no track": (table(""), "res_track.txt: has no track"),
    "no text": (
        lambda folder: (folder / "res_track.txt").write_bytes("1 7 8 0".encode("utf-16")),
        "res_track.txt: is not plain text",
    ),
    "a word": (table("1 7 eight 0", old="1 7 8 0"), "line 1: '1 7 eight 0' is not four whole numbers"),
    "two spaces": (table("1  7 8 0", old="1 7 8 0"), "line 1: '1  7 8 0' is not four whole numbers"),
    "a blank line": (table("1 7 8 0\n", old="1 7 8 0"), "line 2: is blank"),
    "a label of 0": (table("0 7 8 0", old="1 7 8 0"), "line 1: label 0 is not 1 or more"),
    "a label of 17 bit": (table("65536 7 8 0", old="1 7 8 0"), "line 1: label 65536 is larger than 65535"),
    "a label twice": (table("1 9 11 1", old="2 9 11 1"), "line 2: label 1 has two rows"),
    "an end before the begin": (
        table("1 8 7 0", old="1 7 8 0"),
        "line 1: last frame 7 is before the first",
    ),
    "a negative frame": (table("1 -7 8 0", old="1 7 8 0"), "line 1: first frame -7 is negative"),
    "no such parent": (table("2 9 11 6", old="2 9 11 1"), "line 2: parent 6 has no row"),
    "a parent too late": (table("3 9 9 2", old="3 9 9 1"), "line 3: parent 2 ends at frame 11, not before"),
    "its own parent": (table("2 9 11 2", old="2 9 11 1"), "line 2: label 2 is its own parent"),
    "a cycle": (
        table("1 7 8 4", old="1 7 8 0"),
        "labels 1 < 4 < 3 < 1 are each other's parents",
    ),
    "no gap": (table("2 9 11 0", old="2 9 11 1"), "track 3: is the only child of 1 and begins in the frame"),
    "a begin too early": (table("4 10 11 3", old="4 11 11 3"), "label 4 is not in the mask of frame 10"),
    "an end too early": (table("2 9 10 1", old="2 9 11 1"), "label 2 is in the mask of frame 11 too"),
    "a label in no row": (painted(8, 9), "label 9 in the mask of frame 8 has no row"),
    "a row without label": (
        table("7 8 8 0\n1 7 8 0", old="1 7 8 0"),
        "label 7 is not in the mask of frame",
    ),
}
"""How to break a rule, and what must then be said."""


@pytest.mark.parametrize(("break_rule", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_is_reported(result: Path, break_rule: Callable[[Path], object], said: str) -> None:
    assert validate_ctc(result) == []
    break_rule(result)
    problems = validate_ctc(result)
    assert any(said in problem for problem in problems), problems


def test_all_problems_are_reported(result: Path) -> None:
    for one in ("another file", "other digits", "8 bit", "an end before the begin", "no such parent"):
        BROKEN[one][0](result)
    assert len(validate_ctc(result)) == 5


def test_sizes_are_compared_without_images(result: Path) -> None:
    (result.parent / "01").rename(result.parent / "images")
    mask("mask008.tif", drawn_labels()[1, :, :-1])(result)
    assert validate_ctc(result) == ["mask008.tif: is 2 x 5 x 8 (Z x Y x X), the others are 2 x 6 x 8"]


def test_other_paths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CTCFormatError, match="not a folder; choose one with masks"):
        validate_ctc(tmp_path / "01_RES")
    assert validate_ctc(tmp_path)[0].startswith("no masks")


def from_0(folder: Path) -> Path:
    """`drawn_labels` with the frame numbers 0 to 4, as in other tools."""
    shifted = (
        row._replace(begin=row.begin - FRAMES[0], end=row.end - FRAMES[0]) for row in drawn_tracks().rows
    )
    write_ctc(folder / "01_RES", drawn_labels(), Tracks(tuple(shifted)))
    return folder / "01_RES"


def test_written_results_open_in_other_tools(tmp_path: Path) -> None:
    from ctc_metrics.scripts.validate import validate_sequence
    from traccuracy.loaders import load_ctc_data

    folder = from_0(tmp_path)
    assert validate_ctc(folder) == []
    assert validate_sequence(str(folder), 1) == {"Valid": 1}
    graph = load_ctc_data(str(folder), run_checks=True).graph
    assert graph.number_of_nodes() == 2 + 3 + 1 + 1
    assert [children for _, children in graph.out_degree()].count(2) == 1


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1 0 1 0", "1 0 2 0"),
        ("1 0 1 0", "1 0 0 0"),
        ("3 2 2 1", "3 2 2 2"),
        ("2 2 4 1\n", ""),
        ("4 4 4 3", "4 4 4 3\n5 4 4 0"),
    ],
)
def test_another_tool_finds_the_same_results_invalid(tmp_path: Path, old: str, new: str) -> None:
    from ctc_metrics.scripts.validate import validate_sequence

    folder = from_0(tmp_path)
    assert validate_sequence(str(folder), 1)["Valid"] == 1
    table(new, old=old)(folder)
    assert validate_sequence(str(folder), 1)["Valid"] == 0
    assert validate_ctc(folder)
