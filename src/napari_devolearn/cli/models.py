"""List the models that ship with the package and check their weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

_ROW = "{:<12} {:<10} {:>12} {:>9}  {:<9} {}"


def add_options(_: argparse.ArgumentParser) -> None:
    """It has no options."""


def run(_: argparse.Namespace) -> None:
    """Print one line per model; raise an error at the end if one is damaged."""
    from napari_devolearn.exceptions import WeightsError
    from napari_devolearn.models.centres import verify_centres
    from napari_devolearn.models.registry import bundled_models
    from napari_devolearn.models.weights import verify_weights

    rows: list[tuple[str, str, str, str, Callable[[], bytes]]] = [
        (spec.name, spec.task, f"{spec.pixel_size:g} um", spec.description, partial(verify_weights, files))
        for files, spec in ((files, files.spec) for files in bundled_models())
    ]
    rows.append(("(centres)", "nucleus", "0.36 um", "Centres of nuclei in volumes", verify_centres))
    print(_ROW.format("name", "task", "pixel size", "size", "weights", "description"))
    damaged = []
    for name, task, pixel_size, description, verify in rows:
        size, state = "-", "damaged"
        try:
            size, state = f"{len(verify()) / 1e6:.1f} MB", "verified"
        except WeightsError as error:
            damaged.append(str(error))
        print(_ROW.format(name, task, pixel_size, size, state, description).rstrip())
    if damaged:
        raise WeightsError("; ".join(damaged))
