from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.io.core.ctc_datasets import CTC_DATASETS, find_ctc_dataset


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Fluo-N3DH-CE/01", "Fluo-N3DH-CE"),
        ("training/fluo-n3dh-ce (1)/01_GT/TRA/man_track000.tif", "Fluo-N3DH-CE"),
        ("Fluo-C3DH-A549-SIM/01", "Fluo-C3DH-A549-SIM"),
        ("Fluo-C3DH-A549_copy/01", "Fluo-C3DH-A549"),
        ("Fluo-N3DH-SIM+/02", "Fluo-N3DH-SIM+"),
        ("Fluo-N3DH-CELLS/01", None),
        ("my Fluo-N3DH-CE/01", None),
        ("hela/01", None),
    ],
)
def test_the_folder_names_the_data_set(path: str, name: str | None) -> None:
    found = find_ctc_dataset(Path(path))
    assert (found and found.name) == name


def test_every_row_has_a_plausible_size() -> None:
    for row in CTC_DATASETS:
        z, y, x = row.voxel_size
        assert 0.05 < x == y <= 2
        assert 0.2 <= z <= 6


def test_the_embryo_data_set_matches_its_web_page() -> None:
    row = find_ctc_dataset(Path("Fluo-N3DH-CE"))
    assert row is not None
    assert row.voxel_size == (1.0, 0.09, 0.09)
    assert row.frame_interval == 1.0
