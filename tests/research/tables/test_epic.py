from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from research.tables.epic import COLUMNS, PositionsError, read_positions

pytest.importorskip("pyarrow")


def test_table_is_read(tmp_path: Path) -> None:
    pd.DataFrame({name: [1] for name in COLUMNS}).to_parquet(tmp_path / "p.parquet")
    assert len(read_positions(tmp_path / "p.parquet")) == 1


def test_missing_files_columns_and_other_formats_are_distinguished(tmp_path: Path) -> None:
    with pytest.raises(PositionsError, match="no such file"):
        read_positions(tmp_path / "none.parquet")
    (tmp_path / "text.parquet").write_text("cell,time")
    with pytest.raises(PositionsError, match="cannot be read as Parquet"):
        read_positions(tmp_path / "text.parquet")
    pd.DataFrame({"cell": ["AB"], "time": [1]}).to_parquet(tmp_path / "few.parquet")
    with pytest.raises(PositionsError, match="missing columns z, x, y, size, embryo"):
        read_positions(tmp_path / "few.parquet")
