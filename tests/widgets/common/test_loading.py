from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.inference.backends.backend import available_backends, ready_backend
from napari_devolearn.widgets.common.loading import MANY, is_reload_faster, load_in_background


def test_torch_imports_after_its_libraries_were_mapped() -> None:
    code = (
        "from napari_devolearn.widgets.common.loading import load_in_background;"
        "print(load_in_background('nucleus', 'cpu').device)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["cpu"]


@pytest.mark.parametrize("collecting", [True, False])
def test_garbage_collection_is_restored_also_after_an_error(collecting: bool) -> None:
    was = gc.isenabled()
    gc.unfreeze()
    try:
        (gc.enable if collecting else gc.disable)()
        with pytest.raises(WeightsError):
            load_in_background("no such model", "cpu")
        assert gc.isenabled() == collecting
        assert gc.get_freeze_count() == 0
    finally:
        (gc.enable if was else gc.disable)()
        gc.freeze()


@pytest.mark.skipif(available_backends()[0] == ready_backend(), reason="the fastest backend is ready at once")
def test_many_slices_get_the_fastest_backend() -> None:
    few = load_in_background("nucleus", "cpu")
    assert not is_reload_faster(few, MANY - 1)
    assert is_reload_faster(few, MANY)
    many = load_in_background("nucleus", "cpu", MANY)
    assert many.compute_backend.endswith("by openvino")
    assert not is_reload_faster(many, MANY)
