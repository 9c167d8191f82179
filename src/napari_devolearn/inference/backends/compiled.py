"""Compiled: what every backend makes of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class Compiled(Protocol):
    """A network, ready to run.

    Attributes
    ----------
    name : str
        What its last digits depend on.
    """

    name: str

    def __call__(self, batch: Tensor) -> Tensor:
        """Images (N, C, Y, X) to logits (N, outputs, Y, X), both float32."""
