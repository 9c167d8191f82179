"""Generators that yield their progress, so that a window can show it and cancel between two steps."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Steps: TypeAlias = Generator[float, None, T]
"""Yields the completed fraction of the work, up to 1, and returns the result."""


def finish(steps: Steps[T], tell: Callable[[float], object] | None = None) -> T:
    """Run all steps.

    Parameters
    ----------
    steps : generator
        Closed in the end, as in `part`.
    tell : callable, optional
        Called with each fraction.

    Returns
    -------
    object
        What the generator returns.
    """
    with closing(steps):
        while True:
            try:
                share = next(steps)
            except StopIteration as end:
                made: T = end.value
                return made
            if tell is not None:
                tell(share)


def part(steps: Steps[T], begin: float, end: float) -> Steps[T]:
    """Run steps as a part of larger work.

    Parameters
    ----------
    steps : generator
    begin, end : float
        Completed fraction of the larger work before and after it.

    Yields
    ------
    float
    """
    with closing(steps):
        while True:
            try:
                share = next(steps)
            except StopIteration as over:
                made: T = over.value
                return made
            yield begin + (end - begin) * share
