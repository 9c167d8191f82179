from __future__ import annotations

import copy
import dataclasses

import pytest
import torch
from torch import Tensor, nn

from helpers.drawn.discs import Discs, tiny_network
from napari_devolearn.exceptions import TrainingError
from napari_devolearn.training.fit.learner import Learner
from napari_devolearn.training.fit.loop import iter_train
from napari_devolearn.training.fit.objective import SegmentObjective
from napari_devolearn.training.fit.params import TrainParams

PARAMS = TrainParams(epochs=2, batch=5, crop=32)


class SmallMemory(nn.Module):
    """A network on a device with memory for a limited number of images."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.inner, self.most = tiny_network(), most

    def forward(self, images: Tensor) -> Tensor:
        if len(images) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        result: Tensor = self.inner(images)
        return result


def test_out_of_memory_halves_the_batch_with_a_warning() -> None:
    run = iter_train(SmallMemory(2), Discs(), Discs(), SegmentObjective(), PARAMS)
    with pytest.warns(UserWarning, match="memory ran out; continuing with half") as said:
        reports = list(run)
    assert len(said) == 2  # 5 to 3 to 2, once for the whole run
    assert [report.batch for report in reports] == [2, 2]


def test_too_little_memory_for_one_image_is_an_error() -> None:
    run = iter_train(
        SmallMemory(0), Discs(), Discs(), SegmentObjective(), dataclasses.replace(PARAMS, batch=1)
    )
    with pytest.raises(TrainingError, match="not enough memory for one image; choose a smaller crop"):
        next(run)


def test_a_nan_loss_is_an_error_with_a_remedy() -> None:
    learner = Learner(tiny_network(), SegmentObjective(), PARAMS, 1, "cpu")
    image, mask = Discs()[0]
    with pytest.raises(TrainingError, match="step 1: the loss is nan; choose a lower learning rate"):
        learner.step(torch.full_like(image, torch.nan)[None], mask[None])


def test_a_split_batch_gives_the_mean_gradient() -> None:
    torch.manual_seed(0)
    network = nn.Conv2d(1, 1, 1)
    image = torch.rand(4, 1, 32, 32)
    target = (image > 0.5).float()

    class Mean(SegmentObjective):
        def loss(self, output: Tensor, target: Tensor) -> Tensor:
            return (output - target).abs().mean()

    losses, gradients = [], []
    for most in (4, 2):
        one = copy.deepcopy(network)
        learner = Learner(one, Mean(), PARAMS, 1, "cpu")
        learner.batch = most
        losses.append(learner.step(image, target))
        gradients.append([weights.grad for weights in one.parameters()])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-2, atol=1e-3)


def test_frozen_first_layers_and_batch_norms_are_unchanged() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.Conv2d(2, 1, 1))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    learner = Learner(network, SegmentObjective(), dataclasses.replace(PARAMS, freeze=True), 2, "cpu")
    image, mask = Discs()[0]
    learner.step(image[None], mask[None])
    after = network.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before if name.startswith("1.running"))
    assert not torch.equal(after["0.weight"], before["0.weight"])
