from __future__ import annotations

import argparse

import pytest

from napari_devolearn.cli.common.arguments import frame_range, voxel_size, whole_sizes


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (voxel_size, "1,0.09,0.08", (1.0, 0.09, 0.08)),
        (voxel_size, "0.09,0.08", (1.0, 0.09, 0.08)),
        (frame_range, "3:7", (3, 7)),
        (frame_range, ":7", (None, 7)),
        (frame_range, "3:", (3, None)),
        (whole_sizes, "25,160,240", (25, 160, 240)),
    ],
)
def test_valid_arguments(parse, text, value) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        *(
            (voxel_size, text)
            for text in ("", "1", "1,2,3,4", "1,0,1", "1,-1,1", "1,nan,1", "1,inf,1", "a,b,c")
        ),
        *((frame_range, text) for text in ("", "3", "7:3", "3:3", "a:b", "1:2:3")),
        *((whole_sizes, text) for text in ("25", "25,160", "2.5,1,1", "a,b,c")),
    ],
)
def test_invalid_arguments_are_refused(parse, text) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="give"):
        parse(text)
