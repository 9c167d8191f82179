"""Pictures of held-out images with targets and predictions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.training.data.batches import Items
from napari_devolearn.training.fit.outputs import open_outputs

_CANDIDATES, _EXAMPLES = 12, 4


Example = tuple[Tensor, Tensor, Tensor]
"""A held-out image (C, Y, X), and its target and output, (K, Y, X) in 0..1, or (K,)."""


def choose_examples(network: nn.Module, held_out: Items, device: str = "cpu") -> list[Example]:
    """Choose a few images with much foreground, evenly spread over the held-out data; on the CPU, in order.

    `network`: in evaluation mode.
    """
    spread = np.unique(np.linspace(0, len(held_out) - 1, min(_CANDIDATES, len(held_out))).astype(int))
    pairs = [held_out[int(index)] for index in spread]
    if pairs[0][1].ndim == 3:
        fullest = np.argsort([-float(target[0].nansum()) for _, target in pairs], kind="stable")
        pairs = [pairs[index] for index in sorted(fullest[:_EXAMPLES])]
    with open_outputs(network, pairs, device=device) as outputs:
        first = [output[0].cpu() for output, _ in outputs][:_EXAMPLES]
    return [
        (image, target, output.sigmoid() if output.ndim == 3 else output)
        for (image, target), output in zip(pairs, first, strict=False)
    ]


def draw_examples(path: Path, examples: Sequence[Example], outputs: Sequence[str]) -> None:
    """Draw one row per example: image, then target and prediction of each output; a file is replaced.

    Raises OutputError if it cannot be written.
    """
    from matplotlib.figure import Figure

    pictures = examples[0][1].ndim == 3
    columns = 1 + 2 * len(outputs) if pictures else 2
    figure = Figure(figsize=(2.6 * columns, 2.6 * len(examples)), layout="constrained")
    grid = figure.subplots(len(examples), columns, squeeze=False)
    for row, (image, target, output) in zip(grid, examples, strict=True):
        _show(row[0], image[len(image) // 2], "image")
        if pictures:
            for channel, name in enumerate(outputs):
                _show(row[1 + 2 * channel], target[channel], f"{name}, target", 1)
                _show(row[2 + 2 * channel], output[channel], f"{name}, predicted", 1)
        else:
            places = np.arange(len(outputs))
            row[1].bar(places - 0.2, target.numpy(), 0.4, label="target")
            row[1].bar(places + 0.2, output.numpy(), 0.4, label="predicted")
            row[1].set_xticks(places, outputs)
            row[1].legend(fontsize=9)
    with atomic_file(path, overwrite=True) as stage:
        figure.savefig(stage, format="png", dpi=100)


def _show(axes: Any, plane: Tensor, title: str, most: float | None = None) -> None:
    axes.imshow(plane.numpy(), cmap="gray", vmin=None if most is None else 0, vmax=most)
    axes.set_title(title, fontsize=9)
    axes.set_axis_off()
