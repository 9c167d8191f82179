from __future__ import annotations

import pytest

from napari_devolearn.tracking.params import LinkParams


def test_every_problem_is_reported() -> None:
    with pytest.raises(ValueError, match=r"max_distance 0 .*max_gap -1 .*min_track_length 0"):
        LinkParams(max_distance=0, max_gap=-1, min_track_length=0)
