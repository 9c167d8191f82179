from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_devolearn.inference.counting.embryo_view import VIEW
from napari_devolearn.lineage.decoding.scaling import scale_counts, unscale_counts
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.models.networks.build import build_network
from research.drawing.positions import Embryo
from research.drawing.projection import Nuclei
from research.drawing.projections import ProjectionDataset
from research.recipes.lineage import RECIPE, LineageObjective, split_embryos


def growing(name: str = "embryo") -> Embryo:
    """AB cells on an ellipse, 2, 4, 8, .. 64 of them in six frames."""
    frames = []
    for count in (2, 4, 8, 16, 32, 64):
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
        position = np.stack([5 * np.sin(3 * angle), 12 * np.sin(angle), 20 * np.cos(angle)], axis=1)
        frames.append(
            Nuclei(
                position=position.astype(np.float32),
                diameter=np.full(count, 5, np.float32),
                since_birth=np.full(count, 50, np.float32),
                to_division=np.full(count, 50, np.float32),
                axis=np.tile(np.float32([0, 0, 1]), (count, 1)),
                lineage=np.zeros(count, np.int64),
            )
        )
    counts = np.zeros((6, len(FOUNDERS)), np.int64)
    counts[:, 0] = [len(frame) for frame in frames]
    return Embryo(name=name, times=np.arange(6), frames=tuple(frames), counts=counts)


def renders(**choices: object) -> ProjectionDataset:
    return ProjectionDataset([growing()], 12, percentiles=(1.0, 99.7), **choices)  # type: ignore[arg-type]


def test_images_are_reproducible_and_differ_between_epochs() -> None:
    data, again = renders(), renders()
    image, target = data[5]
    assert (image.shape, image.dtype, target.shape, target.dtype) == (
        (1, *VIEW),
        torch.float32,
        (7,),
        torch.float32,
    )
    assert torch.equal(image, again[5][0])
    data.set_epoch(1)
    assert not torch.equal(image, data[5][0])
    held_out = renders(fixed=True)
    held_out.set_epoch(1)
    assert torch.equal(image, held_out[5][0])


def test_targets_are_the_counts_of_the_frame_drawn() -> None:
    data = renders()
    totals = {int(unscale_counts(data[i][1].numpy()).sum().round()) for i in range(12)}
    assert totals <= {2, 4, 8, 16, 32, 64}
    assert len(totals) > 2


def test_index_beyond_the_end_ends_a_loop_over_the_data() -> None:
    with pytest.raises(IndexError, match="give 0 to 11"):
        renders()[12]


def test_no_embryo_is_in_training_and_held_out_data() -> None:
    train, held_out = split_embryos([growing(str(i)) for i in range(20)])
    assert [one.name for one in held_out] == ["4", "13"]
    assert not {one.name for one in train} & {one.name for one in held_out}
    assert len(train) == 18


def test_objective_measures_whole_cells() -> None:
    objective = LineageObjective()
    true = torch.from_numpy(scale_counts([[8, 2, 2, 1, 1, 0, 0], [2, 1, 0, 1, 0, 0, 0]]))
    found = torch.from_numpy(scale_counts([[9.4, 2, 2, 1, 1, 0, 0], [2, 1, 0, 0, 0, 0, 0]]))
    scores = objective.measure([(found[:1], true[:1]), (found[1:], true[1:])])
    assert scores["agreement"] == pytest.approx(1 - (1 / 14 + 1 / 4) / 2, abs=1e-4)
    assert scores["lineage_error"] == pytest.approx(2 / 14, abs=1e-4)
    assert objective.loss(true, true).item() == pytest.approx(0, abs=1e-5)
    assert objective.loss(found, true).item() > 0


def test_a_few_steps_lower_the_loss() -> None:
    torch.manual_seed(0)
    network = build_network(RECIPE.spec)
    pairs = [renders()[i] for i in range(6)]
    image, target = (torch.stack(part) for part in zip(*pairs, strict=True))
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-5)
    losses = []
    for _ in range(12):
        loss = RECIPE.objective.loss(network(image[..., ::4, ::4]), target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]
