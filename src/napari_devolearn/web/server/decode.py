"""Decode an uploaded file in a separate process, because a damaged file may crash a decoder.

``python -m napari_devolearn.web.server.decode FILE FOLDER CHANNEL RGB AXES BYTES`` writes
``FOLDER/pixels-0.npy`` and prints one line of JSON: metadata of the pixels, or ``{"error": ..}``.
"""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn.exceptions import DevolearnError, ImageFormatError, message_of
from napari_devolearn.io.core.border import reason_of
from napari_devolearn.web.server.opening import Opened, open_upload
from napari_devolearn.web.server.unpack import unpack

ZIP = ".zip"
PIXELS = "pixels-{channel}.npy"
"""File of the pixels, (T, Z, Y, X), one per channel, because another channel may still be shown."""


def main(arguments: Sequence[str]) -> int:
    """Decode one file; returns the exit status, which is 0 also if the printed line reports an error.

    `arguments`: file, folder, channel from 0, 1 for a model that converts RGB to greyscale, axes or "" for
    those of the header, maximum bytes of pixels.
    """
    path, folder = Path(arguments[0]), Path(arguments[1])
    channel, colours, most = (int(arguments[place]) for place in (2, 3, 5))
    unpacked = folder / "unpacked"  # temporary, for the content of a zip
    _limit_memory(most)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            image = unpack(path, unpacked, most) if path.suffix.lower() == ZIP else path
            opened = open_upload(image, channel, arguments[4], colours=bool(colours))
            about = _save(opened, path, folder / PIXELS.format(channel=channel), most)
        except MemoryError:
            about = {"error": f"{path}: not enough memory to decode it; send a smaller part of it"}
        except DevolearnError as error:
            about = {"error": message_of(error)}
        except Exception as error:  # noqa: BLE001 - decoders raise many kinds of errors
            about = {"error": f"{path}: cannot be read ({reason_of(error)}); copy it again, or save it again"}
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
        notes = [str(one.message) for one in caught if one.category is UserWarning]
    sys.stdout.write(json.dumps(about | {"warnings": notes}) + "\n")
    return 0


def _save(opened: Opened, path: Path, target: Path, most: int) -> dict[str, Any]:
    """Write the pixels, and return what the server needs to know of them, for JSON."""
    stack = opened.stack
    size = int(np.prod([int(n) for n in stack.shape], dtype=object)) * stack.dtype.itemsize
    if size > most:
        t, z, y, x = stack.shape
        raise ImageFormatError(
            f"{path}: {t} x {z} x {y} x {x} pixels are {size / 1e6:,.0f} MB; the limit of this server is "
            f"{most / 1e6:,.0f} MB: send fewer frames or a part of the image"
        )
    target.unlink(missing_ok=True)  # pages that show the old file keep it open
    pixels = np.lib.format.open_memmap(target, mode="w+", dtype=stack.dtype, shape=stack.shape)
    for t in range(stack.shape[0]):
        pixels[t] = np.asarray(stack.data[t])
    pixels.flush()
    return {
        "voxel_size": stack.voxel_size,
        "calibration": stack.calibration,
        "frame_interval": stack.frame_interval,
        "frames": stack.frames,
        "missing": sorted(stack.missing),
        "channels": opened.channels,
        "axes": opened.axes,
    }


def _limit_memory(most: int) -> None:
    """Limit the memory of this process, on systems that support it."""
    if sys.platform == "win32":
        return
    import resource

    limits = {resource.RLIMIT_AS: 4 * most + (4 << 30), resource.RLIMIT_FSIZE: most + (1 << 20)}
    for limit, size in limits.items():
        _, hard = resource.getrlimit(limit)  # the hard limit of the server
        with suppress(ValueError, OSError):  # macOS refuses limits of the address space
            resource.setrlimit(limit, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
