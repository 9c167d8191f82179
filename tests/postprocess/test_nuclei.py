"""Touching nuclei come apart at their necks, whatever the voxel's anisotropy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from napari_devolearn.postprocess.nuclei import split_nuclei

Centre = tuple[float, float, float]


def balls(
    centres: list[Centre], radius: float, shape: tuple[int, int, int], size: Centre
) -> npt.NDArray[np.bool_]:
    """Balls of a radius, at centres in um, in a volume of voxels of a size in um."""
    zyx = np.meshgrid(*(np.arange(n) * s for n, s in zip(shape, size, strict=True)), indexing="ij")
    near = [sum((a - c) ** 2 for a, c in zip(zyx, centre, strict=True)) < radius**2 for centre in centres]
    return np.any(near, axis=0)


# two nuclei of 4 um whose centres are 3.4 um apart, side by side:  (  )(  )
SIDE_BY_SIDE: list[Centre] = [(6, 5, 4.3), (6, 5, 7.7)]
# the same, one above the other
STACKED: list[Centre] = [(4.3, 5, 6), (7.7, 5, 6)]


@pytest.mark.parametrize("centres", [SIDE_BY_SIDE, STACKED])
@pytest.mark.parametrize("size", [(1.0, 0.25, 0.25), (0.5, 0.4, 0.4), (1.0, 0.09, 0.09)])
def test_two_touching_nuclei_are_two(centres: list[Centre], size: Centre) -> None:
    shape = tuple(int(12 / s) for s in size)
    mask = balls(centres, 2.0, shape, size)  # type: ignore[arg-type]
    labels = split_nuclei(mask, size)
    assert labels.dtype == np.uint32
    np.testing.assert_array_equal(labels > 0, mask)
    sizes = np.bincount(labels.ravel())[1:]
    assert len(sizes) == 2
    assert sizes.min() > 0.8 * sizes.max()


def test_one_nucleus_stays_one() -> None:
    size = (1.0, 0.2, 0.2)
    mask = balls([(6, 6, 6)], 4.0, (12, 60, 60), size)
    assert split_nuclei(mask, size).max() == 1


def test_a_slice_is_split_as_a_plane() -> None:
    mask = balls(SIDE_BY_SIDE, 2.0, (12, 50, 50), (1.0, 0.25, 0.25))[6]
    assert split_nuclei(mask, (1.0, 0.25, 0.25)).max() == 2


def test_small_objects_are_dropped_by_their_size_in_um() -> None:
    size = (1.0, 0.25, 0.25)
    mask = balls([(6, 3, 3)], 2.0, (12, 48, 48), size) | balls([(6, 9, 9)], 1.0, (12, 48, 48), size)
    assert split_nuclei(mask, size, min_diameter=0.0).max() == 2
    assert split_nuclei(mask, size, min_diameter=3.0).max() == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 1), (3, 4, 5)])
def test_empty_and_full_masks(shape: tuple[int, ...]) -> None:
    assert split_nuclei(np.zeros(shape, bool), (1, 1, 1)).max() == 0
    assert split_nuclei(np.ones(shape, bool), (0.1, 0.1, 0.1)).max() == 1
