from __future__ import annotations

import pytest

from napari_devolearn.web.server.limits import Limits


def test_every_limit_not_above_0_is_reported() -> None:
    with pytest.raises(ValueError, match=r"uploads 0, visits -1; give numbers above 0"):
        Limits(uploads=0, visits=-1)
