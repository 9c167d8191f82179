"""State that all visitors of a server share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.model import Model
from napari_devolearn.models.registry import ModelFiles, bundled_models
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.visits import Visits
from napari_devolearn.web.server.work import WorkQueue
from napari_devolearn.web.topics import in_order

Load = Callable[[str, str], Model | LineageModel]

_READERS = 2  # uploads and results that are decoded or written at the same time


class Site:
    """State that all visitors of a server share.

    `device`: device of the networks, as for ``load_model``.
    `load`: instead of `load_model`, for tests.
    `queue`: for the networks.
    `readers`: for reading and writing files.
    `models`: one page each.
    """

    def __init__(self, limits: Limits, device: str = "auto", load: Load | None = None) -> None:
        self.limits = limits
        self.device = device
        self.visits = Visits(limits)
        self.queue = WorkQueue(limits.visits)
        self.readers = ThreadPoolExecutor(_READERS, thread_name_prefix="web-files")
        self.models: tuple[ModelFiles, ...] = in_order(bundled_models())
        self._load = load
        self._loaded: dict[str, Model | LineageModel] = {}
        self._loading = threading.Lock()

    def model(self, name: str) -> Model | LineageModel:
        """A model, loaded once for all visitors; can be called from any thread."""
        from napari_devolearn.inference.load import load_model

        with self._loading:
            if name not in self._loaded:
                self._loaded[name] = (self._load or load_model)(name, self.device)
            return self._loaded[name]

    def close(self) -> None:
        """Stop all work and remove all files."""
        self.queue.close()
        self.visits.close_all()
        self.readers.shutdown(wait=False, cancel_futures=True)
