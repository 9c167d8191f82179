"""ModelSpec: everything about a model except its weights."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

from napari_devolearn.exceptions import WeightsError, refuse
from napari_devolearn.io.core.border import expect

Task = Literal["nucleus", "membrane", "lineage", "neuron", "embryo"]
Architecture = Literal["fpn", "unet", "plain-unet", "resnet"]
Normalisation = Literal["percentiles", "volume", "divide-255"]

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""Name of an encoder. With a scheme or a slash, as in ``tu-hf-hub:``, the library would download it."""

_MOST = 4096  # channels: far more than in real networks, and still small enough for memory

_CHOICES = {
    "task": get_args(Task),
    "architecture": get_args(Architecture),
    "normalisation": get_args(Normalisation),
}
_TYPES: dict[str, type] = {
    **dict.fromkeys(
        ("name", "task", "architecture", "encoder", "normalisation", "sha256", "description"), str
    ),
    **dict.fromkeys(("encoder_depth", "in_channels", "context"), int),
    **dict.fromkeys(("pixel_size", "field_of_view", "z_step"), float),
}
_TYPES_OF_ITEMS: dict[str, type] = {"decoder_channels": int, "outputs": str, "percentiles": float}


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """Architecture, inputs and outputs of a network.

    `name`: name under which ``load_model`` finds it.
    `task`: what it predicts.
    `architecture`: decoder, by its name in segmentation-models-pytorch; "plain-unet" is the network of
    Ronneberger et al. 2015, "resnet" an encoder with one number per output instead of an image.
    `encoder`: encoder, by its name in segmentation-models-pytorch; not the address of a file or a hub.
    `encoder_depth`: how many times a U-Net's encoder halves its input, 3 to 5; the deepest layers are the
    largest.
    `decoder_channels`: widths of a U-Net's decoder, one for each halving, from the deepest up; empty for the
    library's.
    `pixel_size`: edge of the square pixel it was trained at, in um. Inputs are resampled to it.
    `field_of_view`: assumed width in um of the longer edge of an image with unknown pixel size; by default
    such an image is assumed to have the model's pixel size.
    `in_channels`: greyscale channels of the input; ``2 * context + 1`` for a model with neighbouring slices.
    `context`: neighbouring slices on each side that are channels of the input, from the lowest z up.
    `z_step`: distance between those slices, in um; needed where there is context.
    `outputs`: meaning of each output channel; the first is the probability to which the threshold applies.
    `normalisation`: how the intensities of a slice are scaled: by its own "percentiles"; "volume": the same,
    but a slice dimmer than its volume stays so; "divide-255" as in DevoLearn, for 8-bit images, other images
    from their minimum to their maximum.
    `percentiles`: intensity percentiles of a slice that normalisation maps to 0 and 1.
    `sha256`: SHA-256 of the weights file, in hexadecimal.
    `description`: one line for lists and tooltips.
    Raises WeightsError if a value is invalid; the message names every problem.
    """

    name: str
    task: Task
    pixel_size: float
    sha256: str
    architecture: Architecture = "fpn"
    encoder: str = "resnet18"
    encoder_depth: int = 5
    decoder_channels: tuple[int, ...] = ()
    field_of_view: float | None = None
    in_channels: int = 1
    context: int = 0
    z_step: float | None = None
    outputs: tuple[str, ...] = ("foreground",)
    normalisation: Normalisation = "percentiles"
    percentiles: tuple[float, float] = (1.0, 99.8)
    description: str = ""

    def __post_init__(self) -> None:
        self._check_types()
        low, high = self.percentiles
        widths = self.decoder_channels
        checks = (
            *(
                (
                    getattr(self, name) not in allowed,
                    f"{name} {getattr(self, name)!r} is not one of {allowed}",
                )
                for name, allowed in _CHOICES.items()
            ),
            (
                not _PLAIN_NAME.fullmatch(self.encoder),
                f"encoder {self.encoder!r} is not a plain name such as resnet18",
            ),
            (not 0 < self.pixel_size < math.inf, f"pixel_size {self.pixel_size} is not above 0 um"),
            (
                self.field_of_view is not None and not 0 < self.field_of_view < math.inf,
                f"field_of_view {self.field_of_view} is not above 0 um",
            ),
            (not 3 <= self.encoder_depth <= 5, f"encoder_depth {self.encoder_depth} is not 3 to 5"),
            (
                self.architecture != "unet" and (self.encoder_depth != 5 or bool(widths)),
                "encoder_depth and decoder_channels are only for architecture 'unet'",
            ),
            (
                (bool(widths) or self.encoder_depth != 5)
                and (len(widths) != self.encoder_depth or not 1 <= min(widths) <= max(widths) <= _MOST),
                f"decoder_channels {widths} are not {self.encoder_depth} (encoder_depth) widths from 1 "
                f"to {_MOST}",
            ),
            (not 1 <= self.in_channels <= _MOST, f"in_channels {self.in_channels} is not from 1 to {_MOST}"),
            (
                self.context < 0 or (self.context > 0 and self.in_channels != 2 * self.context + 1),
                f"context {self.context} does not fit in_channels {self.in_channels}",
            ),
            (
                self.context > 0 and not (self.z_step is not None and 0 < self.z_step < math.inf),
                f"context needs a z_step above 0 um, not {self.z_step}",
            ),
            (not 1 <= len(self.outputs) <= _MOST, f"outputs are not 1 to {_MOST} names"),
            (not 0 <= low < high <= 100, f"percentiles {self.percentiles} are not ascending within 0 to 100"),
            (len(self.sha256) != 64, "sha256 is not 64 hexadecimal digits"),
        )
        refuse(f"model {self.name!r}", checks, WeightsError, "fix the spec's JSON file")

    def _check_types(self) -> None:
        try:
            for name, kind in _TYPES.items():
                value = getattr(self, name)
                if value is not None or name not in ("field_of_view", "z_step"):
                    expect(value, kind, name)
            for name, kind in _TYPES_OF_ITEMS.items():
                for item in expect(getattr(self, name), tuple, name):
                    expect(item, kind, f"each of {name}")
            if len(self.percentiles) != 2:
                raise ValueError(f"percentiles {self.percentiles} are not two numbers")
        except ValueError as error:
            raise WeightsError(f"model {self.name!r}: {error}; fix the spec's JSON file") from error

    @property
    def takes_colours(self) -> bool:
        """Whether RGB images are accepted and converted to greyscale, as for bright field."""
        return self.task == "neuron"

    @property
    def mirrors_edges(self) -> bool:
        """Whether images are padded by mirroring instead of with black.

        On a bright background, a black border looks like the outline of a cell; it lowers the IoU of the
        neuron model by 0.01.
        """
        return self.task == "neuron"

    def default_pixel_size(self, shape: tuple[int, int]) -> float:
        """Assumed pixel size, in um, of an image of `shape` (Y, X) with unknown pixel size."""
        return self.pixel_size if self.field_of_view is None else self.field_of_view / max(shape)
