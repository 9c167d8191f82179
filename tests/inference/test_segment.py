from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import napari_devolearn as nd
from helpers.bright_model import BrightModel, bright_movie
from helpers.counting_model import CountingModel, aging_movie
from napari_devolearn.exceptions import ParameterError, WeightsError
from napari_devolearn.inference import load
from napari_devolearn.inference.model import Model

SIZE = (1.0, 0.5, 0.5)


@pytest.fixture
def by_name(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of loaded models; bright pixels are nuclei."""
    names: list[str] = []

    def load_model(name: str) -> Model:
        names.append(name)
        return BrightModel()

    monkeypatch.setattr(load, "load_model", load_model)
    return names


def test_a_model_can_be_given_by_name(by_name: list[str]) -> None:
    expected = nd.segment(bright_movie(), BrightModel(), voxel_size=SIZE)
    assert by_name == []
    np.testing.assert_array_equal(nd.segment(bright_movie(), "nucleus", voxel_size=SIZE), expected)
    with nd.iter_segment(bright_movie(), "nucleus", voxel_size=SIZE) as frames:
        np.testing.assert_array_equal(np.stack([frame for _, frame in frames]), expected)
    assert by_name == ["nucleus", "nucleus"]


@pytest.mark.parametrize("params", [None, nd.SegmentParams(output="mask", threshold=0.1)])
def test_options_replace_fields_of_the_parameters(params: nd.SegmentParams | None) -> None:
    movie, model = bright_movie(), BrightModel()  # 200 and brighter: 201 / 255 = 0.788
    assert nd.segment(movie, model, params, voxel_size=SIZE, threshold=0.79).max(axis=(1, 2, 3))[1] == 0
    mask = nd.segment(movie, model, params, voxel_size=SIZE, threshold=0.5, output="mask")
    np.testing.assert_array_equal(mask, movie >= 128)
    assert not nd.segment(movie, model, params, voxel_size=SIZE, min_diameter=50.0).any()
    with pytest.raises(ParameterError, match="threshold 2 is not"):
        nd.segment(movie, model, params, voxel_size=SIZE, threshold=2)


def test_out_writes_files_and_returns_their_path(tmp_path: Path) -> None:
    movie, model = bright_movie(), BrightModel()
    written = nd.segment(movie, model, voxel_size=SIZE, out=tmp_path / "l.ome.zarr", threshold=0.795)
    assert written == tmp_path / "l.ome.zarr"
    expected = nd.segment(movie, model, voxel_size=SIZE, threshold=0.795)
    np.testing.assert_array_equal(np.asarray(nd.read_labels(written).data), expected)


def test_options_of_files_without_out_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"^centroids: for labels in files only; pass out="):
        nd.segment(bright_movie(), BrightModel(), voxel_size=SIZE, centroids=tmp_path / "c.csv")


def test_counting_and_segmentation_models_are_not_mixed_up() -> None:
    with pytest.raises(ParameterError, match=r"draws no labels: .* nd\.populations"):
        nd.segment(bright_movie(), CountingModel())
    with pytest.raises(ParameterError, match="model bright: does not count lineages"):
        nd.populations(aging_movie(), BrightModel())
    assert nd.populations(aging_movie(), CountingModel())["total"].is_monotonic_increasing


def test_models_are_listed_and_an_unknown_one_is_refused() -> None:
    assert "nucleus" in [spec.name for spec in nd.list_models()]
    with pytest.raises(WeightsError, match="'nucleos': unknown; choose one of embryo"):
        nd.segment(bright_movie(), "nucleos")
