"""populations: count the cells of each founder lineage over a movie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.counting.lineage_table import counts_table
from napari_devolearn.inference.load import load_model

if TYPE_CHECKING:
    import pandas as pd


def populations(
    image: Any, model: str | Path | LineageModel = "lineage", *, decode: bool = True
) -> pd.DataFrame:
    """Count the cells of each founder lineage, frame by frame.

    Parameters
    ----------
    image : path, Stack or array-like
        One image (Y, X) or (Y, X, 3); a movie (T, Y, X[, 3]) or a movie file; volumes
        (T, Z, Y, X), which are projected frame by frame.
    model : str, Path or LineageModel
        A name or path for ``load_model``, or a loaded model.
    decode : bool
        Decode the frames of a movie together: the counts then follow those of real embryos, and the
        age never decreases. With False, or if the movie has fewer than 8 frames or does not follow
        the development of an embryo, each frame has its own counts.

    Returns
    -------
    DataFrame
        One row per frame with the columns frame, AB, E, MS, P, C, D, Z, total in whole cells, then
        trusted, measured (whether an embryo was found in the frame; see `counts_table`), age (minutes
        since AB divided, NaN where not decoded) and each frame's own counts
        as raw_AB .. raw_total.

    Raises
    ------
    ImageFormatError
        If the image cannot be read or has another shape.
    ParameterError
        If the model does not count lineages.
    WeightsError
        If there is no such model.

    Examples
    --------
    >>> populations("movie.mov").plot("frame", ["AB", "total"])  # doctest: +SKIP
    """
    used: object = load_model(model) if isinstance(model, str | Path) else model
    if not isinstance(used, LineageModel):
        name = model if isinstance(model, str | Path) else model.spec.name
        raise ParameterError(f"model {name}: does not count lineages; choose a lineage model")
    return counts_table(list(used.iter_counts(image)), decode=decode)
