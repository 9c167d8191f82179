from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.lineage import FRAMES, drawn_labels, drawn_tracks
from napari_devolearn.exceptions import CTCFormatError, OutputExistsError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ctc.tracktable import read_tracks, write_tracks
from napari_devolearn.lineage.tracks import Track, Tracks


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "man_track.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def masks(labels: np.ndarray) -> Stack:
    return Stack(data=labels, name="masks", source=Path("masks"), frames=FRAMES)


@pytest.mark.parametrize(
    "text",
    [
        "1 0 4 0\n2 5 9 1\n",
        "1\t0  4 0\n\n2 5 9 1",
        "\ufeff1 0 4 0\r\n  2 5 9 1 \r\n\r\n",
        "1 0 4 0\n2 5 9 1\n".encode("utf-16"),
    ],
    ids=["plain", "tabs and blank lines", "BOM and Windows line ends", "UTF-16"],
)
def test_spacing_and_encoding_do_not_matter(tmp_path: Path, text) -> None:
    assert read_tracks(table(tmp_path, text)).rows == (Track(1, 0, 4, 0), Track(2, 5, 9, 1))


@pytest.mark.parametrize(("text", "rows"), [("", ()), ("3 0 0 0", (Track(3, 0, 0, 0),))])
def test_a_table_may_have_no_row_or_one(tmp_path: Path, text, rows) -> None:
    assert read_tracks(table(tmp_path, text)).rows == rows


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1 0 4\n", "line 1: '1 0 4' is not four whole numbers"),
        ("1 0 4 0 0\n", "line 1: '1 0 4 0 0' is not four"),
        ("1 0 4.0 0\n", "line 1: '1 0 4.0 0' is not four"),
        ("L B E P\n", "line 1: 'L B E P' is not four"),
        ("0 0 4 0\n", "line 1: label 0 is not 1 or more"),
        ("1 0 4 0\n\n1 5 6 0\n", "line 3: label 1 has two rows"),
        ("1 4 3 0\n", "line 1: last frame 3 is before the first, 4"),
        ("1 -1 3 0\n", "line 1: first frame -1 is negative"),
        ("1 0 3 0\n2 4 5 12\n", "line 2: parent 12 has no row"),
        ("1 0 3 1\n", "line 1: label 1 is its own parent"),
        ("1 0 3 0\n2 3 5 1\n", "line 2: parent 1 ends at frame 3, not before frame 3"),
        ("1 0 3 2\n2 4 5 3\n3 6 7 1\n", "labels 1 < 2 < 3 < 1 are each other's parents"),
    ],
)
def test_a_bad_row_is_reported_with_file_and_line(tmp_path: Path, text, problem) -> None:
    path = table(tmp_path, text)
    with pytest.raises(CTCFormatError) as caught:
        read_tracks(path)
    message = str(caught.value)
    assert problem in message
    assert message.startswith(f"{path}: ")
    assert message.endswith("; fix the table")


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(CTCFormatError, match=r"line 2: 'x'.*line 1: first frame -1.*line 3: parent 9"):
        read_tracks(table(tmp_path, "1 -1 3 0\nx\n2 4 5 9\n"))


def test_binary_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CTCFormatError, match="is not a text file"):
        read_tracks(table(tmp_path, b"II*\x00\x8a\xff\x00\xfe"))


def test_a_table_is_compared_with_its_masks(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "res_track.txt", drawn_tracks())
    assert read_tracks(path, masks(drawn_labels())) == drawn_tracks()

    labels = drawn_labels()
    labels[3] = 0  # frame 10: 2 is gone
    labels[2:4, 0, 0, 0] = 77
    labels[0, 0, 5, 5] = 4
    with pytest.raises(CTCFormatError) as caught:
        read_tracks(path, masks(labels))
    for problem in (
        "line 2: label 2 is not in the mask of frame 10;",
        "line 4: label 4 is in the mask of frame 7 too;",
        "label 77 in the mask of frames 9-10 has no row;",
    ):
        assert problem in str(caught.value)


def test_a_track_must_end_at_a_mask(tmp_path: Path) -> None:
    with pytest.raises(CTCFormatError, match="label 2 is not in the mask of frame 50"):
        read_tracks(table(tmp_path, "1 7 8 0\n2 9 50 1\n3 9 9 1\n4 11 11 3"), masks(drawn_labels()))


def test_writing_keeps_an_existing_table_without_overwrite(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "res_track.txt", drawn_tracks())
    assert path.read_bytes() == b"1 7 8 0\n2 9 11 1\n3 9 9 1\n4 11 11 3\n"

    with pytest.raises(OutputExistsError, match="already exists"):
        write_tracks(path, Tracks(()))
    write_tracks(path, Tracks(()), overwrite=True)
    assert read_tracks(path) == Tracks(())


def test_contradictory_tracks_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(CTCFormatError, match="track 2: parent 5 has no row"):
        write_tracks(tmp_path / "res_track.txt", Tracks((Track(2, 0, 1, 5),)))
    assert not list(tmp_path.iterdir())


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "res_track.txt").mkdir()
    with pytest.raises(CTCFormatError, match=r"res_track\.txt: cannot be read"):
        read_tracks(tmp_path / "res_track.txt")
