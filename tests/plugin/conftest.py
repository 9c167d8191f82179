"""The plugin as napari finds it."""

from __future__ import annotations

import npe2
import pytest


@pytest.fixture(autouse=True)
def _installed() -> None:
    """Make the plugin known to npe2, as napari does when it starts."""
    npe2.PluginManager.instance().discover()
