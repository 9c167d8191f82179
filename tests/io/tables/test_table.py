from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from napari_devolearn.exceptions import OutputExistsError
from napari_devolearn.io.tables.table import check_table, write_table


def two_frames() -> list[pd.DataFrame]:
    return [
        pd.DataFrame({"frame": [0], "z_um": [1 / 3], "volume_um3": [np.nan]}),
        pd.DataFrame({"frame": [1, 1], "z_um": [0.0, 12.5], "volume_um3": [3.0, 4.0]}),
    ]


def test_one_header_and_one_row_per_object(tmp_path: Path) -> None:
    file = tmp_path / "new" / "cells.csv"
    assert write_table(file, two_frames()) == 3
    assert file.read_text().splitlines() == [
        "frame,z_um,volume_um3",
        "0,0.3333,",
        "1,0.0000,3.0000",
        "1,12.5000,4.0000",
    ]


def test_no_partial_file_is_left(tmp_path: Path) -> None:
    def breaks() -> Iterator[pd.DataFrame]:
        yield two_frames()[0]
        raise ValueError("a frame cannot be read")

    with pytest.raises(ValueError, match="cannot be read"):
        write_table(tmp_path / "cells.csv", breaks())
    assert not any(tmp_path.iterdir())


def test_an_existing_table_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "cells.csv"
    file.write_text("a week of work")
    for refuse in (lambda: check_table(file, overwrite=False), lambda: write_table(file, two_frames())):
        with pytest.raises(OutputExistsError, match=r"cells\.csv"):
            refuse()
    check_table(file, overwrite=True)
    assert file.read_text() == "a week of work"


def test_only_csv_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.csv"):
        check_table(tmp_path / "cells.xlsx", overwrite=False)
