"""Where probabilities wait."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from napari_devolearn.inference.cache import ProbabilityCache, allocate


def test_past_the_budget_the_array_lies_in_a_file_that_goes_with_it() -> None:
    array = allocate((4, 100, 100), np.uint8, budget=1000)
    assert isinstance(array, np.memmap)
    path = Path(str(array.filename))
    array[2, 3, 4] = 7
    assert array.sum() == 7
    if os.name == "posix":
        assert not path.exists()  # already nameless: nothing is left even after a kill
    del array
    gc.collect()
    assert not path.parent.exists()


def test_a_disk_that_could_become_too_small_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2000))
    with pytest.warns(UserWarning, match="TMPDIR"):
        allocate((100, 100), np.uint8, budget=1000)


def test_a_view_keeps_the_file() -> None:
    view = allocate((4, 100, 100), np.uint8, budget=1000)[1]
    gc.collect()
    view[:] = 3
    assert view.sum() == 3 * 100 * 100


def test_within_the_budget_it_is_in_memory() -> None:
    assert not isinstance(allocate((4, 100), np.uint32, budget=1600), np.memmap)


def test_slices_are_done_one_by_one() -> None:
    cache = ProbabilityCache((2, 3, 4, 5), outputs=2)
    cache.put(1, 2, np.stack([np.full((4, 5), 9, np.uint8), np.full((4, 5), 7, np.uint8)]))
    assert cache.done.sum() == 1
    assert cache.done[1, 2]
    assert cache.data[1, 2].min() == 9
    assert [output[2].max() for output in cache.frame(1)] == [9, 7]
    assert [output.shape for output in cache.frame(1, slice(1, 3))] == [(2, 4, 5)] * 2
