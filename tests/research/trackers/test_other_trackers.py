from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.lineage.tracks import Track
from napari_devolearn.tracking.link import iter_objects
from napari_devolearn.tracking.params import LinkParams
from research.trackers.other_trackers import import_tracker, linking_of

SIZE = (1.0, 1.0, 1.0)


def movie() -> np.ndarray:
    """Five frames, 1 x 40, of objects 4 wide: one divides after frame 1, one is missed in frame 2.

    ::

        x =  4   10   16    30
        t=0      1          2
        t=1      1          2
        t=2  1        2
        t=3  1        2     3
        t=4  1        2     3
    """
    frames = np.zeros((5, 1, 40), np.uint8)
    for t, places in enumerate(((10, 30), (10, 30), (4, 16), (4, 16, 30), (4, 16, 30))):
        for label, x in enumerate(places, start=1):
            frames[t, 0, x : x + 4] = label
    return frames


EDGES = [
    ((0, 0), (1, 0)), ((0, 1), (1, 1)), ((1, 0), (2, 0)), ((1, 0), (2, 1)), ((1, 1), (3, 2)),
    ((2, 0), (3, 0)), ((2, 1), (3, 1)), ((3, 0), (4, 0)), ((3, 1), (4, 1)), ((3, 2), (4, 2)),
]  # fmt: skip


@pytest.mark.parametrize("fill", [True, False])
def test_a_graph_keeps_its_divisions_and_its_gaps_are_filled_on_demand(fill: bool) -> None:
    objects = list(iter_objects(movie(), SIZE))
    linking = linking_of(objects, EDGES[::-1], LinkParams(fill_gaps=fill))
    rows = [Track(1, 0, 1, 0), Track(2, 0, 4 if fill else 1, 0), Track(3, 2, 4, 1), Track(4, 2, 4, 1)]
    assert linking.tracks.rows == (*rows, *([] if fill else [Track(5, 3, 4, 2)]))
    assert (linking.relabel(2, movie()[2], SIZE) == 2).any() == fill


def test_a_missing_tracker_is_reported_with_its_install_command() -> None:
    with pytest.raises(TrainingError, match="pip install no_such_tracker"):
        import_tracker("no_such_tracker")
