"""Run on a dask.distributed cluster: one task per frame, written by the worker that predicts it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from napari_devolearn.exceptions import ClusterError
from napari_devolearn.inference.inputs.opening import open_movie
from napari_devolearn.inference.pipeline import iter_outputs
from napari_devolearn.inference.predictor import Predictor, PredictorSource
from napari_devolearn.inference.runs.job import SegmentJob
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.image import read_image
from napari_devolearn.io.writing.unfinished import Note

_WAITING = 2  # tasks per thread of the cluster, so that no worker waits for the next one
_loading = Lock()


@dataclass(frozen=True, kw_only=True)
class SharedTask:
    """The data that all tasks of a run share; sent to each worker once.

    `image`: on a disk that all workers can read by this path.
    `frames`: frame numbers.
    `options`: for `read_image`.
    `sha256`: checksum of the model's weights.
    `threads`: for the network; None for the threads that dask gives a worker.
    """

    job: SegmentJob
    image: Path
    frames: tuple[int, ...]
    options: dict[str, Any]
    model: PredictorSource
    sha256: str
    threads: int | None

    def segment(self, index: int) -> tuple[int, Note]:
        """Segment and write one frame, unless a worker that died has already written it."""
        note = self.job.run.note(index)
        if note is None:
            model = self.load()
            movie = open_movie(_stack(self.image, self.frames, **self.options), None, model.spec)
            with ExitStack() as resources:
                ((_, outputs),) = iter_outputs(movie, model, resources, [index])
            note = self.job.write_frame(index, outputs, movie, model)
        return index, note

    def load(self) -> Predictor:
        """Load the model, once per worker."""
        with _loading:
            model = _model(self.model, self.threads)
        if model.spec.sha256 != self.sha256:
            raise ClusterError(
                f"model {model.spec.name!r}: a worker has other weights by that name; install the same "
                "version on all machines"
            )
        return model

    def compute_backend(self) -> str:
        """Backend and number type on a worker."""
        return self.load().compute_backend

    def itself(self) -> SharedTask:
        """What `ClusterRun` submits, instead of scattering it."""
        return self


class ClusterRun:
    """A run on the workers of a cluster, which open the image and load the model themselves.

    Raises ClusterError if the image is not a file, or the model does not come from `load_model`.
    """

    def __init__(self, job: SegmentJob, stack: Stack, model: Predictor, client: Any) -> None:
        if not stack.source.exists():
            raise ClusterError(
                f"{stack.name}: workers cannot read an array; save it, for example as OME-Zarr, and pass "
                "the path"
            )
        if model.source is None:
            raise ClusterError("the model does not come from load_model; save it and load it with load_model")
        names = ("voxel_size", "axes", "channel", "series")
        task = SharedTask(
            job=job,
            image=stack.source.resolve(),
            frames=stack.frames,
            options={name: getattr(stack, name) for name in names},
            model=model.source,
            sha256=model.spec.sha256,
            threads=getattr(client, "threads_of_a_worker", None),
        )
        self._client = client
        # submitted, not scattered: scattered data are lost with their worker, together with its tasks
        self._task = client.submit(task.itself, pure=False)

    def compute_backend(self) -> str:
        """Backend and number type on the workers; loads the model on one of them."""
        backend: str = self._client.submit(SharedTask.compute_backend, self._task, pure=False).result()
        return backend

    def segment(
        self, resources: ExitStack, missing: Sequence[int]
    ) -> Generator[tuple[int, Note], None, None]:
        """Segment frames, by index along T; yields (index, note) in the order of completion.

        `resources`: cancels unfinished tasks.
        Raises ClusterError if one frame repeatedly kills its worker.
        """
        from distributed import KilledWorker, as_completed

        client, waiting = self._client, iter(missing)

        def submit(count: int) -> list[Any]:
            some = islice(waiting, count)
            return [client.submit(SharedTask.segment, self._task, index, pure=False) for index in some]

        under_way = as_completed(submit(_WAITING * max(1, sum(client.nthreads().values()))))
        resources.callback(lambda: client.cancel(list(under_way.futures)))
        try:
            for future in under_way:
                yield future.result()
                for new in submit(1):
                    under_way.add(new)
        except KilledWorker as error:
            raise ClusterError(
                f"one frame repeatedly killed its worker ({error.task}); give each worker more memory and "
                "run again"
            ) from error


@lru_cache(maxsize=2)
def _stack(image: Path, frames: tuple[int, ...], **options: Any) -> Stack:
    return read_image(image, **options).only(frames)


@lru_cache(maxsize=2)
def _model(source: PredictorSource, threads: int | None) -> Predictor:
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    return source.load()
