"""Movie: any input image as a TZYX array with a voxel size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from napari_devolearn._types import Array, ArrayLike4D, Floats32, VoxelSize
from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.inference.inputs.normalise import field_pixels, in_float32, volume_span
from napari_devolearn.inference.inputs.padding import find_content
from napari_devolearn.io.core.lazy import read_here
from napari_devolearn.models.spec import ModelSpec


@dataclass(eq=False)
class Movie:
    """An image as (T, Z, Y, X), with its original shape.

    `data`: (T, Z, Y, X).
    `voxel_size`: (Z, Y, X) in um.
    `input_shape`: shape of the input.
    `name`: name in messages, such as the file.
    `first_frame`: index of the first frame in the whole movie, for messages.
    """

    data: ArrayLike4D
    voxel_size: VoxelSize
    input_shape: tuple[int, ...]
    name: str = "image"
    first_frame: int = 0
    _read: tuple[int, Array] | None = field(default=None, init=False)
    _span: tuple[object, float] = field(default=(None, 0.0), init=False)
    _warned_of_padding: bool = field(default=False, init=False)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(T, Z, Y, X)."""
        t, z, y, x = self.data.shape
        return t, z, y, x

    def frame(self, t: int) -> Array:
        """Read one volume, (Z, Y, X); the last one is kept, because its slices are read next."""
        read = self._read
        return self.keep(t, self.load(t)) if read is None or read[0] != t else read[1]

    def load(self, t: int) -> Array:
        """Read one volume, (Z, Y, X), with a range that float32 can represent; thread-safe."""
        return in_float32(read_here(self.data[t]))

    def keep(self, t: int, volume: Array) -> Array:
        """Keep a volume from `load`; warn if it is constant, and once if its middle slice has padding."""
        self._read = (t, volume)
        where, z = f"{self.name}: frame {t + self.first_frame}", len(volume) // 2
        if volume.min() == volume.max():
            warn_caller(
                f"{where}: every pixel is {volume.flat[0]}, so no object can be found; check the file, or "
                "leave the frame out"
            )
        content = None if self._warned_of_padding else find_content(volume[z])
        if content is not None and content.share:
            self._warned_of_padding = True
            warn_caller(
                f"{where}, slice {z}: {content.share:.0%} of its pixels are borders or strips of one value, "
                "treated as padding: they are left out of the brightness scaling and of the result; crop "
                "the image to remove them"
            )
        return volume

    def plane(self, t: int, z: int) -> Array:
        """Read one slice, (Y, X); raises ImageFormatError if a pixel is NaN or infinite."""
        plane: Array = self.frame(t)[z]
        if plane.dtype.kind == "f" and not np.isfinite(plane).all():
            bad = plane.size - int(np.isfinite(plane).sum())
            raise ImageFormatError(
                f"{self.name}: frame {t + self.first_frame}, slice {z}: {bad} of {plane.size} pixels are NaN "
                "or infinite; replace them first (numpy.nan_to_num)"
            )
        return plane

    def slab(self, t: int, z: int, context: int, z_step: float) -> Floats32:
        """A slice with its neighbours on each side, (2 * context + 1, Y, X), from the lowest z up.

        `z_step`: distance between them in um. Planes between two of the movie are interpolated linearly,
        planes beyond its ends are its end planes.
        """
        at = z + np.arange(-context, context + 1) * (z_step / self.voxel_size[0])
        at = at.clip(0, self.shape[1] - 1)
        below = np.floor(at).astype(int)
        channels = []
        own = self.plane(t, z)
        ends = own.min(), own.max()
        for low, part in zip(below, at - below, strict=True):
            plane = self._beside(t, z, low, ends).astype(np.float32)
            if part != 0:
                plane = (1 - part) * plane + part * self._beside(t, z, low + 1, ends)
            channels.append(plane)
        return np.asarray(channels, np.float32)

    def _beside(self, t: int, z: int, neighbour: int, ends: tuple[Any, Any]) -> Array:
        """A neighbour of slice z; a plane that pads the volume is replaced by the last one before it.

        A constant plane is padding if its value is outside the slice's range, else it is background.
        """
        while neighbour != z:
            plane = self.plane(t, neighbour)
            if ends[0] <= plane[0, 0] <= ends[1] or find_content(plane) is not None:
                return plane
            neighbour += 1 if neighbour < z else -1
        return self.plane(t, z)

    def span(self, t: int, spec: ModelSpec) -> float:
        """Intensity range of a frame between the model's percentiles, from ``volume_span``; cached."""
        key = (t, spec.percentiles, field_pixels(spec, self.voxel_size[1:]))
        if self._span[0] != key:
            self._span = (key, volume_span(self.frame(t), *key[1:]))
        return self._span[1]

    def only(self, t: int) -> Movie:
        """Read one frame as a movie."""
        volume = self.frame(t)[None]
        one = Movie(volume, self.voxel_size, volume.shape, self.name, t + self.first_frame)
        one._read = (0, volume[0])
        return one
