from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.inference.inputs.tiles import iter_tiles


@pytest.mark.parametrize("shape", [(1, 1), (50, 60), (61, 200), (37, 41)])
def test_every_pixel_is_written_once_with_its_own_value(shape: tuple[int, int]) -> None:
    plane = np.arange(np.prod(shape)).reshape(shape)
    written, times = np.full(shape, -1), np.zeros(shape, int)
    for tile in iter_tiles(shape, core=20, margin=5):
        written[tile.write] = plane[tile.read][tile.keep]
        times[tile.write] += 1
    np.testing.assert_array_equal(written, plane)
    assert (times == 1).all()


def test_a_tile_includes_its_halo() -> None:
    tiles = list(iter_tiles((100, 100), core=40, margin=10))
    inner = next(tile for tile in tiles if tile.write == (slice(40, 80), slice(40, 80)))
    assert inner.read == (slice(30, 90), slice(30, 90))


def test_a_plane_that_fits_is_one_tile() -> None:
    assert len(list(iter_tiles((60, 60), core=40, margin=10))) == 1


def test_a_plane_up_to_the_maximum_size_is_one_tile() -> None:
    assert len(list(iter_tiles((100, 200), core=40, margin=10, whole=20_000))) == 1
    assert len(list(iter_tiles((100, 200), core=40, margin=10, whole=19_999))) == 15
