from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.ctc import checks
from napari_devolearn.io.ctc.names import FrameFile, parse_name


def file(number: int, size: int = 8, dtype: str = "u1", channels: int = 1) -> ImageFile:
    def read(t: int, channel: int) -> np.ndarray:
        raise AssertionError("a check reads no pixels")

    path = Path(f"t{number:03d}.tif")
    return ImageFile(path=path, shape=(1, 2, size, size), dtype=np.dtype(dtype), read=read, channels=channels)


@pytest.mark.parametrize(
    ("odd", "what"), [({"size": 9}, "2 x 9 x 9"), ({"dtype": "u2"}, "(Z x Y x X) uint16")]
)
def test_the_file_that_differs_is_reported_even_if_it_is_the_first(odd: dict[str, Any], what: str) -> None:
    files = [file(0, **odd), file(1), file(2, **odd), file(3), file(4)]
    with pytest.raises(ImageFormatError) as caught:
        checks.check_alike(files)
    assert "t000.tif: is " in str(caught.value)
    assert what in str(caught.value)
    assert "t002.tif differ too" in str(caught.value)
    assert "3 files are 2 x 8 x 8 (Z x Y x X) uint8; remove it" in str(caught.value)
    checks.check_alike(files[3:])


def test_channels_are_refused() -> None:
    checks.check_single_channel([file(0)])
    with pytest.raises(
        ImageFormatError, match=r"t001.tif: has the 2 channels 0, 1; choose one with --channel"
    ):
        checks.check_single_channel([file(0), file(1, channels=2)])


@pytest.mark.parametrize(("names", "told"), [(("GFP", "gfp"), False), (("GFP", "RFP"), True)])
def test_only_a_name_that_chooses_a_channel_is_offered(names: tuple[str, str], told: bool) -> None:
    with pytest.raises(ImageFormatError, match="--channel 1") as caught:
        checks.choose_channel(replace(file(0, channels=2), channel_names=names), None)
    assert ("--channel 'RFP'" in str(caught.value)) == told
    assert ("--channel 'gfp'" in str(caught.value)) is False


def test_labels_must_be_integers() -> None:
    checks.check_integer([file(0), file(1, dtype="?")])
    with pytest.raises(ImageFormatError, match=r"t001.tif: has float32 values \(and so are t002.tif\)"):
        checks.check_integer([file(0), file(1, dtype="f4"), file(2, dtype="f4")])


def named(*names: str) -> list[FrameFile]:
    return [found for name in names if (found := parse_name(Path("folder") / name))]


@pytest.mark.parametrize("names", [("t000.tif", "t0000.tif"), ("man_seg005.tif", "man_seg_005_001.tif")])
def test_two_files_of_one_frame_are_refused(names: tuple[str, str]) -> None:
    with pytest.raises(CTCFormatError, match=f"folder: {names[0]} and {names[1]} are the same frame"):
        checks.check_frames(named(*names))


def test_planes_of_one_frame_are_accepted() -> None:
    checks.check_frames(named("man_seg_005_001.tif", "man_seg_005_002.tif", "man_seg006.tif"))


@pytest.mark.parametrize(
    ("label", "dtype", "told"),
    [(-1, "i4", "negative label -1"), (2**63, "u8", f"label {2**63} is too large")],
)
def test_labels_that_cannot_be_counted_are_refused(label: int, dtype: str, told: str) -> None:
    with pytest.raises(ImageFormatError, match=rf"a\.tif: frame 3: {told}; set regions to ignore to 0"):
        checks.check_labels(np.array([0, label], dtype), "a.tif: frame 3")
    large = np.array([0, 2**63 - 1], "u8")
    assert checks.check_labels(large, "a.tif") is large
