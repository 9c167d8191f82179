"""Connect to a dask.distributed cluster, or start one on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from napari_devolearn.exceptions import ClusterError

_PATIENCE = "10 s"  # timeout for a scheduler
_LOOPBACK = "127.0.0.1:0"  # any port


def connect(scheduler: str | None, workers: int | None) -> AbstractContextManager[Any]:
    """Connect to a cluster or start a local one.

    `scheduler`: address, such as ``"tcp://host:8786"``.
    `workers`: processes of a local cluster, which share the cores.
    Returns a context manager of a ``distributed.Client``, or of None if both are None.
    Raises ClusterError if distributed is not installed, both are given, or no scheduler answers.
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


@contextmanager
def _local_cluster(distributed: Any, workers: int) -> Iterator[Any]:
    # no memory limit: a task needs the memory of one frame, and stopping its worker would not reduce that;
    # without these addresses, dask's status pages would be open to the whole network
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
