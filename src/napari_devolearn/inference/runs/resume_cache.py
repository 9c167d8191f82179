"""Probabilities of an interrupted run in a dock, stored in the user's cache so that the next run resumes it.

::

    .../cache/napari-devolearn/unfinished/
        3f9a...unfinished/       one folder per image, voxel size and model
            run.json             fingerprint of the run
            frames.json          requested frames
            done/000012.json     frame 12 is complete
            labels/000012.tif    its probabilities

The threshold and other parameters of the labels are not part of the fingerprint: they change no probability.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from napari_devolearn._types import Probability
from napari_devolearn.exceptions import FolderInUseError
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.inference.runs.fingerprint import input_fingerprint, model_fingerprint
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.tiff.tiff_output import TiffOutput
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.io.writing.lock import in_use
from napari_devolearn.io.writing.output import Layout
from napari_devolearn.io.writing.unfinished import SUFFIX, Fingerprint, Unfinished
from napari_devolearn.models.spec import ModelSpec

DISK_BUDGET = 10 << 30
"""Bytes that all stored runs may use together; compressed, a volume needs about 1 % of its size."""

_OLDEST = 30 * 86400  # seconds after which a stored run is deleted


def cache_folder() -> Path:
    """Folder of the stored runs, in the user's cache."""
    import platformdirs

    return Path(platformdirs.user_cache_path("napari-devolearn", appauthor=False)) / "unfinished"


def has_run_of_shape(shape: Sequence[int]) -> bool:
    """Whether there is a stored run for any image of this shape, (T, Z, Y, X)."""
    for folder in cache_folder().glob(f"*{SUFFIX}"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            if found["input"]["shape"] == list(shape):
                return True
    return False


def describe(movie: Movie, source: Path, spec: ModelSpec) -> dict[str, object]:
    """Fingerprint of the probabilities, without the compute backend, as JSON values.

    `source` is the file or folder of the movie, if known.
    """
    from napari_devolearn import __version__

    frames = tuple(range(movie.shape[0]))
    size = movie.voxel_size
    stack = Stack(data=movie.data, name=movie.name, source=source, voxel_size=size, frames=frames)
    return {"version": __version__, "model": model_fingerprint(spec), "input": input_fingerprint(stack)}


@dataclass(frozen=True)
class StoredRun:
    """The stored probabilities of a model: their fingerprint from `describe`, and the number of outputs."""

    fingerprint: Fingerprint
    outputs: int = 1

    @property
    def finished(self) -> frozenset[int]:
        """Indices of the completed frames."""
        return frozenset(self._run.notes()) if self._run.exists() else frozenset()

    @property
    def requested(self) -> frozenset[int]:
        """Indices of all frames that runs requested."""
        with suppress(OSError, ValueError):
            return frozenset(json.loads(self._requested.read_text(encoding="utf-8")))
        return frozenset()

    @property
    def in_use(self) -> bool:
        """Whether a process is writing to it."""
        return in_use(self._run.folder)

    @contextmanager
    def recording(self, compute_backend: str, frames: Iterable[int]) -> Iterator[None]:
        """Lock the stored run for writing; delete it at the end if all requested frames are complete.

        `compute_backend`: frames of another one are discarded.
        `frames`: that the run computes.
        Raises OSError if nothing can be written, or another process writes to it.
        """
        _make_room(self._run.folder)
        with ExitStack() as stack:
            stack.enter_context(self._run.lock())
            self._run.begin(
                {**self.fingerprint, "compute_backend": compute_backend}, self._tif.begin, restart=True
            )
            stack.callback(self._run.discard_if_empty)
            with atomic_file(self._requested, overwrite=True) as stage:
                stage.write_text(json.dumps(sorted(self.requested | set(frames))), encoding="utf-8")
            yield
            if self.requested <= self.finished:
                self._run.discard()

    def store(self, t: int, outputs: Sequence[Probability]) -> None:
        """Store the outputs of the model for a frame, (Z, Y, X) each.

        Raises OSError if the disk or `DISK_BUDGET` is full.
        """
        if _size(self._run.folder) > DISK_BUDGET:
            raise OSError(errno.ENOSPC, "stored runs exceed their limit", str(self._run.folder))
        self._tif.write(t, np.concatenate(outputs))
        self._run.mark(t, {})

    def load(self, t: int) -> Probability:
        """Load the outputs for a frame, (outputs, Z, Y, X)."""
        return self._tif.read(t).reshape(self.outputs, *self.fingerprint["input"]["shape"][1:])

    def discard(self) -> None:
        """Delete the stored run, unless a process is writing to it."""
        with suppress(FolderInUseError), self._run.lock():
            self._run.discard()

    @cached_property
    def _run(self) -> Unfinished:
        key = hashlib.sha256(json.dumps(self.fingerprint, sort_keys=True).encode()).hexdigest()[:16]
        return Unfinished(cache_folder() / key)

    @property
    def _requested(self) -> Path:
        return self._run.folder / "frames.json"

    @property
    def _tif(self) -> TiffOutput:
        t, z, y, x = self.fingerprint["input"]["shape"]
        layout = Layout((t, self.outputs * z, y, x), None, None, tuple(range(t)))
        folder = self._run.folder / "labels"
        return TiffOutput(
            target=self._run.target, folder=folder, layout=layout, name="probability", dtype=np.uint8
        )


def _make_room(mine: Path) -> None:
    """Delete old stored runs, and the oldest ones while all of them exceed the limit."""
    others = [path for path in cache_folder().glob(f"*{SUFFIX}") if path != mine and not in_use(path)]
    sizes = {path: _size(path) for path in others}
    left = sum(sizes.values()) + _size(mine)
    for path in sorted(others, key=_changed):
        if left > DISK_BUDGET or time.time() - _changed(path) > _OLDEST:
            shutil.rmtree(path, ignore_errors=True)
            left -= sizes[path]


def _changed(folder: Path) -> float:
    """Time of the last completed frame."""
    done = folder / "done"
    return (done if done.exists() else folder).stat().st_mtime


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
