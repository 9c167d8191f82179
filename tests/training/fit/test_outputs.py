from __future__ import annotations

import pytest
import torch

from napari_devolearn.training.fit import outputs
from napari_devolearn.training.fit.outputs import autocast


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
