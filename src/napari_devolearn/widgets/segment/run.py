"""A run: from a request to labels, step by step, in a worker thread."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, groupby
from math import prod
from operator import itemgetter
from typing import NamedTuple

from napari_devolearn.inference.backends.device import available_devices
from napari_devolearn.inference.cache import ProbabilityCache
from napari_devolearn.inference.embryo_mask import InsideModel
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.movie import Movie, as_movie
from napari_devolearn.inference.overlap import labelling_threads
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import iter_planes
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.loading import load_in_background, worth_loading_anew
from napari_devolearn.widgets.common.scope import Plane, shape_of
from napari_devolearn.widgets.segment.keeping import Kept, keeping
from napari_devolearn.widgets.segment.order import by_view, frames_by_view
from napari_devolearn.widgets.segment.session import Labelled, Session, Source


class Opened(NamedTuple):
    """The model is loaded; so many steps are to come."""

    session: Session
    devices: tuple[str, ...]
    steps: int


class PlaneDone(NamedTuple):
    """The probability of a slice lies in the cache."""

    plane: Plane


@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """What to run.

    Parameters
    ----------
    source : Source
    device : str
    params : SegmentParams
        Of a new session; a session's own may change while it runs.
    planes : list of (t, z)
        Frame by frame.
    as_volumes : bool
        Label each frame as a volume, not slice by slice.
    view : (t, z)
        The slice in view.
    session : Session, optional
        One of the same source, whose probabilities need not be computed again.
    model : Model, optional
        The source's model on the device, if it is loaded already.
    """

    source: Source
    device: str
    params: SegmentParams
    planes: list[Plane]
    as_volumes: bool
    view: Plane = (0, 0)
    session: Session | None = None
    model: Model | None = None


def iter_run(request: Request) -> Iterator[object]:
    """Carry a request out.

    Parameters
    ----------
    request : Request

    Yields
    ------
    Opened, then PlaneDone for each slice and Labelled for each frame
        What is in view first. The caller may stop between any two of them.
    """
    model = _load(request)
    session = request.session or _open_session(request, model)
    if session.model.arithmetic != model.arithmetic:
        session.cache.done[:] = False  # no movie is computed partly in one, partly in the other
    session.model, session.device = model, request.device
    session.view = request.view
    frames = {t: list(planes) for t, planes in groupby(request.planes, key=itemgetter(0))}
    several = frames if request.as_volumes and len(frames) > 1 else {}
    with keeping(session, several) as kept:
        missing = sum(not session.cache.done[t, z] and t not in kept.finished for t, z in request.planes)
        yield Opened(session, available_devices(), missing + len(frames))
        order = frames_by_view(frames, lambda: session.view)
        units = (_frame(request, session, kept, frames, t) for t in order)
        yield from _label_behind(session, kept, units)


def _load(request: Request) -> Model:
    slices, source = len(request.planes), request.source
    if request.model is not None and not worth_loading_anew(request.model, slices):
        return request.model
    model = load_in_background(source.model, request.device, slices)
    if source.inside:
        model = InsideModel(model, load_in_background("embryo", request.device, slices))
    return model


def _frame(
    request: Request, session: Session, kept: Kept, frames: Mapping[int, list[Plane]], t: int
) -> Iterator[PlaneDone | list[Plane]]:
    """Slices that are missing, those near to the view first; at the end what is to be labelled."""
    if request.as_volumes:
        session.volumes.add(t)
    kept.fill(t)
    done = session.cache.done

    def elsewhere(plane: Plane) -> bool:
        return plane in frames.get(plane[0], ()) and not done[plane]

    todo = by_view([plane for plane in frames[t] if not done[plane]], lambda: session.view, elsewhere)
    for plane in iter_planes(session.movie, session.model, session.cache, todo):
        yield PlaneDone(plane)
    yield session.unit_of(frames[t][0])


def _label_behind(
    session: Session, kept: Kept, frames: Iterable[Iterator[PlaneDone | list[Plane]]]
) -> Iterator[PlaneDone | Labelled]:
    """Label and keep frames in threads while the network is at the next one."""

    def finish(planes: list[Plane], params: SegmentParams) -> Labelled:
        labels = session.label(planes, params)
        kept.keep(planes[0][0])
        return labels

    threads = labelling_threads(prod(session.movie.shape[1:]), session.model.device)
    with ThreadPoolExecutor(threads, "label") as pool:
        under_way: deque[Future[Labelled]] = deque()
        for step in chain.from_iterable(frames):
            if isinstance(step, PlaneDone):
                yield step
            else:
                under_way.append(pool.submit(finish, step, session.params))
            while under_way and (under_way[0].done() or len(under_way) > threads):
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def movie_of(source: Source, spec: ModelSpec) -> Movie:
    """The pixels of a layer as a movie; reads nothing.

    Parameters
    ----------
    source : Source
    spec : ModelSpec
        Its pixel size is taken where the voxel size is unknown.

    Returns
    -------
    Movie
    """
    pixels = source.pixels if hasattr(source.pixels, "reshape") else _as_dask(source.pixels)
    return as_movie(pixels, source.voxel_size or (spec.pixel_size,) * 3, spec.pixel_size)


def _open_session(request: Request, model: Model) -> Session:
    source, spec = request.source, model.spec
    pixels = source.pixels if hasattr(source.pixels, "reshape") else _as_dask(source.pixels)
    default = spec.default_pixel_size(shape_of(source.image)[2:])
    if source.voxel_size is None:
        text = (
            f"voxel size unknown: taking {default:.4g} µm each way; type Z, Y and X into the dock and run "
            "again"
        )
        warnings.warn(text, stacklevel=2)
    movie = as_movie(
        pixels, source.voxel_size or (default,) * 3, default, colours=spec.takes_colours and source.image.rgb
    )
    return Session(
        source=source,
        model=model,
        device=request.device,
        movie=movie,
        cache=ProbabilityCache(movie.shape, len(model.spec.outputs)),
        params=request.params,
    )


def _as_dask(pixels: object) -> object:
    import dask.array

    return dask.array.from_array(pixels)
