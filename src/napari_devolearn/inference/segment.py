"""segment and iter_segment: segment a movie to an array, frame by frame, or to files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, overload

import numpy as np

from napari_devolearn._owning import OwningIterator
from napari_devolearn._types import Labels
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.inference.cache import ProbabilityCache, allocate
from napari_devolearn.inference.inputs.opening import open_movie
from napari_devolearn.inference.load import as_predictor
from napari_devolearn.inference.params import Output, SegmentParams, with_fields
from napari_devolearn.inference.pipeline import OnPlane, iter_finished, label_frame
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.inference.runs.segment_to import iter_segment_to, labels_path


@overload
def segment(
    image: Any,
    model: str | Path | Predictor = ...,
    params: SegmentParams | None = ...,
    *,
    voxel_size: Sequence[float] | None = ...,
    threshold: float | None = ...,
    min_diameter: float | None = ...,
    output: Output | None = ...,
) -> Labels: ...


@overload
def segment(
    image: Any,
    model: str | Path | Predictor = ...,
    params: SegmentParams | None = ...,
    *,
    voxel_size: Sequence[float] | None = ...,
    threshold: float | None = ...,
    min_diameter: float | None = ...,
    output: Output | None = ...,
    out: Path | str,
    probability: Path | str | None = ...,
    centroids: Path | str | None = ...,
    overwrite: bool = ...,
    client: Any = ...,
) -> Path: ...


def segment(
    image: Any,
    model: str | Path | Predictor = "nucleus",
    params: SegmentParams | None = None,
    *,
    voxel_size: Sequence[float] | None = None,
    threshold: float | None = None,
    min_diameter: float | None = None,
    output: Output | None = None,
    out: Path | str | None = None,
    **files: Any,
) -> Labels | Path:
    """Segment an image or movie of any size.

    Parameters
    ----------
    image : path, Stack or array-like, (Y, X), (Z, Y, X) or (T, Z, Y, X), real
        Read frame by frame.
    model : str, Path or Predictor
        A name or path for ``load_model``, or a loaded model.
    params : SegmentParams, optional
    voxel_size : sequence of float, optional
        (Z, Y, X) or (Y, X) in um; by default the stack's own.
    threshold, min_diameter, output : optional
        Fields of `SegmentParams`; they replace those of `params`.
    out : Path or str, optional
        Write files instead, frame by frame: ``x.ome.tif``, ``x.ome.zarr``, an OME-Zarr image that gets
        labels, or a folder of masks. If interrupted, the same call resumes: completed frames are kept,
        and the result is identical to the byte.
    **files
        Only with `out`: ``probability`` and ``centroids``, paths of further files to write,
        ``overwrite`` and ``client``; see `iter_segment_to`.

    Returns
    -------
    ndarray, shape of the image, uint32
        In memory up to 1 GiB, else a memmap on a temporary file. With `out`, the Path of the labels.

    Raises
    ------
    ImageFormatError
        If the image cannot be read or its values are not real numbers.
    ParameterError
        If the model cannot give the output, or options for files are given without `out`.
    WeightsError
        If there is no such model.
    OutputExistsError, OutputError, FolderInUseError, UnfinishedRunError, ClusterError
        Only with `out`, see `iter_segment_to`.

    Examples
    --------
    >>> labels = segment(movie, "nucleus", threshold=0.6)  # doctest: +SKIP
    >>> segment("01", "nucleus", out="labels.ome.zarr")  # doctest: +SKIP
    """
    used = as_predictor(model)
    chosen = with_fields(params, threshold=threshold, min_diameter=min_diameter, output=output)
    if out is not None:
        with iter_segment_to(out, image, used, chosen, voxel_size=voxel_size, **files) as written:
            for _ in written:
                pass
        return labels_path(out, used, chosen)
    if files:
        raise ParameterError(f"{', '.join(files)}: for labels in files only; pass out='labels.ome.zarr' too")
    chosen.check_task(used.spec.task)
    movie = open_movie(image, voxel_size, used.spec)
    labels = allocate(movie.shape, np.uint32)
    with iter_segment(movie, used, chosen) as frames:
        for t, frame in frames:
            labels[t] = frame
    return labels.reshape(movie.input_shape)


def iter_segment(
    image: Any,
    model: str | Path | Predictor = "nucleus",
    params: SegmentParams | None = None,
    *,
    voxel_size: Sequence[float] | None = None,
    threshold: float | None = None,
    min_diameter: float | None = None,
    output: Output | None = None,
    frames: Iterable[int] | None = None,
    cache: ProbabilityCache | None = None,
    on_plane: OnPlane | None = None,
) -> OwningIterator[tuple[int, Labels]]:
    """Segment a movie, one finished frame at a time.

    Parameters
    ----------
    image, model, params, voxel_size, threshold, min_diameter, output
        As for `segment`.
    frames : iterable of int, optional
        Indices along T; by default all.
    cache : ProbabilityCache, optional
        Stores the probabilities; has the movie's shape. By default only one frame's are in memory.
    on_plane : callable, optional
        Called with (t, z) after each slice, for a progress bar.

    Returns
    -------
    OwningIterator of (t, labels)
        ``t`` is an index along T, ``labels`` an ndarray, (Z, Y, X), uint32. In the order of the frames;
        the network already predicts the next one. If you may stop before the last frame, use it in a
        ``with`` block or call its ``close``.

    Raises
    ------
    ImageFormatError
        If the image is of a kind that cannot be segmented.
    ParameterError
        If the model cannot give the output.

    Examples
    --------
    >>> with iter_segment(movie, "nucleus") as frames:  # doctest: +SKIP
    ...     t, labels = next(frames)
    """
    used = as_predictor(model)
    chosen = with_fields(params, threshold=threshold, min_diameter=min_diameter, output=output)
    chosen.check_task(used.spec.task)
    movie = open_movie(image, voxel_size, used.spec)
    label = partial(label_frame, params=chosen, movie=movie, model=used, cache=cache)
    begin = partial(iter_finished, movie, used, label, frames=frames, cache=cache, on_plane=on_plane)
    return OwningIterator(begin)
