"""The network for nucleus centres."""

from __future__ import annotations

import torch

from napari_devolearn.models.networks.centres import GRAIN, REACH, CentreNetwork


def test_the_output_has_the_shape_of_the_input() -> None:
    assert CentreNetwork()(torch.zeros(2, 2, *GRAIN)).shape == (2, 2, *GRAIN)


def test_the_output_does_not_depend_on_input_beyond_the_reach() -> None:
    torch.manual_seed(0)
    network = CentreNetwork().eval()
    near = torch.randn(1, 2, 4, 8, 96)
    far = near.clone()
    far[..., REACH[2] + GRAIN[2] :] = 5
    with torch.no_grad():
        assert torch.equal(network(near)[..., : GRAIN[2]], network(far)[..., : GRAIN[2]])
        assert not torch.equal(network(near)[..., : 4 * GRAIN[2]], network(far)[..., : 4 * GRAIN[2]])
