from __future__ import annotations

import torch

from napari_devolearn.training.fit.losses import dice_bce


def test_the_loss_is_near_0_only_for_correct_predictions() -> None:
    target = torch.zeros(2, 1, 8, 8)
    target[0, 0, :4] = 1
    right = (target * 2 - 1) * 20
    assert dice_bce(right, target) < 0.05
    assert dice_bce(-right, target) > 10


def test_an_empty_batch_has_a_gradient() -> None:
    logits = torch.zeros(1, 1, 4, 4, requires_grad=True)
    dice_bce(logits, torch.zeros(1, 1, 4, 4)).backward()
    assert logits.grad is not None
    assert (logits.grad > 0).all()
