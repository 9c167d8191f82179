"""What several pages need and takes seconds to make."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_folder import write_data_folder


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All data sets that recipes train on, in small; see `write_data_folder`."""
    return write_data_folder(tmp_path_factory.mktemp("data"))
