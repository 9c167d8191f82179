from __future__ import annotations

import pytest
import torch

from helpers.drawn.discs import Discs, tiny_network
from napari_devolearn.training.fit import outputs
from napari_devolearn.training.fit.outputs import autocast, open_outputs


@pytest.mark.parametrize("has", [True, False])
def test_a_cpu_computes_in_bfloat16_only_if_it_has_the_instructions(
    has: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs, "computes_bfloat16", lambda: has)
    with autocast("cpu"):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert product.dtype == (torch.bfloat16 if has else torch.float32)


def test_other_devices_compute_in_their_own_precision() -> None:
    with autocast("mps"):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


class WithSimulated(Discs):
    own = 2


def test_simulated_images_are_passed_in_batches_and_others_one_at_a_time() -> None:
    network = tiny_network().eval()
    with open_outputs(network, WithSimulated(13, (40, 24))) as batches:
        found = list(batches)
    with open_outputs(network, Discs(13, (40, 24))) as singles:
        expected = list(singles)
    assert [len(output) for output, _ in found] == [1, 1, 8, 3]
    assert [len(output) for output, _ in expected] == [1] * 13
    for part in (0, 1):
        joined, alone = (torch.cat([pair[part] for pair in pairs]) for pairs in (found, expected))
        torch.testing.assert_close(joined, alone, atol=0.02, rtol=0.02)  # bfloat16
