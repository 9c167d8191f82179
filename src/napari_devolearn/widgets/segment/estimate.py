"""What a run will take, before it starts, and what it takes while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_devolearn.widgets.common.run_block import clock

if TYPE_CHECKING:
    from napari_devolearn.inference.predictor import ResumablePredictor


def expected(slices: int, pace: float | None, guessed: float) -> str:
    """How long a run would take.

    Parameters
    ----------
    slices : int
        That have no probability yet.
    pace : float or None
        Seconds a slice took in the last run; None before the first.
    guessed : float
        Seconds a slice may take, for then.

    Returns
    -------
    str
        "" where there is nothing to say.
    """
    if not slices:
        return ""
    plural = "slice" if slices == 1 else "slices"
    if pace is None:
        roughly = clock(slices * guessed)
        return f"{slices} {plural} to compute, roughly {roughly}; better known after the first run."
    return f"{slices} {plural} to compute, about {clock(slices * pace)}."


def in_use(model: ResumablePredictor) -> str:
    """What runs where, and how much memory this program holds by now.

    Parameters
    ----------
    model : ResumablePredictor

    Returns
    -------
    str
        Such as "Running in bfloat16 on cpu, 1.4 GB of memory in use…".
    """
    import psutil  # napari brings it

    memory = psutil.Process().memory_info().rss
    return f"Running in {model.compute_backend}, {memory / 1e9:.1f} GB of memory in use…"
