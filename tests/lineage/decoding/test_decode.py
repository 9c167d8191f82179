from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.lineage.decoding.decode import SHORTEST, decode
from napari_devolearn.lineage.decoding.reference import load_reference

REFERENCE = load_reference()


def embryo(start: float, speed: float, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Ages and counts of an embryo that develops evenly."""
    age = start + speed * np.arange(frames)
    return age, REFERENCE.counts_at(age)


@pytest.mark.parametrize(("start", "speed", "frames"), [(0.0, 0.7, 180), (60.0, 1.5, 40), (20.0, 0.3, 60)])
def test_the_clock_is_estimated_from_noisy_counts(start: float, speed: float, frames: int) -> None:
    age, counts = embryo(start, speed, frames)
    noisy = counts * np.random.default_rng(0).lognormal(0, 0.15, counts.shape)
    found = decode(noisy, REFERENCE)
    assert np.abs(found.age - age).mean() < 2
    wrong = np.abs(found.counts.sum(axis=1) / counts.sum(axis=1) - 1).mean()
    assert wrong < np.abs(noisy.sum(axis=1) / counts.sum(axis=1) - 1).mean()
    assert (np.diff(found.age) >= 0).all()


def test_untrusted_frames_do_not_affect_the_clock() -> None:
    age, counts = embryo(0, 0.7, 150)
    trusted = np.ones(150, bool)
    trusted[:10] = trusted[140:] = False
    bad = np.where(trusted[:, None], counts, 0)
    assert np.abs(decode(bad, REFERENCE, trusted).age - age).mean() < 1


def test_an_arrested_lineage_has_a_high_misfit() -> None:
    _, counts = embryo(0, 0.7, 150)
    halved = counts.copy()
    halved[:, 0] = np.minimum(halved[:, 0], 8)
    assert decode(halved, REFERENCE).misfit > 2 * decode(counts, REFERENCE).misfit + 0.5


def test_a_movie_beyond_the_table_stays_at_its_end() -> None:
    counts = np.repeat(REFERENCE.mean[-1:], 40, axis=0)
    found = decode(np.concatenate([embryo(60, 1, 90)[1], counts]), REFERENCE)
    assert found.counts[-1].sum() == pytest.approx(REFERENCE.mean[-1].sum(), rel=0.05)


def test_too_few_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="decoding needs"):
        decode(np.ones((SHORTEST - 1, 7)), REFERENCE)
