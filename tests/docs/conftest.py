"""Data and networks for several pages that take seconds to make."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_folder import write_data_folder


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small versions of all data sets of the recipes; see `write_data_folder`."""
    return write_data_folder(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def _networks_compiled_once(shared_networks: None) -> None:
    """Pages load the same models again and again."""
