"""Bright haze and strong noise are removed, and what is as in training stays."""

from __future__ import annotations

import numpy as np

from helpers.drawn.hazy_embryos import hazy_embryo
from napari_devolearn.inference.counting.clean_view import clean_view
from napari_devolearn.inference.counting.embryo_view import embryo_view, find_embryo


def view(haze: float, photons: float = 50) -> np.ndarray:
    image, _ = hazy_embryo(photons=photons, haze=haze)
    place = find_embryo(image)
    assert place is not None
    return embryo_view(image, place)


def test_bright_haze_is_removed_and_nuclei_stay() -> None:
    hazy = view(0.7)
    clear = clean_view(hazy, 1.0)
    nuclei = clear > np.percentile(clear, 97)
    ratio = [np.median(one) / np.median(one[nuclei]) for one in (hazy, clear)]
    assert ratio[0] > 0.35
    assert ratio[1] < 0.2
    assert np.percentile(clear, 99.5) > 0.3 * np.percentile(hazy, 99.5)


def test_strong_noise_is_smoothed() -> None:
    noisy = view(0.1, photons=1)
    quiet = clean_view(noisy, 1.0)
    before, after = (np.abs(np.diff(one, axis=1)).mean() for one in (noisy, quiet))
    assert after < 0.7 * before
    assert np.corrcoef(noisy.ravel(), quiet.ravel())[0, 1] > 0.8


def test_an_enlarged_view_is_not_smoothed() -> None:
    noisy = view(0.1, photons=1)
    assert clean_view(noisy, 0.5) is noisy


def test_dim_haze_and_weak_noise_change_nothing() -> None:
    dim = view(0.1)
    assert clean_view(dim, 1.0) is dim


def test_a_view_without_any_light_stays() -> None:
    empty = np.zeros((128, 192), np.float32)
    assert (clean_view(empty, 1.0) == 0).all()
