"""Check that the output of a network is finite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from napari_devolearn.exceptions import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

    from napari_devolearn.inference.backends.compiled import Compiled
    from napari_devolearn.inference.inputs.tiles import Tile


class CheckedOutput:
    """A compiled network whose output is checked.

    Parameters
    ----------
    run : Compiled
    model : str
        Name of the model, for the message.
    """

    def __init__(self, run: Compiled, model: str) -> None:
        self.name = run.name
        self._run, self._model = run, model

    def __call__(self, batch: Tensor) -> Tensor:
        """Images (N, C, Y, X) to logits (N, outputs, Y, X), both float32."""
        return check_output(self._run(batch), f"{self._model}, {self.name}")

    def by_tiles(self, planes: Tensor, tiles: Sequence[Tile]) -> Tensor:
        """The same for large planes, tile by tile."""
        return check_output(self._run.by_tiles(planes, tiles), f"{self._model}, {self.name}")


def check_output(output: Tensor, model: str) -> Tensor:
    """Return the output; raise WeightsError if it contains NaN or infinity.

    `model` is the name of the model and its backend, for the message.
    """
    if bool(output.isfinite().all()):
        return output
    raise WeightsError(
        f"model {model}: its output contains NaN or infinity, so there is no valid result; choose the "
        "backend 'torch', or another model"
    )
