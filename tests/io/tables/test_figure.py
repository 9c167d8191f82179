from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from napari_devolearn.exceptions import OutputExistsError
from napari_devolearn.io.tables.figure import write_figure


def test_a_figure_is_written_in_the_format_of_its_name(tmp_path: Path) -> None:
    write_figure(tmp_path / "a.svg", Figure())
    assert "<svg" in (tmp_path / "a.svg").read_text()


def test_invalid_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.png"):
        write_figure(tmp_path / "a.xlsx", Figure())
    (tmp_path / "b.png").write_text("a week of work")
    with pytest.raises(OutputExistsError):
        write_figure(tmp_path / "b.png", Figure())
    assert (tmp_path / "b.png").read_text() == "a week of work"
