"""Generators that yield their progress, so that a window can show it and cancel between steps."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Steps: TypeAlias = Generator[float, None, T]
"""Yields the completed fraction of the work, up to 1, and returns the result."""


def finish(steps: Steps[T], report: Callable[[float], object] | None = None) -> T:
    """Run all steps, close the generator and return its result; `report` is called with each fraction."""
    with closing(steps):
        while True:
            try:
                share = next(steps)
            except StopIteration as end:
                made: T = end.value
                return made
            if report is not None:
                report(share)


def part(steps: Steps[T], begin: float, end: float) -> Steps[T]:
    """Run steps as part of larger work, from completed fraction `begin` to `end`."""
    with closing(steps):
        while True:
            try:
                share = next(steps)
            except StopIteration as over:
                made: T = over.value
                return made
            yield begin + (end - begin) * share
