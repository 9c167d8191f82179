"""Held-out images beside what the network should give and what it gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.training.data.batches import Items
from napari_devolearn.training.fit.outputs import iter_outputs

_LOOKED_AT, _SHOWN = 12, 4


@dataclass(frozen=True)
class Example:
    """One held-out image.

    Parameters
    ----------
    image : Tensor, (C, Y, X)
    target, output : Tensor, (K, Y, X) in 0..1, or (K,)
    """

    image: Tensor
    target: Tensor
    output: Tensor


def choose_examples(network: nn.Module, held_out: Items, device: str = "cpu") -> list[Example]:
    """Those of a few images, evenly spread over the held-out data, that show most.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode.
    held_out : Items
    device : str

    Returns
    -------
    list of Example
        On the CPU, in the order of the data.
    """
    spread = np.unique(np.linspace(0, len(held_out) - 1, min(_LOOKED_AT, len(held_out))).astype(int))
    pairs = [held_out[int(index)] for index in spread]
    if pairs[0][1].ndim == 3:
        fullest = np.argsort([-float(target[0].nansum()) for _, target in pairs], kind="stable")
        pairs = [pairs[index] for index in sorted(fullest[:_SHOWN])]
    examples = []
    with iter_outputs(network, pairs, device=device) as outputs:
        for (image, target), (output, _) in zip(pairs, outputs, strict=True):
            shown = output[0].cpu()
            examples.append(Example(image, target, shown.sigmoid() if shown.ndim == 3 else shown))
    return examples[:_SHOWN]


def draw_examples(path: Path, examples: Sequence[Example], outputs: Sequence[str]) -> None:
    """Draw a row for each example: image, then target and prediction of each output.

    Parameters
    ----------
    path : Path
        The PNG file; replaced if it exists.
    examples : sequence of Example
    outputs : sequence of str
        Names of the network's outputs.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from matplotlib.figure import Figure

    pictures = examples[0].target.ndim == 3
    columns = 1 + 2 * len(outputs) if pictures else 2
    figure = Figure(figsize=(2.6 * columns, 2.6 * len(examples)), layout="constrained")
    grid = figure.subplots(len(examples), columns, squeeze=False)
    for row, example in zip(grid, examples, strict=True):
        _show(row[0], example.image[len(example.image) // 2], "image")
        if pictures:
            for channel, name in enumerate(outputs):
                _show(row[1 + 2 * channel], example.target[channel], f"{name}, wanted", 1)
                _show(row[2 + 2 * channel], example.output[channel], f"{name}, predicted", 1)
        else:
            _bars(row[1], example, outputs)
    with atomic_file(path, overwrite=True) as stage:
        figure.savefig(stage, format="png", dpi=100)


def _show(axes: Any, plane: Tensor, title: str, most: float | None = None) -> None:
    axes.imshow(plane.numpy(), cmap="gray", vmin=None if most is None else 0, vmax=most)
    axes.set_title(title, fontsize=9)
    axes.set_axis_off()


def _bars(axes: Any, example: Example, outputs: Sequence[str]) -> None:
    places = np.arange(len(outputs))
    axes.bar(places - 0.2, example.target.numpy(), 0.4, label="wanted")
    axes.bar(places + 0.2, example.output.numpy(), 0.4, label="predicted")
    axes.set_xticks(places, outputs)
    axes.legend(fontsize=7)
