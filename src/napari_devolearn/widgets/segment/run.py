"""A run: from a request to labels, step by step, in a worker thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from math import prod
from operator import itemgetter
from time import perf_counter
from typing import NamedTuple

import numpy as np

from napari_devolearn._owning import OwningIterator
from napari_devolearn.exceptions import warn_caller
from napari_devolearn.inference.backends.device import available_devices
from napari_devolearn.inference.cache import ProbabilityCache
from napari_devolearn.inference.embryo_mask import EmbryoMaskedModel
from napari_devolearn.inference.inputs.grid import check_scale
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.planes import iter_planes
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.inference.streams import PlanePredictor
from napari_devolearn.inference.threads import labelling_threads, thread_pool
from napari_devolearn.widgets.common.layers import Plane
from napari_devolearn.widgets.common.loading import is_reload_faster, load_in_background, prepare_layers
from napari_devolearn.widgets.segment.estimate import remember_loading
from napari_devolearn.widgets.segment.frame_store import FrameStore, open_store
from napari_devolearn.widgets.segment.order import by_view, frames_by_view
from napari_devolearn.widgets.segment.session import Labelled, Session, Source

_DEAR = 10
"""If at least one slice in this many is computed, a run keeps the loaded model."""


class Opened(NamedTuple):
    """The model is loaded; `steps` steps follow."""

    session: Session
    devices: tuple[str, ...]
    steps: int


class PlaneDone(NamedTuple):
    """The probability of a slice is in the cache."""

    plane: Plane


@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """What to run."""

    source: Source
    device: str
    params: SegmentParams  # of a new session; those of an existing session may change during the run
    planes: list[Plane]  # frame by frame
    as_volumes: bool  # label each frame as a volume, not slice by slice
    view: Plane = (0, 0)  # the current slice
    session: Session | None = None  # of the same source; its probabilities are not computed again
    model: Predictor | None = None  # the source's model on the device, if already loaded


def iter_run(request: Request) -> OwningIterator[object]:
    """Run a request: yields Opened, PlaneDone for each slice, and Labelled for each frame."""
    return OwningIterator(partial(_iter_steps, request))


def _iter_steps(request: Request, resources: ExitStack) -> Generator[object, None, None]:
    model = _load(request)
    session = request.session or _open_session(request, model)
    if session.model.compute_backend != model.compute_backend:
        session.cache.done[:] = False  # a movie must not be computed partly by one model, partly by another
    session.model, session.view = model, request.view
    frames = {t: list(planes) for t, planes in groupby(request.planes, key=itemgetter(0))}
    several = frames if request.as_volumes and len(frames) > 1 else {}
    store = open_store(session, several, resources)
    missing = sum(not session.cache.done[t, z] and t not in store.finished for t, z in request.planes)
    yield Opened(session, available_devices(), missing + len(frames))
    with closing(_iter_frames(request, session, store, frames, resources)) as steps:
        yield from _label_behind(session, store, steps, resources)


def _load(request: Request) -> Predictor:
    import scipy.ndimage  # noqa: F401 - the preview needs it

    prepare_layers((np.zeros((1, 1), np.uint32), {}, "labels"))
    source, session = request.source, request.session
    done = int(session.cache.done.sum()) if session is not None else 0
    slices = sum(session is None or not session.cache.done[plane] for plane in request.planes)
    # another backend would compute existing slices again; with more than this fraction done, it is slower
    if request.model is not None and (_DEAR * done > slices or not is_reload_faster(request.model, slices)):
        return request.model
    started = perf_counter()
    model: Predictor = load_in_background(source.model, request.device, slices)
    if source.inside:
        model = EmbryoMaskedModel(model, load_in_background("embryo", request.device, slices))
    remember_loading(perf_counter() - started)
    return model


def _iter_frames(
    request: Request,
    session: Session,
    store: FrameStore,
    frames: Mapping[int, list[Plane]],
    resources: ExitStack,
) -> Generator[PlaneDone | list[Plane], None, None]:
    """Missing slices, those near the current one first; after each frame the slices to label."""
    done, cache = session.cache.done, session.cache
    predictor = PlanePredictor(session.model, session.movie.voxel_size[1:], resources)

    def elsewhere(plane: Plane) -> bool:
        return plane in frames.get(plane[0], ()) and not done[plane]

    with closing(frames_by_view(frames, lambda: session.view)) as order:
        for t in order:
            if request.as_volumes:
                session.volumes.add(t)
            store.load(t)
            missing = [plane for plane in frames[t] if not done[plane]]
            with (
                closing(by_view(missing, lambda: session.view, elsewhere)) as todo,
                closing(iter_planes(session.movie, predictor, cache, todo)) as planes,
            ):
                for plane in planes:
                    yield PlaneDone(plane)
            yield session.labelled_with(frames[t][0])


def _label_behind(
    session: Session,
    store: FrameStore,
    steps: Generator[PlaneDone | list[Plane], None, None],
    resources: ExitStack,
) -> Generator[PlaneDone | Labelled, None, None]:
    """Label and store frames in threads while the network computes the next one."""

    def finish(planes: list[Plane], params: SegmentParams) -> Labelled:
        labels = session.label(planes, params)
        store.store(planes[0][0])
        return labels

    threads = labelling_threads(prod(session.movie.shape[1:]), session.model.device)
    pool = thread_pool(resources, threads, "label")
    under_way: deque[Future[Labelled]] = deque()
    for step in steps:
        if isinstance(step, PlaneDone):
            yield step
        else:
            under_way.append(pool.submit(finish, step, session.params))
        while under_way and (under_way[0].done() or len(under_way) > threads):
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _open_session(request: Request, model: Predictor) -> Session:
    source = request.source
    movie = source.movie(model.spec)
    check_scale(source.image.name, movie.shape[2:], movie.voxel_size[1:], model.spec.pixel_size)
    if source.voxel_size is None:
        size = movie.voxel_size[-1]
        warn_caller(
            f"voxel size unknown: {size:.4g} µm is assumed along each axis; if it is wrong, type Z, Y "
            "and X into the dock and run again"
        )
    return Session(
        source=source,
        model=model,
        movie=movie,
        cache=ProbabilityCache(movie.shape, len(model.spec.outputs)),
        params=request.params,
    )
