"""A progress bar with the time left, on standard error."""

from __future__ import annotations

from typing import Any


def progress_bar(total: int, unit: str, *, quiet: bool = False) -> Any:
    """Make a bar; use it as a context manager and call its ``update()`` after each unit.

    `total`: number of units.
    `unit`: what is counted, such as "slice".
    `quiet`: show nothing. A bar is shown only if standard error is a terminal.
    """
    from tqdm import tqdm

    return tqdm(total=total, unit=f" {unit}", disable=True if quiet else None, dynamic_ncols=True)
