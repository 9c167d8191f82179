from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.real_data import DATA, needs_data
from napari_devolearn.exceptions import DatasetError
from research.recipes.nucleus import HELD_OUT, SLICE_SIZE, in_windows
from research.recipes.real_outlines import (
    MEMBRANE_SIZE,
    STILL,
    NuclearSlice,
    iter_nuclear_slices,
    membrane_files,
    nuclear_views,
    read_membranes,
)


def test_no_window_of_averages_reaches_into_a_held_out_one() -> None:
    for first, end in STILL:
        inside = [in_windows(t, HELD_OUT) for t in range(first, end)]
        assert all(inside) or not any(inside)


def test_missing_folders_are_reported(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"index\.csv"):
        next(iter_nuclear_slices(tmp_path))
    with pytest.raises(DatasetError, match="membrane_3dmms"):
        membrane_files(tmp_path)


def test_a_frame_is_projected_only_if_its_widest_section_is_there() -> None:
    """Six slices of a frame, at depths from 1 um on, and from 15 um on."""
    dark = np.arange(16, dtype=np.uint8).reshape(4, 4)
    for first, projected in ((1, 0), (15, 1)):
        slices = [NuclearSlice(0, first + k, dark, dark > 8) for k in range(6)]
        views = nuclear_views(slices)
        assert len(views) == 6 + projected
        assert sum(not view.of_volume for view in views) == projected


@needs_data("membrane_3dmms")
def test_the_labelled_membranes_are_held_out_and_fill_their_embryo() -> None:
    train, held_out = membrane_files(DATA)
    assert "t046" in {path.stem for path in held_out}
    assert not {path.stem for path in train} & {path.stem for path in held_out}
    volume = read_membranes(next(path for path in held_out if path.stem == "t046"))
    volume_um3 = volume.inside.sum() * np.prod(MEMBRANE_SIZE)
    assert 22_000 < volume_um3 < 32_000, "um^3, of an egg of about 50 by 35 by 26 um"


@needs_data("nuclei_ctc_slices")
def test_the_fitted_egg_is_an_egg_that_holds_the_nuclei() -> None:
    slices = iter_nuclear_slices(DATA)
    sections = [one.inside for one in (next(slices) for _ in range(60))]
    widest = np.any(sections, axis=0)
    y, x = np.nonzero(widest)
    assert np.ptp(x) * SLICE_SIZE[1] == pytest.approx(48, abs=3)
    assert np.ptp(y) * SLICE_SIZE[0] == pytest.approx(33, abs=3)
