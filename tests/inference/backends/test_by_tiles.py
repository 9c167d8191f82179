from __future__ import annotations

from threading import Thread

import pytest
import torch
from torch import Tensor, nn

from napari_devolearn.inference.backends.by_tiles import predict_by_tiles
from napari_devolearn.inference.inputs.tiles import Tile, iter_tiles


def network() -> nn.Module:
    """Group norms in sequence and bilinear upsampling; no layer has a large receptive field."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 8, 4, stride=4),
        nn.GroupNorm(4, 8),
        nn.ReLU(),
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
        nn.Conv2d(8, 8, 1),
        nn.GroupNorm(2, 8, affine=False),
        nn.ReLU(),
        nn.Conv2d(8, 4, 1),
        nn.GroupNorm(4, 4),
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
        nn.Conv2d(4, 2, 1),
    ).requires_grad_(False)


def planes() -> Tensor:
    """Two planes, brighter to the right, (2, 1, 64, 96)."""
    noise = torch.rand(2, 1, 64, 96, generator=torch.Generator().manual_seed(1))
    return noise * torch.linspace(0, 3, 96)


def tiles() -> list[Tile]:
    return list(iter_tiles((64, 96), core=32, margin=16))


def test_group_norms_and_upsampling_equal_those_of_the_whole_plane() -> None:
    made, given = network(), planes()
    expected = made(given)
    torch.testing.assert_close(predict_by_tiles(made, made, given, tiles()), expected, atol=1e-4, rtol=1e-3)
    alone = torch.empty_like(expected)
    for tile in tiles():
        alone[..., *tile.write] = made(given[..., *tile.read])[..., *tile.keep]
    assert (alone - expected).abs().max() > 0.1  # else the tiles above would prove nothing


def test_the_network_is_unchanged_afterwards_and_for_other_threads() -> None:
    made, given = network(), planes()
    expected, elsewhere = made(given), []

    def run(batch: Tensor) -> Tensor:
        other = Thread(target=lambda: elsewhere.append(made(given)))
        other.start()
        other.join()
        return made(batch)

    predict_by_tiles(run, made, given, tiles())
    assert len(elsewhere) > len(tiles())
    for result in [*elsewhere, made(given)]:
        torch.testing.assert_close(result, expected)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_the_network_unchanged(error: type[BaseException]) -> None:
    made, given = network(), planes()

    def run(_: Tensor) -> Tensor:
        raise error

    with pytest.raises(error):
        predict_by_tiles(run, made, given, tiles())
    assert not any(module._forward_hooks for module in made.modules())
