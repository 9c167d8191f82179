from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, rotate, zoom

from helpers.drawn.hazy_embryos import hazy_embryo
from napari_devolearn.inference.counting.embryo_view import VIEW, clear_outside, embryo_view, find_embryo
from napari_devolearn.inference.counting.lineage import _MIN_CONTRAST


def embryo() -> np.ndarray:
    """Bright discs inside an ellipse of 160 x 100 pixels, long axis along X, more of them on the left."""
    image = np.zeros((200, 300))
    rng = np.random.default_rng(3)
    for _ in range(60):
        angle, radius = rng.uniform(0, 2 * np.pi), np.sqrt(rng.uniform(0, 1))
        y, x = 100 + 50 * radius * np.sin(angle), 150 + 80 * radius * np.cos(angle)
        image[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4] = 100
    return gaussian_filter(image, 1)


def view(image: np.ndarray) -> np.ndarray:
    place = find_embryo(image)
    assert place is not None
    assert place.contrast > 1
    return embryo_view(image, place)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Highest correlation over the two possible orientations of an ellipse."""
    return max(np.corrcoef(one.ravel(), turned.ravel())[0, 1] for turned in (other, other[::-1, ::-1]))


@pytest.mark.parametrize(
    "change",
    [
        lambda image: np.roll(image, (30, -40), axis=(0, 1)),
        lambda image: zoom(image, 2.5, order=1),
        lambda image: rotate(image, 35, order=1),
        lambda image: 3 * image + 40,
        lambda image: image.astype(np.uint8),
    ],
    ids=["shifted", "larger", "turned", "brighter", "uint8"],
)
def test_view_is_the_same(change) -> None:  # type: ignore[no-untyped-def]
    image = embryo()
    plain, changed = view(image), view(change(image))
    assert plain.shape == VIEW
    assert likeness(plain, changed) > 0.85


def test_nothing_is_found_in_a_constant_image() -> None:
    assert find_embryo(np.full((64, 64), 7)) is None


@pytest.mark.parametrize("shape", [(97, 140), (256, 384), (512, 708)])
@pytest.mark.parametrize("kind", ["normal", "photons", "rows", "grain", "gradient", "vignette"])
def test_noise_and_uneven_light_are_told_from_nuclei(kind: str, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    normal, (y, x) = rng.normal(0, 1, shape), np.mgrid[: shape[0], : shape[1]] / max(shape)
    noise = find_embryo(
        {
            "normal": normal,
            "photons": rng.poisson(0.2, (28, *shape)).max(axis=0),
            "rows": normal / 2 + rng.normal(0, 1, (shape[0], 1)),
            "grain": gaussian_filter(normal, 2.0),
            "gradient": normal + 10 * x,
            "vignette": normal - 20 * ((y - 0.35) ** 2 + (x - 0.5) ** 2),
        }[kind]
    )
    assert noise is not None
    assert noise.contrast < _MIN_CONTRAST


@pytest.mark.parametrize("diameter", [3.0, 8.0], ids=lambda um: f"{um} um")
@pytest.mark.parametrize("photons", [1, 2, 20])
def test_nuclei_are_found_in_haze_up_to_the_edges_and_few_photons(photons: int, diameter: float) -> None:
    image, outline = hazy_embryo(photons=photons, diameter=diameter)
    place = find_embryo(image)
    assert place is not None
    assert place.contrast > _MIN_CONTRAST
    assert place.centre == pytest.approx(((image.shape[0] - 1) / 2, (image.shape[1] - 1) / 2), abs=6)
    assert 0.75 < VIEW[1] * place.step / outline < 1.3


def test_debris_outside_a_known_embryo_does_not_change_the_view() -> None:
    clean = embryo()
    inside = np.zeros(clean.shape, bool)
    inside[40:160, 60:240] = True
    dirty = clean.copy()
    dirty[5:20, 5:20] = dirty[180:190, 280:295] = 100
    place, wanted = find_embryo(dirty, inside), find_embryo(clean)
    assert place is not None
    assert wanted is not None
    assert place.centre == pytest.approx(wanted.centre, abs=3)
    assert place.step == pytest.approx(wanted.step, rel=0.05)
    lost = find_embryo(dirty)
    assert lost is not None
    assert lost.step > 1.2 * wanted.step, "without the outline the debris is taken for nuclei"
    assert likeness(embryo_view(clear_outside(dirty, inside), place), embryo_view(clean, wanted)) > 0.95
