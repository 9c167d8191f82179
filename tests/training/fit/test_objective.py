from __future__ import annotations

import math

import pytest
import torch

from napari_devolearn.training.fit.objective import FineTuneObjective, SegmentObjective


def test_scores_of_two_slices_counted_by_hand() -> None:
    target, output = torch.zeros(2, 1, 1, 8, 8), torch.full((2, 1, 1, 8, 8), -5.0)
    target[0, ..., :4, :] = 1  # 32 pixels, 16 of them found
    output[0, ..., 2:6, :] = 5  # 32 found
    output[1, ..., 0, :] = 5  # 8 found in a slice without a mask
    scores = SegmentObjective().measure(zip(output, target, strict=True))
    assert scores == pytest.approx(
        {"iou": 16 / 56, "dice": 32 / 72, "slice_iou": 16 / 48 / 2, "slice_dice": 32 / 64 / 2}
    )
    assert next(iter(scores)) == "iou"


def test_other_outputs_count_with_their_weight() -> None:
    output = torch.zeros(1, 2, 4, 4, requires_grad=True)
    target = torch.ones(1, 2, 4, 4)
    one, three = (SegmentObjective(weight=w).loss(output, target) for w in (1.0, 3.0))
    first = SegmentObjective().loss(output[:, :1], target[:, :1])
    assert (three - first).item() == pytest.approx(3 * (one - first).item(), rel=1e-5)
    one.backward()
    assert output.grad is not None
    assert (output.grad < 0).all()
    scores = SegmentObjective().measure([(output.detach(), target)])
    assert scores["error"] == pytest.approx(0.5)


def test_a_low_probability_gives_a_lower_score() -> None:
    output = torch.linspace(-3, 3, 16).reshape(1, 1, 4, 4)
    target = (output > 0.5).float()
    strict, lenient = SegmentObjective(), SegmentObjective(lenience=0.4)
    shift = math.log(0.4 / 0.6)  # from logit 0, probability 0.5, to the logit of 0.4
    assert lenient.loss(output, target).item() == pytest.approx(strict.loss(output + shift, target).item())


def test_own_and_simulated_images_have_equal_weight() -> None:
    """In a common batch, a change of small objects would hardly matter next to large ones."""
    target = torch.zeros(2, 2, 16, 16)
    target[0, 0], target[1, 0, :2, :2], target[1, 1] = 1, 1, 1  # a large cell; a small simulated nucleus
    right, wrong = torch.full((2, 1, 16, 16), -9.0), torch.full((2, 1, 16, 16), -9.0)
    right[0], wrong[0] = 9, 9
    right[1, :, :2, :2] = 9
    objective = FineTuneObjective(segment=SegmentObjective())
    together = SegmentObjective().loss(wrong, target[:, :1]) - SegmentObjective().loss(right, target[:, :1])
    apart = objective.loss(wrong, target) - objective.loss(right, target)
    assert apart > 5 * together
    assert objective.loss(wrong[:1], target[:1]) == SegmentObjective().loss(wrong[:1], target[:1, :1])


def test_scores_of_simulated_images_are_reported_separately() -> None:
    target = torch.zeros(2, 1, 2, 8, 8)
    target[:, :, 0, :4], target[1, :, 1] = 1, 1  # the second is simulated
    output = torch.full((2, 1, 1, 8, 8), -5.0)
    output[0, :, :, :4], output[1, :, :, :2] = 5, 5
    scores = FineTuneObjective(segment=SegmentObjective()).measure(zip(output, target, strict=True))
    assert (scores["iou"], scores["kept"]) == (1.0, 0.5)


def test_the_loss_is_near_0_only_for_correct_predictions() -> None:
    target = torch.zeros(2, 1, 8, 8)
    target[0, 0, :4] = 1
    right = (target * 2 - 1) * 20
    assert SegmentObjective().loss(right, target) < 0.05
    assert SegmentObjective().loss(-right, target) > 10


def test_an_empty_batch_has_a_gradient() -> None:
    logits = torch.zeros(1, 1, 4, 4, requires_grad=True)
    SegmentObjective().loss(logits, torch.zeros(1, 1, 4, 4)).backward()
    assert logits.grad is not None
    assert (logits.grad > 0).all()
