"""Scenes for the embryo model: an embryo with neighbours, debris, uneven light and noise, and its mask."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import torch

from napari_devolearn.inference.inputs.normalise import normalise
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.batches import Pair
from research.drawing.nuclear_volumes import EmbryoVolume
from research.drawing.outline_views import View, draw_view, weighted_choice

Floats = npt.NDArray[np.float32]
Groups = Sequence[tuple[float, Sequence[View | EmbryoVolume]]]

_EMPTY = 0.07  # fraction of scenes without an embryo
_NEIGHBOUR = 0.25
_DEBRIS = 0.45
_UNEVEN = 0.4
_FIRST_STEP, _STEPS = 24.0, 14  # um between centres of neighbours, and number of larger distances to try
_APART = 3.0  # um, step of these distances


class SceneDataset:
    """Scenes, simulated again in each epoch.

    Parameters
    ----------
    groups : sequence of (weight, views or volumes)
        Embryos; each group is used as often as its weight.
    spec : ModelSpec
        Gives the pixel size and the percentiles.
    length : int
        Scenes per epoch.
    crop : int
        Edge of the scenes, in pixels.
    seed : int
    fixed : bool
        Use the same scenes in every epoch, for evaluation.
    """

    def __init__(
        self, groups: Groups, spec: ModelSpec, *, length: int, crop: int, seed: int, fixed: bool = False
    ) -> None:
        self._groups, self._spec, self._length = groups, spec, length
        self._crop, self._seed, self._fixed = crop, seed, fixed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch of the scenes."""
        self._epoch = 0 if self._fixed else epoch

    def __len__(self) -> int:
        """Number of scenes per epoch."""
        return self._length

    def __getitem__(self, index: int, /) -> Pair:
        """Image (1, Y, X), normalised, and target (1, Y, X), both float32."""
        if not 0 <= index < self._length:
            raise IndexError(f"scene {index}: give 0 to {self._length - 1}")
        rng = np.random.default_rng((self._seed, self._epoch, index))
        image, inside = self._scene(rng)
        return torch.from_numpy(image)[None], torch.from_numpy(inside)[None]

    def _scene(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        view = self._draw(rng)
        light, inside = self._place(view, rng, _anywhere(rng, self._crop))
        if rng.random() < _EMPTY:
            light, inside = np.zeros_like(light), np.zeros_like(inside)
        elif rng.random() < _NEIGHBOUR:
            light, inside = self._add_neighbour(light, inside, rng)
        light = light * np.float32(np.exp(rng.uniform(-0.4, 0.2)))
        if rng.random() < _DEBRIS:
            light = np.maximum(light, draw_debris(inside, self._spec.pixel_size, rng))
        light = _expose(light, rng, noisy=view.noisy)
        # most slices of a volume keep their brightness relative to the others
        span = rng.uniform(0.7, 1.0) if view.of_volume and rng.random() < 0.65 else 0.0
        return normalise(light, self._spec.percentiles, span), inside

    def _draw(self, rng: np.random.Generator) -> View:
        chosen = weighted_choice(self._groups, rng)
        return chosen if isinstance(chosen, View) else draw_view(chosen, rng, noisy=False)

    def _place(
        self, view: View, rng: np.random.Generator, middle: npt.NDArray[np.float64]
    ) -> tuple[Floats, Floats]:
        """Rotate, mirror and scale a view, and move the middle of its embryo to (X, Y) of the scene."""
        pixel = self._spec.pixel_size
        angle, side = rng.uniform(0, 2 * np.pi), rng.choice([-1.0, 1.0])
        scale, squeeze = np.exp(rng.uniform(-0.3, 0.3)), np.exp(rng.uniform(-0.1, 0.1))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        turn = turn @ np.diag([side * squeeze, 1 / squeeze]) * (scale * pixel)
        matrix = np.diag([1 / view.size[1], 1 / view.size[0]]) @ turn
        warp = np.column_stack([matrix, _middle_of(view) - matrix @ middle])
        shape = (self._crop, self._crop)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        # pixels that merge are averaged, as in inference
        blur = 0.4 * pixel / np.array(view.size)
        light = cv2.GaussianBlur(view.light, (0, 0), max(blur[1], 0.01), sigmaY=max(blur[0], 0.01))
        light = cv2.warpAffine(light, warp, shape, flags=flags)
        inside = cv2.warpAffine(view.inside.astype(np.float32), warp, shape, flags=flags)
        return np.asarray(light, np.float32), np.asarray(inside, np.float32)

    def _add_neighbour(
        self, light: Floats, inside: Floats, rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Add a second embryo as near as possible to the first without overlap, with a line between them."""
        other = self._draw(rng)
        if not inside.any() or not other.inside.any():
            return light, inside
        y, x = np.nonzero(inside > 0.5)
        if not len(y):
            return light, inside
        here, angle = np.array([x.mean(), y.mean()]), rng.uniform(0, 2 * np.pi)
        way = np.array([np.cos(angle), np.sin(angle)])
        state = rng.bit_generator.state
        for k in range(_STEPS):
            rng.bit_generator.state = state
            away = (_FIRST_STEP + _APART * k) / self._spec.pixel_size
            neighbour, neighbour_mask = self._place(other, rng, here + way * away)
            if np.minimum(neighbour_mask, inside).sum() < 4:
                near = cv2.dilate(neighbour_mask, np.ones((3, 3))) * cv2.dilate(inside, np.ones((3, 3)))
                both = np.maximum(inside, neighbour_mask) * (1 - np.clip(near, 0, 1))
                return np.maximum(light, neighbour * rng.uniform(0.5, 1.5)).astype(np.float32), both
        return light, inside


def _anywhere(rng: np.random.Generator, crop: int) -> npt.NDArray[np.float64]:
    """A position mostly near the middle, sometimes so that the edge cuts the embryo."""
    spread = 0.1 if rng.random() < 0.7 else 0.35
    return crop / 2 + rng.uniform(-spread, spread, 2) * crop


def _middle_of(view: View) -> npt.NDArray[np.float64]:
    """(X, Y) of the embryo, or of the image if it is empty."""
    y, x = np.nonzero(view.inside)
    if not len(y):
        return np.array(view.inside.shape[::-1]) / 2
    return np.array([x.mean(), y.mean()])


def draw_debris(inside: Floats, pixel: float, rng: np.random.Generator) -> Floats:
    """Specks, fibres and blurred blobs outside of embryos; 1 is as bright as a nucleus.

    `inside`: (Y, X), float32: 1 in embryos.
    `pixel`: pixel size, in um.
    """
    drawn = np.zeros(inside.shape, np.float32)
    for _ in range(int(rng.integers(1, 9))):
        y, x = (int(n) for n in rng.integers(0, inside.shape))
        bright = float(rng.uniform(0.1, 1.2))
        kind = rng.random()
        if kind < 0.7:
            axes = tuple(int(n) for n in np.maximum(rng.uniform(0.4, 3.0, 2) / pixel, 1))
            cv2.ellipse(drawn, (x, y), axes, float(rng.uniform(0, 180)), 0, 360, bright, -1)
        elif kind < 0.85:
            end = (x + int(rng.normal(0, 15 / pixel)), y + int(rng.normal(0, 15 / pixel)))
            cv2.line(drawn, (x, y), end, bright, 1)
        else:
            cv2.circle(drawn, (x, y), max(int(rng.uniform(2, 7) / pixel), 1), bright * 0.4, -1)
    drawn = _blur(drawn, (rng.uniform(0.3, 1.1) if rng.random() < 0.7 else 3.0) / pixel)
    return drawn * (1 - _blur((inside > 0.1).astype(np.float32), 0.75 / pixel))


def _expose(light: Floats, rng: np.random.Generator, *, noisy: bool) -> Floats:
    """Blur, uneven illumination and background, noise and the camera's response."""
    if rng.random() < 0.3:
        light = _blur(light, rng.uniform(0.4, 1.5))
    if rng.random() < _UNEVEN:
        uneven = rng.normal(0, 0.3, (3, 3)).astype(np.float32)
        light = light * np.exp(cv2.resize(uneven, light.shape[::-1], interpolation=cv2.INTER_CUBIC))
    if rng.random() < _UNEVEN:
        ground = rng.uniform(0, 0.25, (2, 2)).astype(np.float32)
        light = light + cv2.resize(ground, light.shape[::-1], interpolation=cv2.INTER_LINEAR)
    reading = np.exp(rng.uniform(np.log(0.003), np.log(0.04 if noisy else 0.15)))
    shot = rng.uniform(0, 0.05 if noisy else 0.2)
    noise = rng.standard_normal(light.shape, np.float32)
    if rng.random() < 0.3:
        noise = _blur(noise, 0.7) * np.float32(2)
    noise *= np.sqrt(np.float32(reading**2) + np.float32(shot**2) * np.maximum(light, 0))
    seen = light + (np.abs(noise) if rng.random() < 0.3 else noise)
    black = rng.uniform(0, 0.04) if rng.random() < 0.3 else -1.0
    seen = np.maximum(seen, black)
    if rng.random() < 0.4:
        seen = np.sign(seen) * np.abs(seen) ** np.exp(rng.uniform(-0.5, 0.3))
    return np.asarray(np.minimum(seen, rng.uniform(0.6, 4.0)), np.float32)


def _blur(image: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
