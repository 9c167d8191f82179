from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.counting.projections import as_projections, nuclei_channel


def coloured(channel: int, strength: int = 200) -> np.ndarray:
    """A square in one channel of (32, 48, 3), uint8."""
    image = np.zeros((32, 48, 3), np.uint8)
    image[8:20, 10:30, channel] = strength
    return image


def test_the_green_channel_is_used_unless_it_is_nearly_empty() -> None:
    reporter = coloured(0)
    assert nuclei_channel(reporter).max() == 200
    both = reporter.copy()
    both[20:28, 30:40, 1] = 120
    assert nuclei_channel(both)[24, 35] == 120
    assert nuclei_channel(both)[12, 20] == 0
    assert nuclei_channel(both[..., 1]).tolist() == nuclei_channel(both).tolist()


@pytest.mark.parametrize(
    ("shape", "count"),
    [((32, 48), 1), ((32, 48, 3), 1), ((5, 32, 48), 5), ((5, 32, 48, 3), 5), ((5, 4, 32, 48), 5)],
    ids=str,
)
def test_axes_follow_from_the_shape(shape: tuple[int, ...], count: int) -> None:
    found = as_projections(np.zeros(shape, np.uint8))
    assert len(found) == count
    assert [plane.shape for plane in found] == [(32, 48)] * count


def test_volumes_are_projected_frame_by_frame() -> None:
    class Lazy:
        """Records which frames were read."""

        shape, dtype = (3, 4, 32, 48), np.dtype(np.uint8)

        def __init__(self) -> None:
            self.read: list[int] = []

        def __getitem__(self, t: int) -> np.ndarray:
            self.read.append(t)
            return np.arange(4, dtype=np.uint8)[:, None, None] + np.zeros((4, 32, 48), np.uint8) + t

    lazy = Lazy()
    found = as_projections(lazy)
    assert lazy.read == []
    assert found.read(2).max() == 5
    assert lazy.read == [2]


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (np.zeros((0, 32, 48)), "contains no pixels"),
        (np.zeros((32, 48), complex), "not real numbers"),
        (np.zeros(48), "give .Y, X."),
        (np.zeros((2, 2, 2, 32, 48)), "give .Y, X."),
    ],
)
def test_arrays_that_are_not_projections_are_refused(image: np.ndarray, said: str) -> None:
    with pytest.raises(ImageFormatError, match=said):
        as_projections(image)


def test_frames_too_small_or_not_finite_are_refused_with_their_number() -> None:
    with pytest.raises(ImageFormatError, match=r"frame 0: .* are too few for an embryo"):
        as_projections(np.zeros((4, 48))).read(0)
    movie = np.zeros((3, 32, 48))
    movie[1, 0, 0] = np.inf
    assert as_projections(movie).read(0).shape == (32, 48)
    with pytest.raises(ImageFormatError, match="frame 1: some pixels"):
        as_projections(movie).read(1)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises((ImageFormatError, FileNotFoundError), match=r"absent\.mov"):
        as_projections(tmp_path / "absent.mov")
