"""The movie to count in: an image layer, checked before the run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from napari.components import ViewerModel
from napari.layers import Image, Labels

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.counting.projections import as_projections
from napari_devolearn.widgets.common.layers import missing_frames, pixels_of, sliceable

_CHANNELS = 4
"""Maximum length of an axis to be interpreted as channels; no embryo has so few planes."""


@dataclass(frozen=True, eq=False)
class MovieSource:
    """An image layer as a movie."""

    image: Image
    pixels: Any  # volumes are projected when they are read
    missing: frozenset[int] = frozenset()  # indices of frames without a file, which are not counted

    def __len__(self) -> int:
        return int(self.pixels.shape[0])

    def from_frame(self, first: int) -> Any:
        """The frames from `first` on; none is read yet."""
        frames = sliceable(self.pixels)[first:]
        if not self.missing:
            return frames
        return replace(
            as_projections(frames), missing=frozenset(t - first for t in self.missing if t >= first)
        )


def movie_source(viewer: ViewerModel, image: Image | None) -> MovieSource:
    """Use an image layer as a movie of an embryo.

    Raises ImageFormatError if there is none, or if it is one image, one volume, or several channels.
    """
    if image is None:
        raise ImageFormatError(_none_chosen(viewer))
    pixels = pixels_of(image)
    problem = _colour_problem(pixels.shape) if image.rgb else _grey_problem(image, pixels.shape)
    if problem:
        raise ImageFormatError(f"{image.name}: {problem}")
    return MovieSource(image, pixels, missing_frames(image) if not image.rgb else frozenset())


def _none_chosen(viewer: ViewerModel) -> str:
    labels = next((layer for layer in viewer.layers if isinstance(layer, Labels)), None)
    if labels is not None:
        return f"{labels.name}: is a Labels layer; lineages are counted in images; open the movie"
    return "No movie to count in; drop one on the window (.mov, .mp4, .avi, a folder of frames, a stack)"


def _colour_problem(shape: tuple[int, ...]) -> str:
    if len(shape) == 3 or shape[0] == 1:
        return _STILL
    if len(shape) > 4:
        return (
            "is a movie of RGB volumes; right-click the layer, choose Split RGB, then the channel of "
            "the nuclei"
        )
    return ""


def _grey_problem(image: Image, shape: tuple[int, ...]) -> str:
    labels = [str(label).lower() for label in image.axis_labels]
    if len(shape) == 2 or shape[0] == 1:
        return _STILL
    if len(shape) == 3 and (labels[0] == "z" or image.units[0].is_compatible_with("um")):
        return "is one volume; choose a movie, with time as its first axis"
    if len(shape) > 4:
        return f"has {len(shape)} axes; choose one channel, (T, Y, X) or (T, Z, Y, X)"
    for axis in range(1, len(shape)):
        if shape[axis] <= _CHANNELS and labels[axis] != "z":
            return (
                f"has {shape[axis]} planes along axis {axis}, which are probably channels; right-click the "
                "layer, choose Split Stack, then the channel of the nuclei"
            )
    return ""


_STILL = "is one image; choose a movie of several frames, with time as its first axis"
