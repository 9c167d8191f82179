"""Training of the network for nucleus centres."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers.drawn.balls import balls, peaks
from napari_devolearn.models.networks.centres import CentreNetwork
from research.drawing.crowded_volumes import CrowdedVolume
from research.recipes.centre_crops import CROP, GridVolume, draw_crop, on_grid, peaks_at
from research.recipes.centres import folded, train, training_embryos

SIZE = (1.0, 0.18, 0.18)


@pytest.fixture
def volume() -> GridVolume:
    """Two nuclei of 4 um."""
    centre = np.array([(6.0, 5.4, 5.4), (6.0, 12.6, 9.0)])
    inside = balls([(z, y, x) for z, y, x in centre], 2.0, (12, 100, 80), SIZE)
    image = np.where(inside, 200, 20).astype(np.uint8)
    mask = (255 * inside).astype(np.uint8)
    drawn = CrowdedVolume(image=image, voxel_size=SIZE, inside=mask, centre=centre, radius=np.full(2, 2.0))
    return on_grid(drawn, mask)


def test_centres_keep_their_place_on_the_grid(volume: GridVolume) -> None:
    assert volume.images.shape == (3, 12, 50, 40)
    for place in np.rint(volume.centre).astype(int):
        assert volume.images[(1, *place)] == 1
    np.testing.assert_allclose(volume.centre[0], (6, 14.75, 14.75))


def test_a_crop_has_a_peak_where_a_nucleus_is(volume: GridVolume) -> None:
    for seed in range(5):
        image, probability, target, inside = draw_crop([volume], np.random.default_rng(seed))
        assert image.shape == CROP
        np.testing.assert_array_equal(inside, probability)
        assert target.max() > 0.9
        assert probability[target > 0.9].min() > 0.9
        assert target[probability == 0].max() < 0.3


def test_peaks_are_as_wide_as_their_nuclei_and_cut_at_the_edge() -> None:
    target = peaks_at(np.array([[0.0, 20, 20], [50.0, 0, 0]]), np.array([2.0, 2.0]), (8, 40, 40))
    assert target[0, 20, 20] == 1
    np.testing.assert_allclose(target[0, 20, 20 + 5], np.exp(-((5 * 0.36 / 0.84) ** 2) / 2), rtol=1e-5)
    assert peaks([(0, 0, 0)], 2.0, (2, 2, 2), (1, 1, 1))[0, 0, 0] == 255


def test_folding_the_batch_norms_changes_nothing() -> None:
    torch.manual_seed(0)
    network = CentreNetwork(norm=True)
    images = torch.randn(2, 2, 8, 16, 16)
    with torch.no_grad():
        for _ in range(3):
            network(images)  # other running statistics than the initial ones
        plain = folded(network)
        torch.testing.assert_close(plain(images), network(images), atol=1e-4, rtol=1e-4)
    assert not any("norm" in type(module).__name__.lower() for module in plain.modules())


def test_training_gives_a_network_without_batch_norms(
    volume: GridVolume, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("research.recipes.centre_crops.CROP", (16, 32, 32))
    trained = train([volume], 50).state_dict()
    assert "step 50: loss" in capsys.readouterr().out
    CentreNetwork().load_state_dict(trained)
    assert all(bool(weights.isfinite().all()) for weights in trained.values())


def test_training_continues_from_weights_of_the_centres_alone(volume: GridVolume) -> None:
    whole = CentreNetwork().state_dict()
    initial = {name: tensor[:4].half() if "head" in name else tensor.half() for name, tensor in whole.items()}
    trained = train([volume], 1, initial).state_dict()
    assert trained["head.weight"].shape == whole["head.weight"].shape
    np.testing.assert_allclose(trained["enter.0.0.weight"], whole["enter.0.0.weight"], atol=2e-3)


def test_scored_embryos_are_not_trained_on() -> None:
    embryos = list(range(222))
    kept = training_embryos(embryos)  # type: ignore[arg-type]
    assert not {0, 37, 74, 111, 148, 185} & set(kept)  # type: ignore[arg-type]
    assert len(kept) == 173
