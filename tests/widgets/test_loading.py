"""A model loads in the background as it does elsewhere, and leaves Python as it was."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.widgets.loading import load_in_background


def test_torch_imports_after_its_libraries_were_mapped() -> None:
    code = (
        "from napari_devolearn.widgets.loading import load_in_background;"
        "print(load_in_background('nucleus', 'cpu').device)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["cpu"]


@pytest.mark.parametrize("collecting", [True, False])
def test_garbage_is_collected_as_before_also_after_an_error(collecting: bool) -> None:
    was = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        with pytest.raises(WeightsError):
            load_in_background("no such model", "cpu")
        assert gc.isenabled() == collecting
        assert gc.get_freeze_count() == 0
    finally:
        (gc.enable if was else gc.disable)()
