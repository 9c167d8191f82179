"""A session: the result on an image layer, kept so that a new threshold needs no new run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from napari.layers import Image

from napari_devolearn._types import Labels, VoxelSize
from napari_devolearn.inference.cache import ProbabilityCache
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.inference.inputs.opening import as_movie
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import label_frame
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.form.run_block import counted
from napari_devolearn.widgets.common.layers import Plane, Region, Shape4D, is_flat_movie, shape_of, sliceable
from napari_devolearn.widgets.segment.result_layer import ResultLayer

OBJECTS = {
    "nucleus": ("nucleus", "nuclei"),
    "membrane": ("cell", "cells"),
    "neuron": ("neuron", "neurons"),
    "embryo": ("embryo", "embryos"),
}
"""Singular and plural of what the models find, by task: all that segment, in the order of the choice."""


class Source(NamedTuple):
    """Everything that probabilities depend on; each source has its own session."""

    image: Image
    pixels: Any
    voxel_size: VoxelSize | None
    model: str
    inside: bool = False  # whether everything outside the embryo is ignored
    region: Region | None = None  # the segmented region of each slice; all of it by default

    @property
    def shape(self) -> Shape4D:
        """(T, Z, Y, X) of the segmented region."""
        return shape_of(self.image, self.region)

    @property
    def fits(self) -> bool:
        """Whether the layer has the axes of a slice, a volume or a movie."""
        return bool(2 <= self.image.ndim <= 4)

    def movie(self, spec: ModelSpec) -> Movie:
        """The pixels as a movie, not read yet; if the pixel size is unknown, the spec's is assumed."""
        default, pixels = spec.default_pixel_size(shape_of(self.image)[2:]), sliceable(self.pixels)
        if is_flat_movie(self.image):
            pixels = pixels.reshape(shape_of(self.image))
        if self.region is not None:
            top, bottom, left, right = self.region
            colours_of = (slice(None),) * self.image.rgb
            pixels = pixels[(..., slice(top, bottom), slice(left, right), *colours_of)]
        colours = spec.takes_colours and self.image.rgb
        return as_movie(pixels, self.voxel_size or (default,) * 3, default, colours=colours)

    def same_as(self, other: Source) -> bool:
        """Whether the other source gives the same probabilities."""
        return self.pixels is other.pixels and self[2:] == other[2:]


class Labelled(NamedTuple):
    """Labels of slices of one frame, (len(planes), Y, X), and their parameters."""

    planes: list[Plane]
    labels: Labels
    params: SegmentParams


@dataclass(kw_only=True, eq=False)
class Session:
    """A movie, its probabilities so far, and the layers that show the result."""

    source: Source
    model: Predictor
    movie: Movie
    cache: ProbabilityCache
    params: SegmentParams  # the parameters that the labels should match
    # frames that a run will label, so that the background does not
    claimed: set[int] = field(default_factory=set)
    # frames labelled as volumes; in the others each slice is labelled separately
    volumes: set[int] = field(default_factory=set)
    view: Plane = (0, 0)  # the current slice, which a run computes first
    result: ResultLayer | None = None
    probability: Image | None = None
    # number of objects, by the first slice of each unit that is labelled together
    found: dict[Plane, int] = field(default_factory=dict)

    def use(self, params: SegmentParams) -> None:
        """Use other parameters; then no slice is final."""
        if params != self.params:
            self.params = params
            if self.result is not None:
                self.result.forget()

    def labelled_with(self, plane: Plane) -> list[Plane]:
        """Slices that are labelled together with one: its volume, or itself."""
        t = plane[0]
        return [(t, z) for z in range(self.movie.shape[1])] if t in self.volumes else [plane]

    def label(self, planes: list[Plane], params: SegmentParams) -> Labelled:
        """Label consecutive slices of one frame; slow for a volume, so not for the main thread."""
        (t, first), last = planes[0], planes[-1][1]
        outputs = self.cache.frame(t, slice(first, last + 1))
        return Labelled(planes, label_frame(t, outputs, params, self.movie, self.model, self.cache), params)

    def count(self, step: Labelled) -> None:
        """Store the number of objects."""
        t, first = step.planes[0]
        if t in self.volumes:  # its slices no longer count separately
            self.found = {plane: number for plane, number in self.found.items() if plane[0] != t}
        self.found[t, first] = int(step.labels.max(initial=0))

    def count_text(self) -> str:
        """Number of objects as text; "" if labels do not separate objects."""
        if self.params.output != "instances" or not self.found or self.result is None:
            return ""
        words = OBJECTS[self.model.spec.task]
        whole = {t: number for (t, _), number in self.found.items() if t in self.volumes}
        numbers = list(whole.values()) if whole else list(self.found.values())
        least, most = min(numbers), max(numbers)
        count = counted(most, *words) if least == most else f"{least} to {most} {words[1]}"
        each = f" in each of {len(numbers)} {'frames' if whole else 'slices'}" if len(numbers) > 1 else ""
        return f"{count}{each}."

    def stale(self, view: Plane) -> list[Plane]:
        """Slices whose labels do not match the parameters and that no run will label, nearest first."""
        if self.result is None:
            return []
        behind = np.argwhere(self.cache.done & ~self.result.final)
        planes = [(int(t), int(z)) for t, z in behind if t not in self.claimed]
        return sorted(planes, key=lambda plane: (abs(plane[0] - view[0]), abs(plane[1] - view[1])))
