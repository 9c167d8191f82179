from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import napari_devolearn.inference.cache as cache_module
from napari_devolearn.exceptions import OutputError
from napari_devolearn.inference.cache import RESERVE, ProbabilityCache, allocate


def test_above_the_memory_budget_the_array_is_in_a_temporary_file() -> None:
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


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_where_open_files_cannot_be_deleted_the_file_is_closed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "_DELETES_OPEN_FILES", False)  # as on Windows
    mapped = []
    cleanup = tempfile.TemporaryDirectory.cleanup

    def watched(folder: tempfile.TemporaryDirectory[str]) -> None:
        mapped.append(folder.name in Path("/proc/self/maps").read_text("utf-8"))
        cleanup(folder)

    monkeypatch.setattr(tempfile.TemporaryDirectory, "cleanup", watched)
    array = allocate((4, 100, 100), np.uint8, budget=1000)
    path = Path(str(array.filename))  # type: ignore[attr-defined]
    view = array[1:]
    del array
    assert path.exists()
    assert not mapped
    del view
    gc.collect()
    assert not path.parent.exists()
    assert mapped == [False]


def test_a_disk_that_may_be_too_small_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2000))
    with pytest.warns(UserWarning, match="TMPDIR"):
        allocate((100, 100), np.uint8, budget=1000)


def test_a_nearly_full_disk_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ProbabilityCache((2, 3, 4, 5), budget=10)
    cache.put(0, 0, np.ones((1, 4, 5), np.uint8))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=RESERVE - 1))
    with pytest.raises(OutputError, match="TMPDIR"):
        cache.put(0, 1, np.ones((1, 4, 5), np.uint8))
    assert cache.done.sum() == 1
    ProbabilityCache((2, 3, 4, 5)).put(0, 1, np.ones((1, 4, 5), np.uint8))  # in memory


def test_files_left_by_a_killed_process_are_deleted_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, age in (("napari-devolearn-old", 7200), ("napari-devolearn-new", 60), ("other-old", 7200)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "array").touch()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    array = allocate((4, 100), np.uint8, budget=10)
    assert {path.name for path in tmp_path.iterdir() if "-new" in path.name or "-old" in path.name} == {
        "napari-devolearn-new",
        "other-old",
    }
    del array


def test_a_view_keeps_the_file() -> None:
    view = allocate((4, 100, 100), np.uint8, budget=1000)[1]
    gc.collect()
    view[:] = 3
    assert view.sum() == 3 * 100 * 100


def test_within_the_budget_it_is_in_memory() -> None:
    assert not isinstance(allocate((4, 100), np.uint32, budget=1600), np.memmap)


def test_slices_are_marked_as_done_one_by_one() -> None:
    cache = ProbabilityCache((2, 3, 4, 5), outputs=2)
    cache.put(1, 2, np.stack([np.full((4, 5), 9, np.uint8), np.full((4, 5), 7, np.uint8)]))
    assert cache.done.sum() == 1
    assert cache.done[1, 2]
    assert cache.data[1, 2].min() == 9
    assert [output[2].max() for output in cache.frame(1)] == [9, 7]
    assert [output.shape for output in cache.frame(1, slice(1, 3))] == [(2, 4, 5)] * 2
