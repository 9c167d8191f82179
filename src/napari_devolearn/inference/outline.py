"""outline: position, length, width, area and volume of the embryo in each frame."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._owning import OwningIterator
from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import ParameterError, warn_caller
from napari_devolearn.inference.counting.projections import as_projections
from napari_devolearn.inference.inputs.grid import check_scale
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.inference.inputs.opening import as_movie
from napari_devolearn.inference.load import as_predictor
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import iter_outputs, label_frame
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.io.core.calibration import check_voxel_size
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.image import read_image
from napari_devolearn.io.pictures.movie_file import MOVIE_SUFFIXES
from napari_devolearn.io.pictures.picture import PICTURE_SUFFIXES
from napari_devolearn.postprocess.embryo import EmbryoSize, measure_embryo
from napari_devolearn.postprocess.embryo_table import outline_table

if TYPE_CHECKING:
    import pandas as pd


class OutlineFrame(NamedTuple):
    """The embryo in one frame.

    `frame`: frame number in the file name of a sequence, else index along T.
    `labels`: (Z, Y, X), unsigned: 1 for the largest embryo, 2 and more for others.
    `size`: measurements of the largest embryo.
    """

    frame: int
    labels: npt.NDArray[np.unsignedinteger]
    size: EmbryoSize


class OutlineInput(NamedTuple):
    """An opened image or movie.

    `voxel_size`: (Z, Y, X) in um; None if unknown: lengths are then empty.
    `frames`: number of each frame that has an image.
    `frame_interval`: minutes between two frames, if known.
    """

    movie: Movie
    voxel_size: VoxelSize | None
    frames: tuple[int, ...]
    frame_interval: float | None


def open_outline_input(
    image: Any,
    model: Predictor,
    voxel_size: Sequence[float] | None = None,
    *,
    axes: str | None = None,
    channel: int | str | None = None,
    series: int | None = None,
) -> OutlineInput:
    """Open an image, stack or movie from a file or an array, as for `outline`.

    `axes`, `channel`, `series`: for files, as for `read_image`.
    Raises ImageFormatError if the image cannot be read or has another shape.
    """
    known = check_voxel_size(voxel_size) if voxel_size is not None else None
    frames, interval = None, None
    if isinstance(image, str | Path):
        path = Path(image)
        if path.suffix.lower() in (*MOVIE_SUFFIXES, *PICTURE_SUFFIXES):
            planes = as_projections(path)
            image = Stack(data=planes, name=path.name, source=path, frames=tuple(range(len(planes))))
        else:
            image = read_image(path, axes=axes, channel=channel, series=series)
    if isinstance(image, Stack):
        image = image.without_missing()
        known, frames, interval = known or image.voxel_size, image.frames, image.frame_interval
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*voxel size unknown")  # another text follows
        movie = as_movie(image, known, model.spec.default_pixel_size)
    if known is None:
        warn_caller(
            f"{movie.name}: voxel size unknown: pixels of {movie.voxel_size[-1]:.3g} um are assumed to find "
            "the embryo, and lengths stay empty; pass the voxel size (Z, Y, X) in um"
        )
    return OutlineInput(movie, known, frames or tuple(range(movie.shape[0])), interval)


def iter_outline(
    given: OutlineInput, model: Predictor, params: SegmentParams | None = None
) -> OwningIterator[OutlineFrame]:
    """Find and measure the embryo with an embryo model, one frame at a time.

    `given`: from `open_outline_input`.
    Raises ParameterError if the model is not an embryo model.
    """
    if model.spec.task != "embryo":
        raise ParameterError(
            f"model {model.spec.name!r}: finds no outline of an embryo; pass an embryo model"
        )
    movie = given.movie
    check_scale(movie.name, movie.shape[2:], movie.voxel_size[1:], model.spec.pixel_size)
    return OwningIterator(lambda resources: _iter_frames(given, model, params or SegmentParams(), resources))


def _iter_frames(
    given: OutlineInput, model: Predictor, params: SegmentParams, resources: ExitStack
) -> Generator[OutlineFrame, None, None]:
    with closing(iter_outputs(given.movie, model, resources)) as frames:
        for t, outputs in frames:
            labels = label_frame(t, outputs, params, given.movie, model)
            size = measure_embryo(labels, given.voxel_size, outputs[0])
            yield OutlineFrame(given.frames[t], labels, size)


def outline(
    image: Any,
    model: str | Path | Predictor = "embryo",
    params: SegmentParams | None = None,
    *,
    voxel_size: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Measure the embryo in each frame.

    Parameters
    ----------
    image : path, Stack or array-like
        (Y, X), (Z, Y, X) or (T, Z, Y, X); a greyscale or RGB image or movie file, or any file or folder
        that `read_image` opens.
    model : str, Path or Predictor
        A name or path for ``load_model``, or a loaded model.
    params : SegmentParams, optional
    voxel_size : sequence of float, optional
        (Z, Y, X) or (Y, X) in um; by default the file's own.

    Returns
    -------
    DataFrame
        One row per frame that has an image: frame, minutes (if the interval is known), and the fields of
        `EmbryoSize`. Sizes are NaN, with a warning, if no embryo is found, if the image's edge cuts it, or
        if the voxel size is unknown.

    Examples
    --------
    >>> outline("embryo.tif").length_um  # doctest: +SKIP
    """
    used = as_predictor(model)
    given = open_outline_input(image, used, voxel_size)
    with iter_outline(given, used, params) as frames:
        sizes = {one.frame: one.size for one in frames}
    return outline_table(sizes, given.movie.name, given.frame_interval)
