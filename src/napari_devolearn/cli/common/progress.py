"""Progress bar with the remaining time, on standard error."""

from __future__ import annotations

from typing import Any


def progress_bar(total: int, unit: str, *, quiet: bool = False) -> Any:
    """A context manager whose ``update()`` is called after each unit, such as "slice".

    The bar is shown only if standard error is a terminal and `quiet` is false.
    """
    from tqdm import tqdm

    return tqdm(total=total, unit=f" {unit}", disable=True if quiet else None, dynamic_ncols=True)
