"""Where the real data lie that tests read and skip without."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("NAPARI_DEVOLEARN_DATA", Path(__file__).parents[3] / "shared/data"))


def needs_data(folder: str) -> pytest.MarkDecorator:
    """Skip a test where the folder is absent, saying so."""
    return pytest.mark.skipif(
        not (DATA / folder).is_dir(), reason=f"{folder} is not in {DATA}; set NAPARI_DEVOLEARN_DATA"
    )
