from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from napari_devolearn.exceptions import OutputExistsError
from napari_devolearn.lineage.tracks import Track, Tracks
from napari_devolearn.simulate.dataset import write_embryo
from napari_devolearn.simulate.embryo import SimulatedEmbryo


def test_layout_is_that_of_a_ctc_data_set(tiny_ctc: Path) -> None:
    assert sorted(str(p.relative_to(tiny_ctc).as_posix()) for p in tiny_ctc.rglob("*.*")) == [
        "01/t000.tif",
        "01/t001.tif",
        "01/t002.tif",
        "01_GT/SEG/man_seg000.tif",
        "01_GT/SEG/man_seg001.tif",
        "01_GT/SEG/man_seg002.tif",
        "01_GT/TRA/man_track.txt",
        "01_GT/TRA/man_track000.tif",
        "01_GT/TRA/man_track001.tif",
        "01_GT/TRA/man_track002.tif",
    ]
    assert (tiny_ctc / "01_GT/TRA/man_track.txt").read_text().splitlines() == [
        "1 0 2 0",
        "2 0 1 0",
        "3 0 2 0",
        "4 2 2 2",
        "5 2 2 2",
    ]


def test_files_hold_compressed_calibrated_pixels(tiny_ctc: Path, tiny_embryo: SimulatedEmbryo) -> None:
    import tifffile

    for name, data in (
        ("01/t002.tif", tiny_embryo.image[2]),
        ("01_GT/TRA/man_track002.tif", tiny_embryo.labels[2]),
        ("01_GT/SEG/man_seg002.tif", tiny_embryo.labels[2]),
    ):
        with tifffile.TiffFile(tiny_ctc / name) as tif:
            read = tif.asarray()
            assert read.dtype == data.dtype
            np.testing.assert_array_equal(read, data)
            assert tif.pages[0].compression == tifffile.COMPRESSION.ADOBE_DEFLATE
            assert 'PhysicalSizeZ="1.0"' in tif.ome_metadata
            assert 'PhysicalSizeX="0.5"' in tif.ome_metadata


def test_a_folder_with_files_is_refused_and_kept(tmp_path: Path, tiny_embryo: SimulatedEmbryo) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputExistsError, match="not empty"):
        write_embryo(tmp_path, tiny_embryo)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_overwriting_replaces_the_files_and_keeps_all_others(
    tiny_ctc: Path, tiny_embryo: SimulatedEmbryo
) -> None:
    (tiny_ctc / "01" / "notes.txt").write_text("mine")
    shorter = dataclasses.replace(
        tiny_embryo,
        image=tiny_embryo.image[2:],
        labels=tiny_embryo.labels[:1],
        tracks=Tracks(tuple(Track(label, 0, 0, 0) for label in (1, 2, 3))),
    )
    write_embryo(tiny_ctc, shorter, overwrite=True)
    assert sorted(p.name for p in tiny_ctc.rglob("*.*")) == [
        "man_seg000.tif",
        "man_track.txt",
        "man_track000.tif",
        "notes.txt",
        "t000.tif",
    ]


def test_nothing_is_left_when_writing_fails(
    tmp_path: Path, tiny_embryo: SimulatedEmbryo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shutil.copyfile", fail)
    with pytest.raises(KeyboardInterrupt):
        write_embryo(tmp_path / "embryo", tiny_embryo)
    assert not any(tmp_path.iterdir())
