"""Read the header of ScanImage, versions 3 to 5 and those named by a year: channels, slices, time points.

Pages run over channels first, then frames of a slice, slices and volumes:
https://docs.scanimage.org/Appendix/ScanImage+BigTiff+Specification.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from napari_devolearn.io.tiff.promise import Promise, number

if TYPE_CHECKING:
    import tifffile

_LINE = re.compile(r"(?:scanimage\.)?(?:SI[0-9]?|state)\.([\w.]+) *= *(.*)")
_CHANNELS = ("hChannels.channelSave", "channelsSave")
_SLICES = (
    "hStackManager.actualNumSlices",
    "hStackManager.numSlices",
    "stackNumSlices",
    "acq.numberOfZSlices",
)
_FRAMES = ("hStackManager.framesPerSlice", "acqNumFrames", "acq.numberOfFrames")
_VOLUMES = (
    "hStackManager.actualNumVolumes",
    "hStackManager.numVolumes",
    "hFastZ.numVolumes",
    "fastZNumVolumes",
)
_FAST = ("hFastZ.enable", "fastZEnable")
_WITH_FLYBACK = ("hStackManager.numFramesPerVolumeWithFlyback", "hFastZ.numFramesPerVolume")


def scanimage_promise(page: tifffile.TiffPage, count: int) -> Promise:
    """Read the axes of a file of `count` pages from the header in its first page.

    The description has a problem if they are unclear.
    """
    text = f"{page.software}\n{page.description}"
    found = (_LINE.match(line.strip()) for line in text.splitlines())
    header = {match[1]: match[2].strip() for match in found if match}
    channels, slices = _channels(header), _size(header, _SLICES) or 1
    fast = _is_on(header, _FAST)
    if header.get("hStackManager.enable") in ("0", "false") and not fast:
        slices = 1
    frames = 1 if _is_on(header, ("acq.averaging",)) or fast else _size(header, _FRAMES)
    volumes = _size(header, _VOLUMES) if fast or "hStackManager.numVolumes" in header else 1
    if frames is None:  # until stopped
        frames = max(1, math.ceil(count / (channels * slices)))
    if volumes is None:
        volumes = max(1, math.ceil(count / (channels * slices * frames)))
    if frames == 1:
        return _promise("TZC", (volumes, slices, channels), flyback=_flyback(header, slices) and slices > 1)
    if slices == 1:
        return _promise("TC", (volumes * frames, channels))
    return _promise("TZIC" if volumes > 1 else "ZTC", (volumes, slices, frames, channels)[volumes == 1 :])


def _promise(letters: str, sizes: tuple[int, ...], *, flyback: bool = False) -> Promise:
    problem = "its ScanImage header gives frames of the flyback of the stage" if flyback else ""
    if "I" in letters:
        problem = "its ScanImage header gives several frames of each slice of several volumes"
    return Promise(by="ScanImage header", letters=letters, sizes=sizes, problem=problem)


def _channels(header: Mapping[str, str]) -> int:
    named = next((header[key] for key in _CHANNELS if key in header), "")
    return len(re.findall(r"[0-9]+", named)) or _size(header, ("acq.numberOfChannelsSave",)) or 1


def _size(header: Mapping[str, str], keys: tuple[str, ...]) -> int | None:
    """The first of the keys; None if it is missing, infinite or no size."""
    value = next((number(header[key]) for key in keys if key in header), None)
    return int(value) if value and math.isfinite(value) and value >= 1 else None


def _is_on(header: Mapping[str, str], keys: tuple[str, ...]) -> bool:
    return any(header.get(key, "").lower() in ("1", "true") for key in keys)


def _flyback(header: Mapping[str, str], slices: int) -> bool:
    return (_size(header, _WITH_FLYBACK) or slices) > slices
