"""Probabilities of a run that was interrupted, kept on the disk so that the next run resumes it.

::

    .../cache/napari-devolearn/unfinished/
        3f9a...unfinished/       by image, voxel size and model
            run.json             what they are, and the compute backend
            frames.json          which frames were asked for
            done/000012.json     frame 12 is whole
            labels/000012.tif    its probabilities

The threshold and what follows it are not part of it: they change no probability.
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
from napari_devolearn.inference.runs.fingerprint import input_identity, model_identity
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.tiff.tiff_output import TiffOutput
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.io.writing.lock import in_use
from napari_devolearn.io.writing.output import Layout
from napari_devolearn.io.writing.unfinished import SUFFIX, Identity, Unfinished
from napari_devolearn.models.spec import ModelSpec

DISK_BUDGET = 10 << 30
"""Bytes that all kept runs may take together; compressed, a volume takes a hundredth of its voxels."""

OLDEST = 30 * 86400
"""Seconds after which a kept run that was not resumed is removed."""


def kept_folder() -> Path:
    """Where runs are kept: in the user's own cache.

    Returns
    -------
    Path
    """
    import platformdirs

    return Path(platformdirs.user_cache_path("napari-devolearn", appauthor=False)) / "unfinished"


def any_like(shape: Sequence[int]) -> bool:
    """Whether a run on an image of a shape is kept at all; reads nothing of the image.

    Parameters
    ----------
    shape : sequence of int
        (T, Z, Y, X).

    Returns
    -------
    bool
    """
    for folder in kept_folder().glob(f"*{SUFFIX}"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            if found["input"]["shape"] == list(shape):
                return True
    return False


def describe(movie: Movie, source: Path, spec: ModelSpec) -> dict[str, object]:
    """What probabilities depend on, but for the compute backend.

    Parameters
    ----------
    movie : Movie
    source : Path
        Where its pixels come from, as far as is known.
    spec : ModelSpec

    Returns
    -------
    dict
        As JSON has it.
    """
    from napari_devolearn import __version__

    frames = tuple(range(movie.shape[0]))
    data = movie.data
    stack = Stack(data=data, name=movie.name, source=source, voxel_size=movie.voxel_size, frames=frames)
    return {"version": __version__, "model": model_identity(spec), "input": input_identity(stack)}


@dataclass(frozen=True)
class KeptRun:
    """The probabilities of an image by a model, as far as they were computed.

    Parameters
    ----------
    identity : mapping
        From `describe`.
    outputs : int
        Of the model.
    """

    identity: Identity
    outputs: int = 1

    @property
    def finished(self) -> frozenset[int]:
        """Indices of the frames that are whole."""
        return frozenset(self._run.notes()) if self._run.exists() else frozenset()

    @property
    def wanted(self) -> frozenset[int]:
        """Indices of the frames that runs were to compute."""
        with suppress(OSError, ValueError):
            return frozenset(json.loads(self._wanted.read_text(encoding="utf-8")))
        return frozenset()

    @property
    def in_use(self) -> bool:
        """Whether a run, of this process or another one, is going on."""
        return in_use(self._run.folder)

    @contextmanager
    def kept_by(self, compute_backend: str, frames: Iterable[int]) -> Iterator[None]:
        """Keep frames as long as the context lasts; at its end all goes if every frame was finished.

        Parameters
        ----------
        compute_backend : str
            Of the model; frames of another one are dropped.
        frames : iterable of int
            That a run is to compute.

        Raises
        ------
        OSError
            If nothing can be kept; also if another process keeps the same.
        """
        _make_room(self._run.folder)
        with ExitStack() as stack:
            stack.enter_context(self._run.alone())
            self._run.begin({**self.identity, "compute_backend": compute_backend}, self._tif.begin, anew=True)
            stack.callback(self._run.leave)
            self._want(self.wanted | set(frames))
            yield
            if self.wanted <= self.finished:
                self._run.discard()

    def keep(self, t: int, outputs: Sequence[Probability]) -> None:
        """Keep the outputs of the model for a frame, (Z, Y, X) each.

        Raises
        ------
        OSError
            If the disk or `DISK_BUDGET` is full.
        """
        if _size(self._run.folder) > DISK_BUDGET:
            raise OSError(errno.ENOSPC, "kept runs take all that they may", str(self._run.folder))
        self._tif.write(t, np.concatenate(outputs))
        self._run.mark(t, {})

    def load(self, t: int) -> Probability:
        """Outputs that were kept for a frame, (outputs, Z, Y, X)."""
        return self._tif.read(t).reshape(self.outputs, *self._shape[1:])

    def discard(self) -> None:
        """Drop all of it, unless a process is at it."""
        with suppress(FolderInUseError), self._run.alone():
            self._run.discard()

    @cached_property
    def _run(self) -> Unfinished:
        key = hashlib.sha256(json.dumps(self.identity, sort_keys=True).encode()).hexdigest()[:16]
        return Unfinished(kept_folder() / key)

    @property
    def _shape(self) -> tuple[int, ...]:
        return tuple(self.identity["input"]["shape"])

    @property
    def _wanted(self) -> Path:
        return self._run.folder / "frames.json"

    @property
    def _tif(self) -> TiffOutput:
        t, z, y, x = self._shape
        layout = Layout((t, self.outputs * z, y, x), None, None, tuple(range(t)))
        folder = self._run.folder / "labels"
        return TiffOutput(
            target=self._run.target, folder=folder, layout=layout, name="probability", dtype=np.uint8
        )

    def _want(self, frames: Iterable[int]) -> None:
        with atomic_file(self._wanted, overwrite=True) as stage:
            stage.write_text(json.dumps(sorted(frames)), encoding="utf-8")


def _make_room(mine: Path) -> None:
    """Drop kept runs that are old, and the oldest while all of them take too much."""
    others = [path for path in kept_folder().glob(f"*{SUFFIX}") if path != mine and not in_use(path)]
    aged = sorted((_changed(path), path) for path in others)
    sizes = {path: _size(path) for _, path in aged}
    left = sum(sizes.values()) + _size(mine)
    for changed, path in aged:
        if left > DISK_BUDGET or time.time() - changed > OLDEST:
            shutil.rmtree(path, ignore_errors=True)
            left -= sizes[path]


def _changed(folder: Path) -> float:
    """When the last frame was finished."""
    done = folder / "done"
    return (done if done.exists() else folder).stat().st_mtime


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
