from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.ctc.corrections_table import (
    Corrected,
    read_corrections_table,
    write_corrections_table,
)


def test_round_trip(tmp_path: Path) -> None:
    corrected = Corrected(frozenset({3, 12}), {3: "ABal"}, frozenset({20}))
    path = write_corrections_table(tmp_path / "corrections.csv", corrected)
    assert path.read_text().splitlines()[1:] == ["edited,3,", "edited,12,", "named,3,ABal", "painted,20,"]
    assert read_corrections_table(path) == corrected


def test_every_wrong_line_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text("a,b\nedited,x,\nnamed,3,ABal\nloved,4,\n")
    with pytest.raises(CTCFormatError, match=r"line 1: .*line 2: .*line 4: 'loved,4,'"):
        read_corrections_table(path)
