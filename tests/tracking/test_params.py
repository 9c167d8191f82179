from __future__ import annotations

import pytest

from napari_devolearn.tracking.params import LinkParams


def test_every_problem_is_named() -> None:
    with pytest.raises(ValueError, match=r"reach 0 .*max_gap -1 .*speck_frames -2"):
        LinkParams(reach=0, max_gap=-1, speck_frames=-2)
