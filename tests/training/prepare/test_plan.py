from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.plan import plan_preparation


def test_every_kind_of_input_is_recognised(tiny_ctc: Path, tmp_path: Path) -> None:
    sources = plan_preparation([tiny_ctc], PrepareParams()).sources
    assert [source.name for source in sources] == ["tiny_01"]
    stack = PrepareParams(truth=str(tiny_ctc / "01_GT/SEG/man_seg000.tif"))
    (source,) = plan_preparation([tiny_ctc / "01/t000.tif"], stack).sources
    assert source.volumes[0].voxel_size == (1.0, 0.5, 0.5)


def test_every_problem_of_every_input_is_reported(tiny_ctc: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError) as error:
        plan_preparation(
            [tmp_path / "gone.tif", tmp_path / "empty", tiny_ctc], PrepareParams(hold_out=("02",))
        )
    assert "gone.tif: no such file" in str(error.value)
    assert "empty: no folder masks" in str(error.value)
    assert "hold_out '02': no input has this name; choose from tiny_01" in str(error.value)
    assert "\n" not in str(error.value)


def test_inputs_need_unique_names_and_their_own_masks(tiny_ctc: Path) -> None:
    with pytest.raises(DatasetError, match="tiny_01: two inputs have this name"):
        plan_preparation([tiny_ctc, tiny_ctc / "01"], PrepareParams())
    with pytest.raises(DatasetError, match="masks of one input, but 2 inputs"):
        plan_preparation([tiny_ctc, tiny_ctc], PrepareParams(truth="masks"))
