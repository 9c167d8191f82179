"""Folder of the real data that tests read; tests are skipped without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("NAPARI_DEVOLEARN_DATA", Path(__file__).parents[3] / "shared/data"))


def needs_data(folder: str) -> pytest.MarkDecorator:
    """Skip a test if the folder is missing."""
    return pytest.mark.skipif(
        not (DATA / folder).is_dir(), reason=f"{folder} is not in {DATA}; set NAPARI_DEVOLEARN_DATA"
    )
