"""The folder of an unfinished run: its fingerprint and completed frames.

::

    01_RES.unfinished/        next to the result, during a run or after an interruption
        run.json              fingerprint of the run: parameters, model, input
        done/000012.json      frame 12 is complete; written last, when its data are on disk
        labels/ ..            the frames
        finishing             all frames are complete and become the result
        lock                  locked by the process that runs it
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import UnfinishedRunError
from napari_devolearn.io.writing.atomic import atomic_file, explained
from napari_devolearn.io.writing.lock import LOCK, FolderLock
from napari_devolearn.io.writing.partial import sweep

SUFFIX = ".unfinished"

Fingerprint = Mapping[str, Any]
"""Everything that a result depends on, as JSON."""

Note = Mapping[str, Any]
"""Notes on a completed frame, as JSON."""


@dataclass(frozen=True)
class Unfinished:
    """The folder of an unfinished run of a target; any process may mark frames as completed."""

    target: Path

    @property
    def folder(self) -> Path:
        """Next to the target; inside it if it is a mount point."""
        if self.target.is_mount():
            return self.target / SUFFIX
        return self.target.with_name(self.target.name + SUFFIX)

    def exists(self) -> bool:
        """Whether there is an unfinished run."""
        return (self.folder / "run.json").is_file()

    @property
    def finishing(self) -> bool:
        """Whether all frames are complete, so that the target may already be this run's result."""
        return (self.folder / "finishing").is_file()

    def lock(self) -> AbstractContextManager[None]:
        """Lock the run as a `FolderLock`, and delete what a killed process left next to it."""
        sweep(self.target.parent)
        return FolderLock(self.folder, self.target)

    def begin(self, fingerprint: Fingerprint, prepare: Callable[[], None], *, restart: bool = False) -> bool:
        """Begin a run, or resume an interrupted one with the same fingerprint; returns whether it is resumed.

        `prepare` creates the files for the frames of a new run. `restart` discards an unfinished run with
        another fingerprint. Raises UnfinishedRunError if there is an unfinished run with another fingerprint;
        the message names the differences.
        """
        wanted = json.loads(json.dumps(fingerprint))
        if self.exists():
            found = self._fingerprint()
            if found == wanted:
                return True
            if not restart:
                raise UnfinishedRunError(
                    f"{self.target}: an unfinished run in {self.folder} differs: "
                    f"{differences(found, wanted)}; repeat that run to finish it, choose another name, or "
                    "overwrite to start again"
                )
        self._clear()  # keeps the mark "finishing": the target may be a result of this run
        with explained(self.target):
            (self.folder / "done").mkdir(parents=True, exist_ok=True)
            prepare()
        _write(self.folder / "run.json", wanted)
        return False

    def mark(self, index: int, note: Note) -> None:
        """Mark a frame as completed; its data must be on disk."""
        _write(self.folder / "done" / f"{index:06d}.json", note)

    def note(self, index: int) -> Note | None:
        """Notes on a frame; None if it is not completed."""
        with suppress(FileNotFoundError):
            note: Note = json.loads((self.folder / "done" / f"{index:06d}.json").read_text(encoding="utf-8"))
            return note
        return None

    def notes(self) -> dict[int, Note]:
        """Notes on each completed frame, by index."""
        found = sorted((self.folder / "done").glob("[0-9]*.json"))
        return {int(path.stem): json.loads(path.read_text(encoding="utf-8")) for path in found}

    def start_finishing(self) -> None:
        """Mark all frames as completed: from now on the target may be this run's result."""
        (self.folder / "finishing").touch()

    def discard(self) -> None:
        """Delete the folder except the lock of a running process.

        The mark "finishing" is deleted last, so that after an interruption the run starts again, and its
        result can be replaced.
        """
        self._clear()
        (self.folder / "finishing").unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()

    def _clear(self) -> None:
        (self.folder / "run.json").unlink(missing_ok=True)
        for path in self.folder.glob("*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name not in (LOCK, "finishing"):
                path.unlink(missing_ok=True)

    def discard_if_empty(self) -> None:
        """Delete the folder if no frame is completed; otherwise keep it for the next run."""
        if not any((self.folder / "done").glob("[0-9]*.json")):
            self.discard()

    def _fingerprint(self) -> Any:
        try:
            return json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        except ValueError:
            return {}


def differences(found: Any, wanted: Any, where: str = "") -> str:
    """Differences of two fingerprints, such as ``params.threshold 0.5 there, 0.6 now``."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        keys = [key for key in {**wanted, **found} if found.get(key) != wanted.get(key)]
        return ", ".join(differences(found.get(k), wanted.get(k), f"{where}.{k}".strip(".")) for k in keys)
    there, now = (json.dumps(value)[:40] for value in (found, wanted))
    return f"{where} {there} there, {now} now"


def _write(path: Path, content: Any) -> None:
    with atomic_file(path, overwrite=True) as stage, stage.open("w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
