"""A run under way on disk: what it is, and which of its frames are finished.

::

    01_RES.unfinished/        beside the result, while a run goes on or after it was stopped
        run.json              what the run is: parameters, model, input
        done/000012.json      frame 12 is whole; written last, when its data are on the disk
        labels/ ..            the frames themselves
        finishing             all frames are there and become the result
        lock                  held by the process that runs it now
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

Identity = Mapping[str, Any]
"""What a result depends on, as JSON has it."""

Note = Mapping[str, Any]
"""What is known of a finished frame, as JSON has it."""


@dataclass(frozen=True)
class Unfinished:
    """The folder of a run; any process may mark frames in it.

    Parameters
    ----------
    target : Path
        Where the result will be.
    """

    target: Path

    @property
    def folder(self) -> Path:
        """Beside the target; inside it where it is a mount point, with another disk around it."""
        if self.target.is_mount():
            return self.target / SUFFIX
        return self.target.with_name(self.target.name + SUFFIX)

    def exists(self) -> bool:
        """Whether a run was begun here and not finished."""
        return (self.folder / "run.json").is_file()

    @property
    def finishing(self) -> bool:
        """Whether all frames are there, and the result may be: what lies at its place is this run's own."""
        return (self.folder / "finishing").is_file()

    def alone(self) -> AbstractContextManager[None]:
        """Keep other processes from this run as long as the context lasts; remove what a kill left beside it.

        Raises
        ------
        FolderInUseError
            On entering, if another process is at it.
        """
        sweep(self.target.parent)
        return FolderLock(self.folder, self.target)

    def begin(self, identity: Identity, prepare: Callable[[], None], *, anew: bool = False) -> bool:
        """Begin a run, or go on with the one that was stopped.

        Parameters
        ----------
        identity : mapping
            A run goes on only under the same one.
        prepare : callable
            Called before a new run counts as begun: makes what frames are written into.
        anew : bool
            Drop an unfinished run of another identity.

        Returns
        -------
        bool
            Whether it goes on.

        Raises
        ------
        UnfinishedRunError
            If an unfinished run of another identity lies here; the message names the differences.
        """
        wanted = json.loads(json.dumps(identity))
        if self.exists():
            found = self._identity()
            if found == wanted:
                return True
            if not anew:
                raise UnfinishedRunError(
                    f"{self.target}: an unfinished run lies in {self.folder} that differs: "
                    f"{differences(found, wanted)}; repeat that run to finish it, choose another name, or "
                    "overwrite to begin anew"
                )
        self._clear()  # not that its result may be there: another kill must not make it nobody's
        with explained(self.target):
            (self.folder / "done").mkdir(parents=True, exist_ok=True)
            prepare()
        _write(self.folder / "run.json", wanted)
        return False

    def mark(self, index: int, note: Note) -> None:
        """Take a frame for finished; its data must be on the disk by now."""
        _write(self.folder / "done" / f"{index:06d}.json", note)

    def note(self, index: int) -> Note | None:
        """What was noted of a frame; None if it is not finished."""
        with suppress(FileNotFoundError):
            note: Note = json.loads((self.folder / "done" / f"{index:06d}.json").read_text(encoding="utf-8"))
            return note
        return None

    def notes(self) -> dict[int, Note]:
        """What was noted of each finished frame, by its index."""
        found = sorted((self.folder / "done").glob("[0-9]*.json"))
        return {int(path.stem): json.loads(path.read_text(encoding="utf-8")) for path in found}

    def start_finishing(self) -> None:
        """All frames are there: from now on the result may lie at its place."""
        (self.folder / "finishing").touch()

    def discard(self) -> None:
        """Remove the folder and all in it, but the lock of a process that holds it.

        What says that the result may be there goes last: a kill on the way leaves a run that begins anew,
        not a result that nobody may replace.
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

    def leave(self) -> None:
        """Go without a trace if no frame is finished; else all stays for the next time."""
        if not any((self.folder / "done").glob("[0-9]*.json")):
            self.discard()

    def _identity(self) -> Any:
        try:
            return json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        except ValueError:
            return {}


def differences(found: Any, wanted: Any, where: str = "") -> str:
    """Name what two identities differ in, such as ``params.threshold 0.5 there, 0.6 now``.

    Parameters
    ----------
    found, wanted : JSON values
    where : str
        Path to them.

    Returns
    -------
    str
    """
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
