from __future__ import annotations

import pytest
import torch

from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.dataset import PairsDataset
from napari_devolearn.training.data.pairs import read_pairs
from napari_devolearn.training.data.subset import Subset
from prepared_pairs import write_prepared


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> PairsDataset:
    """Ten time points of three slices."""
    folder = write_prepared(tmp_path_factory.mktemp("data") / "prepared", times=10)
    spec = ModelSpec(name="n", task="nucleus", pixel_size=0.2, sha256="a" * 64)
    return PairsDataset(folder, read_pairs(folder), spec, crop=32)


@pytest.mark.parametrize(("fraction", "times"), [(0.01, {5}), (0.2, {2, 7}), (0.5, {1, 3, 5, 7, 9})])
def test_subsets_have_whole_volumes_evenly_spaced(
    whole: PairsDataset, fraction: float, times: set[int]
) -> None:
    part = Subset(whole, fraction)
    kept = [whole.pairs[i] for i in part.indices]
    assert {pair.t for pair in kept} == times
    assert len(part) == len(kept) == 3 * len(times)


def test_a_subset_of_everything_is_the_data_set(whole: PairsDataset) -> None:
    part = Subset(whole, 1.0)
    assert len(part) == len(whole)
    part.set_epoch(3)
    torch.testing.assert_close(part[4], whole[4])
