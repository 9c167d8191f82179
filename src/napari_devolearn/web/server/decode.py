"""Decode an uploaded file in a separate process, because a damaged file may crash a decoder.

``python -m napari_devolearn.web.server.decode FILE FOLDER CHANNEL RGB AXES BYTES`` writes
``FOLDER/pixels-0.npy`` and prints one line of JSON: metadata of the pixels, or ``{"error": ..}``.
"""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import AxesError, DevolearnError, ImageFormatError, warn_caller
from napari_devolearn.io.core.border import reading, reason_of
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.image import open_image
from napari_devolearn.io.ome_zarr.reader import is_zarr
from napari_devolearn.web.server.unpack import unpack

ZIP = ".zip"
UNPACKED = "unpacked"
"""Temporary folder for the content of a zip."""

PIXELS = "pixels-{channel}.npy"
"""File of the pixels, (T, Z, Y, X), one per channel, because another channel may still be shown."""


class Opened(NamedTuple):
    """An opened file, with the number of its channels, its axes and a note for the visitor."""

    stack: Stack
    channels: int = 1
    axes: str = ""
    note: str = ""


@dataclass(frozen=True)
class _Planes:
    """Pixels, (T, 1, Y, X), of which `read` decodes a frame, (Y, X)."""

    shape: tuple[int, int, int, int]
    dtype: np.dtype[Any]
    read: Callable[[int], npt.NDArray[Any]]

    def __getitem__(self, t: int) -> npt.NDArray[Any]:
        return self.read(t)[None]

    def stack(self, path: Path) -> Stack:
        """A stack of these pixels, without a calibration."""
        return Stack(data=self, name=path.name, source=path, frames=tuple(range(self.shape[0])))


def main(arguments: Sequence[str]) -> int:
    """Decode one file; returns the exit status, which is 0 also if the printed line reports an error.

    `arguments`: file, folder, channel from 0, 1 for a model that converts RGB to greyscale, axes or "" for
    those of the header, maximum bytes of pixels.
    """
    path, folder = Path(arguments[0]), Path(arguments[1])
    channel, colours, most = (int(arguments[place]) for place in (2, 3, 5))
    _limit_memory(most)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            image = unpack(path, folder / UNPACKED, most) if path.suffix.lower() == ZIP else path
            about = _save(
                open_upload(image, channel, arguments[4], colours=bool(colours)),
                path,
                folder / PIXELS.format(channel=channel),
                most,
            )
        except MemoryError:
            about = {"error": f"{path}: not enough memory to decode it; send a smaller part of it"}
        except DevolearnError as error:
            about = {"error": " ".join(str(error).split())}
        except Exception as error:  # noqa: BLE001 - decoders raise many kinds of errors
            about = {"error": f"{path}: cannot be read ({reason_of(error)}); copy it again, or save it again"}
        finally:
            shutil.rmtree(folder / UNPACKED, ignore_errors=True)
        notes = [str(one.message) for one in caught if one.category is UserWarning]
    sys.stdout.write(json.dumps(about | {"warnings": notes}) + "\n")
    return 0


def open_upload(path: Path, channel: int = 0, axes: str = "", *, colours: bool = False) -> Opened:
    """Open a file of any supported kind; pixels are not read yet.

    `path`: a tif stack, a picture, a movie, an OME-Zarr, or a folder with one file per frame.
    `channel`: of a tif with several.
    `axes`: of a tif, as for `read_image`; "" for those of the header.
    `colours`: convert RGB to greyscale; otherwise use the channel that shows nuclei.
    Raises ImageFormatError if the kind is not supported, or the file is damaged.
    """
    from napari_devolearn.io.image import channels, read_image
    from napari_devolearn.io.pictures.movie_file import MOVIE_SUFFIXES
    from napari_devolearn.io.pictures.picture import PICTURE_SUFFIXES, is_coloured, open_coloured

    if path.is_dir() and not is_zarr(path):
        inside = list(path.iterdir())
        if len(inside) == 1 and (inside[0].is_file() or is_zarr(inside[0])):
            return open_upload(inside[0], channel, axes, colours=colours)
        return Opened(read_image(inside))  # frames in the order of their names
    suffix = path.suffix.lower()
    if suffix in MOVIE_SUFFIXES:
        return _open_movie(path)
    if suffix in PICTURE_SUFFIXES:
        return _open_picture(path, colours=colours)
    coloured = not axes and colours and is_coloured(path)
    file = open_coloured(path) if coloured else _open_image(path, axes)
    if not 0 <= channel < file.channels:
        raise ImageFormatError(f"{path}: no channel {channel + 1}; choose one of 1 to {file.channels}")
    return Opened(list(channels(file))[channel], file.channels, file.axes)


def _open_movie(path: Path) -> Opened:
    from napari_devolearn.inference.counting.projections import nuclei_channel
    from napari_devolearn.io.pictures.movie_file import MovieFile

    movie = MovieFile(path)
    t, y, x, _ = movie.shape
    planes = _Planes((t, 1, y, x), np.dtype(np.uint8), lambda t: nuclei_channel(movie.read(t)))
    return Opened(planes.stack(path))


def _open_picture(path: Path, *, colours: bool) -> Opened:
    from PIL import Image

    from napari_devolearn.inference.counting.projections import nuclei_channel
    from napari_devolearn.io.pictures.picture import read_colours, to_grey

    Image.MAX_IMAGE_PIXELS = None  # the size is checked below, with our own message
    with reading(path), Image.open(path) as picture:
        grey, width, height = picture.mode[0] in "1LIF", picture.width, picture.height
        dtype = np.dtype(np.float32 if picture.mode[0] in "IF" else np.uint8)

    def read(_: int) -> npt.NDArray[Any]:
        pixels = read_colours(path)
        return to_grey(pixels) if colours and pixels.ndim == 3 else nuclei_channel(pixels)

    note = "" if grey or colours else "RGB image: the channel that shows nuclei best is used."
    return Opened(_Planes((1, 1, height, width), dtype, read).stack(path), note=note)


def _open_image(path: Path, axes: str) -> ImageFile:
    """Open a file; planes of unknown axes become slices, until the visitor names the axes."""
    try:
        return open_image(path, axes=axes or None)
    except AxesError as error:
        if axes:
            raise
        warn_caller(f"{error}; until then they are shown as slices")
        return open_image(path, axes="Z")


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
        "note": opened.note,
    }


def _limit_memory(most: int) -> None:
    """Limit the memory of this process, on systems that support it."""
    if sys.platform == "win32":
        return
    import resource

    for limit, size in (
        (resource.RLIMIT_AS, 4 * most + (4 << 30)),
        (resource.RLIMIT_FSIZE, most + (1 << 20)),
    ):
        _, hard = resource.getrlimit(limit)  # the hard limit of the server
        with suppress(ValueError, OSError):  # macOS refuses limits of the address space
            resource.setrlimit(limit, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
