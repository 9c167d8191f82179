"""Read planes of an image in a tif."""

from __future__ import annotations

import logging
import math
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.tiff.promise import Promise

if TYPE_CHECKING:
    import tifffile

_USUAL = "correcting LSM bitspersample tag"  # logged for each LSM of two channels

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Planes:
    """The planes of one image, in the order of its axes, read on demand.

    `shape`: (Y, X).
    `dtype`: as stored.
    `size`: file size in bytes when it was opened.
    `offsets`: offsets of the page headers, each with `in_page` planes; for a `series` the numbers of its
    pages.
    `in_page`: planes per page.
    `samples_last`: the planes of a page are interleaved samples, as in RGB images.
    `start`: offset of the first plane, if all planes follow without page headers.
    `series`: number of tifffile's series, for planes in several files or in formats that only tifffile can
    read.
    """

    path: Path
    shape: tuple[int, int]
    dtype: np.dtype[Any]
    size: int
    offsets: npt.NDArray[np.int64]
    in_page: int = 1
    samples_last: bool = False
    start: int | None = None
    series: int | None = None

    def __post_init__(self) -> None:
        """Refuse sizes that are no numbers, as tifffile reads them from damaged tags."""
        if not all(type(size) is int for size in (*self.shape, self.in_page)):
            raise ImageFormatError(f"{self.path}: its page header is damaged; copy it again or save it again")

    def read(self, wanted: Indices) -> npt.NDArray[Any]:
        """Read planes by their indices, (N, Y, X), in this machine's byte order.

        Raises ImageFormatError if the file is damaged, missing, or changed since it was opened.
        """
        import tifffile

        with tifffile_log(), reading(self.path), tifffile.TiffFile(self.path) as tif:
            if os.fstat(tif.filehandle.fileno()).st_size < self.size:
                raise ImageFormatError(f"{self.path}: has changed since it was opened; open it again")
            planes = self._read_run(tif, wanted) if self.start is not None else self._read_pages(tif, wanted)
            return planes.astype(planes.dtype.newbyteorder("="), copy=False)

    def _read_run(self, tif: tifffile.TiffFile, wanted: Indices) -> npt.NDArray[Any]:
        count = math.prod(self.shape)
        starts = (self.start or 0) + wanted * count * self.dtype.itemsize
        parts = [tif.filehandle.read_array(self.dtype, count, start) for start in starts.tolist()]
        return np.stack(parts).reshape(len(wanted), *self.shape)

    def _read_pages(self, tif: tifffile.TiffFile, wanted: Indices) -> npt.NDArray[Any]:
        numbers, places = np.unique(wanted // self.in_page, return_inverse=True)
        pixels = (self._pixels_of_file if self.series is None else self._pixels_of_series)(tif, numbers)
        if self.samples_last:
            pixels = np.moveaxis(pixels, -1, 1)
        pixels = pixels.reshape(len(numbers), self.in_page, *self.shape)
        return pixels[places.ravel(), wanted % self.in_page]

    def _pixels_of_series(self, tif: tifffile.TiffFile, numbers: Indices) -> npt.NDArray[Any]:
        series = tif.series[self.series or 0]
        pages: list[Any] = [series.pages[int(self.offsets[number])] for number in numbers]
        with ExitStack() as opened:
            for handle in {page.parent.filehandle for page in pages}:
                if handle.closed:  # another file of the same image
                    handle.open()
                    opened.callback(handle.close)
            pixels = _stacked(pages, series.keyframe)
        return pixels if series.transform is None else series.transform(pixels)

    def _pixels_of_file(self, tif: tifffile.TiffFile, numbers: Indices) -> npt.NDArray[Any]:
        import tifffile

        tif.filehandle.seek(int(self.offsets[0]))
        key = tifffile.TiffPage(tif, index=0)
        size = math.prod(self.shape) * self.in_page
        if math.prod(key.shape) != size or key.dtype != self.dtype.newbyteorder("="):
            raise ImageFormatError(f"{self.path}: has changed since it was opened; open it again")
        frames = []
        for number in numbers.tolist():
            frame = tifffile.TiffFrame(tif, number, offset=int(self.offsets[number]), keyframe=key)
            ends = np.add(frame.dataoffsets, frame.databytecounts)
            few = len(frame.dataoffsets) < math.prod(key.chunked)
            if few or max(ends) > tif.filehandle.size or not min(frame.databytecounts):
                raise ImageFormatError(
                    f"{self.path}: the pixels of plane {number * self.in_page} are missing (truncated, or "
                    "never written); copy it again or save it again"
                )
            frames.append(frame)
        return _stacked(frames, key)


class Image(NamedTuple):
    """One image: its description, whose sizes match the planes, and its pixels."""

    promise: Promise
    planes: Planes


def _stacked(pages: Sequence[Any], key: tifffile.TiffPage) -> npt.NDArray[Any]:
    """Pixels of pages with the layout of `key`, (page, ..)."""
    import tifffile

    shape = (len(pages), *key.shape)
    series = tifffile.TiffPageSeries(pages, shape=shape, dtype=key.dtype, axes=f"Q{key.axes}", squeeze=False)
    return series.asarray()


@contextmanager
def tifffile_log() -> Iterator[list[str]]:
    """Collect tifffile's log messages in this thread, each once and without the file name, and hide them."""
    lines: list[str] = []
    thread = threading.get_ident()

    def collect(record: logging.LogRecord) -> bool:
        if record.thread != thread:
            return True
        line = re.sub(r"^<tifffile[^>]*>\s*", "", record.getMessage()).partition("\n")[0]
        line = re.sub(r"^<TiffFile '[^']*'>\s*", "", line)
        if line not in (*lines, _USUAL):
            lines.append(line)
        return False

    logger = logging.getLogger("tifffile")
    logger.addFilter(collect)
    try:
        yield lines
    finally:
        logger.removeFilter(collect)
