"""Compiled: the interface of a network in any backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from napari_devolearn.inference.inputs.tiles import Tile


class Compiled(Protocol):
    """A network, ready to run.

    Attributes
    ----------
    name : str
        Backend and number type, on which the last digits depend.
    """

    name: str

    def __call__(self, batch: Tensor) -> Tensor:
        """Images (N, C, Y, X) to logits (N, outputs, Y, X), both float32."""

    def by_tiles(self, planes: Tensor, tiles: Sequence[Tile]) -> Tensor:
        """The same for large planes, tile by tile."""
