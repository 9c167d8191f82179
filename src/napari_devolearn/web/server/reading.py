"""Decode uploads to stacks in a separate process with limits on time and memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.web.server.decode import PIXELS
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.visit import Visit

_POLL = 0.05  # seconds between checks whether the process has ended or the visitor has left


@dataclass(frozen=True, kw_only=True, eq=False)
class Upload:
    """An uploaded image.

    `stack`: pixels are in the visit's folder, or in memory for an example.
    `channels`: number of channels of the file.
    `channel`: the current channel, from 0.
    `axes`: axes of a tif before Y and X, for example "T3 Z5"; else "".
    `path`: the uploaded file; None for an example.
    `notes`: notes for the visitor.
    """

    stack: Stack
    channels: int = 1
    channel: int = 0
    axes: str = ""
    path: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Number of this upload in the visit; 0 for an example."""
        return 0 if self.path is None else int(self.path.parent.name.rpartition("-")[2])


def safe_name(name: str) -> str:
    """Make a browser's file name safe.

    Keeps letters, digits, dots, dashes and underscores; never hidden, up to 100 characters.
    """
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[^\w.-]", "_", last, flags=re.ASCII)[-100:].lstrip(".") or "upload"


def read_upload(
    path: Path, visit: Visit, limits: Limits, channel: int = 0, axes: str = "", *, colours: bool = False
) -> Upload:
    """Decode a file in a visit's folder; stops when the visit ends.

    `channel`: of a tif with several.
    `axes`: of a tif, as for `read_image`; "" for those of the header.
    `colours`: convert RGB to greyscale.
    Raises ImageFormatError if the image cannot be read or is too large; messages do not contain the server's
    folders.
    """
    printed = _run(path, visit, limits, [str(channel), str(int(colours)), axes])
    if "error" in printed:
        raise ImageFormatError(_without_folder(printed["error"], path))
    size = printed["voxel_size"]
    stack = Stack(
        data=np.load(path.parent / PIXELS.format(channel=channel), mmap_mode="r"),
        name=path.name,
        source=Path(path.name),
        voxel_size=None if size is None else (size[0], size[1], size[2]),
        calibration=printed["calibration"],
        frame_interval=printed["frame_interval"],
        frames=tuple(printed["frames"]),
        missing=frozenset(printed["missing"]),
    )
    return Upload(
        stack=stack,
        channels=printed["channels"],
        channel=channel,
        axes=printed["axes"],
        path=path,
        notes=tuple(_without_folder(note, path) for note in printed["warnings"]),
    )


def _run(path: Path, visit: Visit, limits: Limits, choices: list[str]) -> dict[str, Any]:
    """Run the decoder, and return its output."""
    command = [sys.executable, "-P", "-m", "napari_devolearn.web.server.decode", str(path), str(path.parent)]
    process = subprocess.Popen(  # noqa: S603 - no shell, and a safe file name
        [*command, *choices, str(limits.pixel_bytes)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    latest = time.monotonic() + limits.reading_seconds
    output: bytes | None = None
    while output is None:
        try:  # reads all the time: a full pipe would stop the decoder
            output, _ = process.communicate(timeout=_POLL)
        except subprocess.TimeoutExpired:
            if time.monotonic() >= latest or visit.closed:
                process.kill()
    if process.returncode == 0:
        printed: dict[str, Any] = json.loads(output)
        return printed
    if time.monotonic() >= latest:
        return {"error": f"{path}: decoding takes more than {limits.reading_seconds:g} s; send a part of it"}
    if process.returncode > 0:  # the decoder could not start
        return {"error": f"{path}: this server could not start the decoder; contact its administrator"}
    return {"error": f"{path}: the file is damaged; copy it again or save it as TIFF"}


def _without_folder(text: str, path: Path) -> str:
    return text.replace(f"{path.parent}{os.sep}", "").replace(str(path.parent), "")
