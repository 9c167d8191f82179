from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from helpers.drawn.discs import Discs, tiny_network
from napari_devolearn.training.run.pictures import choose_examples, draw_examples


class MostlyEmpty(Discs):
    """Masks only in the images 3, 6 and 9."""

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image, mask = super().__getitem__(index)
        return image, mask * (index in (3, 6, 9))


def test_images_with_masks_are_shown_first() -> None:
    chosen = choose_examples(tiny_network().eval(), MostlyEmpty(12))
    assert len(chosen) == 4
    assert [bool(target.any()) for _, target, _ in chosen].count(True) == 3
    assert all(0 <= output.min() <= output.max() <= 1 for _, _, output in chosen)


def test_counts_are_drawn_as_bars(tmp_path: Path) -> None:
    example = (torch.zeros(1, 8, 8), torch.tensor([0.5, -1.0]), torch.tensor([0.4, -0.9]))
    draw_examples(tmp_path / "examples.png", [example], ("A", "E"))
    with Image.open(tmp_path / "examples.png") as picture:
        assert np.ptp(np.asarray(picture)) > 0
