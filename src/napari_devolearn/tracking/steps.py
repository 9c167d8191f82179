"""Work in steps that say how far it is, so that a window can show it and stop between two of them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Steps: TypeAlias = Generator[float, None, T]
"""Yields the share of the work that is done, rising up to 1, and returns what it made."""


def finish(steps: Steps[T], tell: Callable[[float], object] | None = None) -> T:
    """Do all of it.

    Parameters
    ----------
    steps : generator
        Closed in the end, as in `part`.
    tell : callable, optional
        Called with each share.

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
    """Make work a part of larger work.

    Parameters
    ----------
    steps : generator
    begin, end : float
        Share of the larger work that is done before and after it.

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
