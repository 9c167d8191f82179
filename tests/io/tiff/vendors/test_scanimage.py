from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_devolearn.exceptions import AxesError
from napari_devolearn.io.image import channels, open_image

TZCYX = np.arange(3 * 5 * 2 * 8 * 6, dtype=np.int16).reshape(3, 5, 2, 8, 6) - 100

FAST = (
    "SI.LINE_FORMAT_VERSION = 1\nSI.hChannels.channelSave = [1;2]\nSI.hStackManager.numSlices = 5\n"
    "SI.hStackManager.enable = true\nSI.hStackManager.framesPerSlice = 1\n"
)
SI3 = (
    "state.configName='a'\rstate.acq.numberOfChannelsSave=2\rstate.acq.numberOfZSlices={}\r"
    "state.acq.numberOfFrames={}\rstate.acq.averaging=0\r"
)


def _write(path: Path, pages: np.ndarray, *, software: str = "", description: str = "") -> Path:
    with tifffile.TiffWriter(path, bigtiff=bool(software)) as tif:
        for page in pages.reshape(-1, *pages.shape[-2:]):
            tif.write(
                page,
                software=software or False,
                description=description or "frameNumbers = 1\n",
                metadata=None,
                contiguous=False,
                photometric="minisblack",
            )
    return path


@pytest.mark.parametrize(
    "text",
    [
        f"{FAST}SI.hStackManager.numVolumes = 3\n",
        f"{FAST}SI.hStackManager.actualNumVolumes = 3\nSI.hStackManager.numVolumes = 9\n",
        f"{FAST}SI.hStackManager.numVolumes = Inf\n",
        f"{FAST}SI.hFastZ.enable = true\nSI.hFastZ.numVolumes = 3\n",
    ],
)
def test_volumes_of_two_channels(tmp_path: Path, text: str) -> None:
    first, second = channels(open_image(_write(tmp_path / "a.tif", TZCYX, software=text)))
    np.testing.assert_array_equal(np.asarray(first.data), TZCYX[:, :, 0])
    np.testing.assert_array_equal(np.asarray(second.data), TZCYX[:, :, 1])


@pytest.mark.parametrize("frames", ["3", "Inf"])
def test_frames_of_one_plane(tmp_path: Path, frames: str) -> None:
    text = FAST.replace("Slices = 5", "Slices = 1").replace("PerSlice = 1", f"PerSlice = {frames}")
    _, second = channels(open_image(_write(tmp_path / "a.tif", TZCYX[:, 0], software=text)))
    np.testing.assert_array_equal(np.asarray(second.data), TZCYX[:, :1, 1])


def test_version_3_has_each_page(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.tif", TZCYX[0], description=SI3.format(5, 1))
    np.testing.assert_array_equal(np.asarray(next(channels(open_image(path))).data), TZCYX[:1, :, 0])


def test_an_interrupted_recording_has_its_whole_volumes(tmp_path: Path) -> None:
    text = f"{FAST}SI.hStackManager.numVolumes = 3\n"
    path = _write(tmp_path / "a.tif", TZCYX.reshape(30, 8, 6)[:24], software=text)
    file = open_image(path)
    assert (file.shape, file.channels) == ((2, 5, 8, 6), 2)
    assert "its first 2 frames are opened" in file.notes[0]


@pytest.mark.parametrize(
    "more",
    [
        "SI.hStackManager.numFramesPerVolumeWithFlyback = 6\nSI.hStackManager.numVolumes = 3\n",
        "SI.hStackManager.framesPerSlice = 2\nSI.hStackManager.numVolumes = 3\n",
        "SI.hChannels.channelSave = [1;2;3;4]\nSI.hStackManager.numSlices = 7\n",
    ],
)
def test_unclear_axes_are_refused(tmp_path: Path, more: str) -> None:
    path = _write(tmp_path / "a.tif", TZCYX, software=FAST + more)
    with pytest.raises(AxesError, match=r"a\.tif: its ScanImage header gives .*name its axes"):
        open_image(path)
    assert open_image(path, axes="T3,Z5,C2").shape == (3, 5, 8, 6)
