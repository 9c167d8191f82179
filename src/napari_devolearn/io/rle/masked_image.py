"""The objects of an image as run lengths, converted from and to labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn.exceptions import RLEFormatError, warn_caller
from napari_devolearn.io.core.lazy import lazy_frames
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.rle.runs import Runs, draw_runs, runs_of


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskedImage:
    """The runs of each object of an image (Y, X), which may overlap; `id` is its file name without suffix."""

    id: str
    shape: tuple[int, int]
    objects: tuple[Runs, ...]


def by_shape(images: Sequence[MaskedImage]) -> list[list[MaskedImage]]:
    """Group images of the same size, so that each group can be stacked."""
    groups: dict[tuple[int, int], list[MaskedImage]] = {}
    for image in images:
        groups.setdefault(image.shape, []).append(image)
    return list(groups.values())


def one_each(images: Iterable[MaskedImage], path: Path) -> Iterator[MaskedImage]:
    """Yield images; raise RLEFormatError if a name is repeated. `path` is the output, for the message."""
    seen: set[str] = set()
    for image in images:
        if image.id in seen:
            raise RLEFormatError(f"{path}: two images are named {image.id!r}; rename one of them")
        seen.add(image.id)
        yield image


def labels_of(images: Sequence[MaskedImage], source: Path) -> Stack:
    """Labels (T, 1, Y, X), uint32, of images of one size, drawn lazily, one time point per image.

    Labels are 1, 2, .. in the order of the objects; where objects overlap, the first one keeps the pixels,
    and a warning says so. Raises RLEFormatError if the images differ in size.
    """
    if len(groups := by_shape(images)) != 1:
        sizes = ", ".join(f"{len(group)} of {group[0].shape[0]} x {group[0].shape[1]}" for group in groups)
        raise RLEFormatError(
            f"{source}: images of several sizes ({sizes}) cannot be stacked; split the table"
        )
    shape = images[0].shape
    _warn_if_shared(images, source)
    return Stack(
        data=lazy_frames(
            lambda t: draw_runs(images[t].objects, shape)[None],
            (len(images), 1, *shape),
            np.dtype(np.uint32),
        ),
        name=f"{source.stem} labels",
        source=source,
        frames=tuple(range(len(images))),
    )


def iter_masked_images(data: Any, names: Sequence[str]) -> Iterator[MaskedImage]:
    """Yield each slice of labels (T, Z, Y, X) as an image, with objects in the order of their labels.

    `names` has one name per slice, as from `slice_names`; `data` is read frame by frame.
    """
    depth = data.shape[1]
    for t in range(data.shape[0]):
        for z, plane in enumerate(np.asarray(data[t])):
            runs = tuple(runs_of(plane).values())
            yield MaskedImage(id=names[t * depth + z], shape=plane.shape, objects=runs)


def slice_names(name: str, frames: Sequence[int], depth: int) -> list[str]:
    """Name of each slice, such as ``NAME_t003_z012``; without T or Z if there is only one."""
    times = [f"_t{t:03d}" if len(frames) > 1 else "" for t in frames]
    slices = [f"_z{z:03d}" if depth > 1 else "" for z in range(depth)]
    return [f"{name}{t}{z}" for t in times for z in slices]


def _warn_if_shared(images: Sequence[MaskedImage], source: Path) -> None:
    lost = [image.id for image in images if _share_pixels(image)]
    if lost:
        warn_caller(
            f"{source}: objects overlap in {len(lost)} of {len(images)} images (first in {lost[0]}); the "
            "object of the earlier row keeps the pixels; the file stays unchanged"
        )


def _share_pixels(image: MaskedImage) -> bool:
    runs = np.concatenate([np.zeros((0, 2), np.int64), *image.objects])
    starts, lengths = runs[np.argsort(runs[:, 0], kind="stable")].T
    return bool((starts[1:] < (starts + lengths)[:-1]).any())
