"""Checks of the files of a sequence; each error names all wrong files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.ctc.names import FrameFile

_MOST_NAMED = 5


def check_labels(labels: npt.NDArray[Any], where: str) -> npt.NDArray[Any]:
    """Return the labels; raise ImageFormatError if one is negative, or too large for a signed integer.

    Other tools write regions to ignore as -1, which in unsigned files is the largest integer. `where` is the
    file and frame, for the message.
    """
    if labels.dtype.kind == "i" and labels.size and (lowest := int(labels.min())) < 0:
        raise ImageFormatError(
            f"{where}: negative label {lowest}; set regions to ignore to 0 and save it again"
        )
    if labels.dtype == np.uint64 and labels.size and (highest := int(labels.max())) >= 2**63:
        raise ImageFormatError(
            f"{where}: label {highest} is too large; set regions to ignore to 0, or renumber the labels, and "
            "save it again"
        )
    return labels


def check_alike(files: Sequence[ImageFile]) -> None:
    """Raise ImageFormatError if one of the files (at least one) differs from the majority in size or type."""
    usual = Counter(map(_describe, files)).most_common(1)[0][0]
    odd = [file for file in files if _describe(file) != usual]
    if odd:
        more = f" ({_names([file.path for file in odd[1:]])} differ too)" if odd[1:] else ""
        raise ImageFormatError(
            f"{odd[0].path}: is {_describe(odd[0])}{more}, the other {len(files) - len(odd)} files "
            f"are {usual}; remove it from the folder or save it like the others"
        )


def choose_channel(file: ImageFile, channel: int | str | None) -> int:
    """Index of a channel, given from 0 or by its name in the file; None for the only one.

    Raises ImageFormatError if there is no such channel, or there are several and none is chosen.
    """
    if channel is None:
        check_single_channel([file])
        return 0
    names = [name.casefold() for name in file.channel_names]
    text = str(channel).strip()
    if text.isdecimal() and int(text[:9]) < file.channels:
        return int(text)
    if names.count(text.casefold()) == 1:
        return names.index(text.casefold())
    raise ImageFormatError(f"{file.path}: has no channel {text!r}, but {_channels(file)}; {_choose(file)}")


def _channels(file: ImageFile) -> str:
    """Indices and names of the channels of a file."""
    names = file.channel_names or ("",) * file.channels
    named = ", ".join(f"{k} {name}".strip() for k, name in enumerate(names[:8]))
    return named + (", .." if file.channels > 8 else "")


def _choose(file: ImageFile) -> str:
    """How to choose a channel."""
    names = [name.casefold() for name in file.channel_names]
    by_name = f" or --channel {file.channel_names[-1]!r}" if names and names.count(names[-1]) == 1 else ""
    return f"choose one with --channel {file.channels - 1}{by_name} (in Python channel=)"


def check_single_channel(files: Sequence[ImageFile]) -> None:
    """Raise ImageFormatError if a file has several channels."""
    for file in files:
        if file.channels > 1:
            remedy = _choose(file)
            if file.rgb:
                problem = "is RGB; convert it to greyscale first (Fiji: Image > Type > 8-bit), or"
            else:
                problem = f"has the {file.channels} channels {_channels(file)};"
                if "C" in file.axes and "Z" not in file.axes:
                    slices = file.axes.replace("C", "Z")
                    remedy += f"; if they are slices, name the axes, as in --axes {slices.replace(' ', ',')}"
            raise ImageFormatError(f"{file.path}: {problem} {remedy}")


def check_integer(files: Sequence[ImageFile]) -> None:
    """Raise ImageFormatError if the values of a mask are not integers."""
    if wrong := [file for file in files if file.dtype.kind not in "bui"]:
        more = f" (and so are {_names([file.path for file in wrong[1:]])})" if wrong[1:] else ""
        raise ImageFormatError(
            f"{wrong[0].path}: has {wrong[0].dtype} values{more}, but labels are integers; save the masks as "
            "16 bit"
        )


def check_frames(files: Sequence[FrameFile]) -> None:
    """Raise CTCFormatError if two files of one kind have the same frame number."""
    claims: dict[tuple[int, int | None], list[Path]] = {}
    whole = {file.frame for file in files if file.plane is None}
    for file in files:
        # a file of the whole frame contains each of its slices
        claims.setdefault((file.frame, None if file.frame in whole else file.plane), []).append(file.path)
    if twice := [paths for paths in claims.values() if len(paths) > 1]:
        which = "; ".join(" and ".join(path.name for path in paths) for paths in twice[:_MOST_NAMED])
        raise CTCFormatError(f"{files[0].path.parent}: {which} are the same frame; keep one of each")


def _describe(file: ImageFile) -> str:
    channels = f" with {file.channels} channels" if file.channels > 1 else ""
    return f"{' x '.join(map(str, file.shape[1:]))} (Z x Y x X) {file.dtype}{channels}"


def _names(paths: Sequence[Path]) -> str:
    named = ", ".join(path.name for path in paths[:_MOST_NAMED])
    return f"{named} and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else named
