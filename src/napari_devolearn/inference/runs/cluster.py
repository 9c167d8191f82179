"""The same run on a dask.distributed cluster: a frame a task, written by the worker that made it."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import ClusterError
from napari_devolearn.inference.inputs.movie import as_movie
from napari_devolearn.inference.pipeline import iter_outputs
from napari_devolearn.inference.predictor import PredictorSource, ResumablePredictor
from napari_devolearn.inference.runs.job import SegmentJob
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.writing.unfinished import Note

_WAITING = 2  # tasks for each thread of the cluster: the next one is there when a frame is done
_PATIENCE = "10 s"  # for a scheduler to answer
_LOOPBACK = "127.0.0.1:0"  # any port
_loading = Lock()


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What every task of a run shares; a worker gets it once.

    Parameters
    ----------
    job : SegmentJob
    image : Path
        On a disk that workers see under the same name.
    voxel_size : tuple of float or None
        (Z, Y, X) in um.
    frames : tuple of int
        Their numbers: those of a run may be some of all.
    axes : str or None
        Of the image, where the caller named them.
    channel, series : int or None
    model : PredictorSource
    sha256 : str
        Of the model's weights.
    threads : int, optional
        For the network; by default what dask gives a worker.
    """

    job: SegmentJob
    image: Path
    voxel_size: VoxelSize | None
    frames: tuple[int, ...]
    axes: str | None
    channel: int | None
    series: int | None
    model: PredictorSource
    sha256: str
    threads: int | None = None

    def segment(self, index: int) -> tuple[int, Note]:
        """Segment and write one frame, unless a worker did that died before it could tell."""
        note = self.job.run.note(index)
        if note is None:
            model = self.load()
            movie = as_movie(
                _stack(self.image, self.voxel_size, self.frames, self.axes, self.channel, self.series),
                None,
                model.spec.default_pixel_size,
            )
            with ExitStack() as resources:
                ((_, outputs),) = iter_outputs(movie, model, resources, [index])
            note = self.job.keep(index, outputs, movie, model.spec)
        return index, note

    def load(self) -> ResumablePredictor:
        """Load the model, once a worker."""
        with _loading:
            model = _model(self.model, self.threads)
        if model.spec.sha256 != self.sha256:
            raise ClusterError(
                f"model {model.spec.name!r}: a worker has other weights by that name; install the same "
                "version on all machines"
            )
        return model

    def compute_backend(self) -> str:
        """What computes the model on a worker."""
        return self.load().compute_backend


def connect(scheduler: str | None, workers: int | None) -> AbstractContextManager[Any]:
    """Reach a cluster, start a local one, or neither.

    Parameters
    ----------
    scheduler : str or None
        Address, such as ``"tcp://host:8786"``.
    workers : int or None
        Processes of a local cluster, which share the cores.

    Returns
    -------
    context manager
        Gives a ``distributed.Client``, or None; closes what it started.

    Raises
    ------
    ClusterError
        If distributed is not installed, both were asked for, or nobody answers at the address.
    """
    if scheduler is None and workers is None:
        return nullcontext(None)
    if scheduler is not None and workers is not None:
        raise ClusterError("a scheduler has its own workers; give --scheduler or --workers, not both")
    try:
        import distributed
    except ImportError as error:
        raise ClusterError("a cluster needs distributed; pip install 'napari-devolearn[cluster]'") from error
    if scheduler is None:
        return _local_cluster(distributed, workers or 1)
    try:
        client: AbstractContextManager[Any] = distributed.Client(scheduler, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"{scheduler}: no scheduler answers ({error}); start one with 'dask scheduler', or check the "
            "address"
        ) from error
    return client


def send(job: SegmentJob, stack: Stack, model: ResumablePredictor, client: Any) -> Any:
    """Send what every task needs to the workers.

    Parameters
    ----------
    job : SegmentJob
    stack : Stack
        Opened again by each worker.
    model : ResumablePredictor
        From ``load_model``; loaded again by each worker, once.
    client : distributed.Client

    Returns
    -------
    distributed.Future
        Of a `Sent`.

    Raises
    ------
    ClusterError
        If the image or the model is not one that workers can open by themselves.
    """
    if not stack.source.exists():
        raise ClusterError(
            f"{stack.name}: an array cannot be read by workers; save it (as OME-Zarr, say) and pass the path"
        )
    if model.source is None:
        raise ClusterError("a model made by hand cannot be sent to workers; save it, and use load_model")
    sent = Sent(
        job=job,
        image=stack.source.resolve(),
        voxel_size=stack.voxel_size,
        frames=stack.frames,
        axes=stack.axes,
        channel=stack.channel,
        series=stack.series,
        model=model.source,
        sha256=model.spec.sha256,
        threads=getattr(client, "threads_of_a_worker", None),
    )
    # not scattered: what was scattered cannot be made again when its worker dies, and takes its tasks along
    return client.submit(_itself, sent, pure=False)


def _itself(sent: Sent) -> Sent:
    return sent


def compute_backend_of(sent: Any, client: Any) -> str:
    """What computes the model on the workers; loads it on one."""
    backend: str = client.submit(Sent.compute_backend, sent, pure=False).result()
    return backend


def iter_frames(
    sent: Any, missing: Sequence[int], client: Any, resources: ExitStack
) -> Generator[tuple[int, Note], None, None]:
    """Segment frames on a cluster.

    Parameters
    ----------
    sent : distributed.Future
        From `send`.
    missing : sequence of int
        Indices along T.
    client : distributed.Client
    resources : ExitStack
        Cancels what is not done by then.

    Yields
    ------
    (index, note)
        In the order in which they are finished.

    Raises
    ------
    ClusterError
        If workers died of one frame again and again.
    """
    from distributed import KilledWorker, as_completed

    waiting = iter(missing)

    def submit(count: int) -> list[Any]:
        return [client.submit(Sent.segment, sent, index, pure=False) for index in islice(waiting, count)]

    under_way = as_completed(submit(_WAITING * max(1, sum(client.nthreads().values()))))
    resources.callback(lambda: client.cancel(list(under_way.futures)))
    try:
        for future in under_way:
            yield future.result()
            for new in submit(1):
                under_way.add(new)
    except KilledWorker as error:
        raise ClusterError(
            f"workers died of one frame again and again ({error.task}); give each more memory, and run again"
        ) from error


@lru_cache(maxsize=2)
def _stack(
    image: Path,
    voxel_size: VoxelSize | None,
    frames: tuple[int, ...],
    axes: str | None,
    channel: int | None,
    series: int | None,
) -> Stack:
    from napari_devolearn.io.image import read_image

    stack = read_image(image, voxel_size=voxel_size, axes=axes, channel=channel, series=series)
    return stack.only(frames)


@lru_cache(maxsize=2)
def _model(source: PredictorSource, threads: int | None) -> ResumablePredictor:
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    return source.load()


@contextmanager
def _local_cluster(distributed: Any, workers: int) -> Iterator[Any]:
    # memory is bounded by what a frame takes, so that nothing is gained by dask's stopping workers;
    # without addresses, the servers of dask's status pages listen to the whole network
    cluster = distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=_LOOPBACK,
        worker_dashboard_address=_LOOPBACK,
        scheduler_kwargs={"dashboard": False},
        memory_limit=0,
    )
    with cluster, distributed.Client(cluster) as client:
        client.threads_of_a_worker = max(1, (os.cpu_count() or 1) // workers)
        yield client
