"""Progress bar with the remaining time, on standard error."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sized
from contextlib import ExitStack
from typing import Any, TypeVar

T = TypeVar("T")


def progress_bar(total: int, unit: str, *, quiet: bool = False) -> Any:
    """A context manager whose ``update()`` is called after each unit, such as "slice".

    The bar is shown only if standard error is a terminal and `quiet` is false.
    """
    from tqdm import tqdm

    return tqdm(total=total, unit=f" {unit}", disable=True if quiet else None, dynamic_ncols=True)


def watched(
    items: Iterable[T], unit: str, *, total: int | None = None, quiet: bool
) -> Generator[T, None, None]:
    """Pass items on, each counted by a progress bar as soon as it is done with.

    `total` is their number, where they have no length. A generator is closed at the end.
    """
    count = len(items) if total is None and isinstance(items, Sized) else total or 0
    with ExitStack() as stack:
        if isinstance(items, Generator):
            stack.callback(items.close)
        bar = stack.enter_context(progress_bar(count, unit, quiet=quiet))
        for item in items:
            yield item
            bar.update()
