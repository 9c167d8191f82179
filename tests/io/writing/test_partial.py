from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from napari_devolearn.io.writing.partial import partial_name, sweep

GONE = "from napari_devolearn.io.writing.partial import partial_name; print(partial_name(), partial_name())"


def test_only_files_of_ended_processes_of_this_machine_are_deleted(tmp_path: Path) -> None:
    left = subprocess.run([sys.executable, "-c", GONE], capture_output=True, text=True, check=True)
    of_the_dead, folder = left.stdout.split()
    elsewhere = f".00000000{of_the_dead[9:]}"
    of_the_living = partial_name()
    for name in (of_the_dead, elsewhere, of_the_living, "mask000.tif", ".other-partial"):
        (tmp_path / name).touch()
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "t000.tif").touch()
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        elsewhere,
        of_the_living,
        "mask000.tif",
        ".other-partial",
    }


def test_a_missing_folder_is_not_an_error(tmp_path: Path) -> None:
    sweep(tmp_path / "none")
    assert not (tmp_path / "none").exists()  # nor is it made
