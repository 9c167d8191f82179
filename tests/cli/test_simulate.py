from __future__ import annotations

from pathlib import Path

import pytest

SMALL = ("--frames", "2", "--nuclei", "3", "--shape", "6,48,64", "--voxel-size", "2,0.5,0.5")


def content(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_the_layout_is_that_of_the_cell_tracking_challenge(run, tmp_path) -> None:
    status, said, _ = run("simulate", "-o", tmp_path / "embryo", *SMALL)
    assert status == 0
    assert "2 frames" in said
    assert list(content(tmp_path / "embryo")) == [
        "01/t000.tif",
        "01/t001.tif",
        "01_GT/SEG/man_seg000.tif",
        "01_GT/SEG/man_seg001.tif",
        "01_GT/TRA/man_track.txt",
        "01_GT/TRA/man_track000.tif",
        "01_GT/TRA/man_track001.tif",
    ]


@pytest.mark.parametrize(
    ("options", "said"), [(("--frames", "0"), "frames 0"), (("--shape", "1,2"), "--shape")]
)
def test_invalid_parameters_are_refused(fails, tmp_path, options, said) -> None:
    assert said in fails("simulate", "-o", tmp_path / "embryo", *options)
    assert not any(tmp_path.iterdir())


def test_a_folder_with_files_is_kept(fails, run, tmp_path) -> None:
    (tmp_path / "notes.txt").touch()
    assert "--overwrite" in fails("simulate", "-o", tmp_path, *SMALL)
    assert run("simulate", "-o", tmp_path, *SMALL, "--overwrite")[0] == 0
    assert (tmp_path / "notes.txt").exists()
