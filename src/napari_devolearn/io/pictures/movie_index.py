"""Compare the header of a movie with the frames in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.pictures.movie_stream import (
    Matrix,
    decoded_frames,
    display_matrix,
    open_movie,
    turns_by_right_angles,
    video_stream,
)

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

_LOOKED_AT = 16  # first frames whose times are compared with those of the packets
_NO_TIMES = ("avi",)  # formats that store only the decoding order
_DURATION = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{1,9})", re.ASCII)
"""The tag of a Matroska stream with its duration."""
_FORMATS = {
    ".mov": "mov", ".mp4": "mov", ".m4v": "mov", ".avi": "avi", ".mkv": "matroska", ".webm": "matroska",
    ".gif": "gif",
}  # fmt: skip
"""FFmpeg's name of each format, by the suffix."""


@dataclass(frozen=True, kw_only=True)
class MovieIndex:
    """The frames of a movie file, checked.

    Parameters
    ----------
    shape : tuple of int
        (T, Y, X, 3), upright; counts readable frames only.
    times : tuple of int or None
        Presentation time of each frame, in units of the stream, ascending; None if the file does not store
        them reliably: then frames are counted in the order of the decoder.
    size : tuple of int
        (Y, X) of the stored frames.
    matrix : Matrix
        Rotation for display.
    """

    shape: tuple[int, int, int, int]
    times: tuple[int, ...] | None
    size: tuple[int, int]
    matrix: Matrix


@dataclass(frozen=True, kw_only=True)
class _Packets:
    """Summary of a file's packets; times and durations in seconds."""

    times: list[int | None]
    intra: bool
    end: float
    promised_frames: int
    trimmed_from: int
    promised_end: float | None
    frame_rate: float | None
    stored_times: bool
    videos: int
    format: str


def read_index(path: Path) -> MovieIndex:
    """Read all headers of a movie; frames are decoded if the file does not have their times.

    Warns if the file has fewer frames than its header says, or a second video. Raises ImageFormatError if the
    file is missing, not a movie, or has no frames.
    """
    with reading(path, "header"):
        with open_movie(path) as container:
            packets = _read_packets(container)
        with open_movie(path) as container:
            video_stream(container).thread_type = "AUTO"
            frames = decoded_frames(container)
            first = list(islice(frames, _LOOKED_AT))
            shown = [frame.pts for frame in first]
            times = _trusted_times(packets, shown)
            count = len(times) if times else len(first) + sum(1 for _ in frames)
    if not count or not first:
        raise ImageFormatError(f"{path}: no frames; copy it again or save it again")
    if packets.stored_times and _out_of_order(shown):
        warn_caller(
            f"{path}: its frames decode in another order than that of their times, and are counted as they "
            "decode; the file may be damaged: copy it again"
        )
    matrix = display_matrix(first[0])
    _warn_of_what_is_left_out(path, count, packets)
    if not turns_by_right_angles(matrix):
        warn_caller(
            f"{path}: has a rotation that is not a multiple of 90 degrees, and is shown without it; rotate "
            "it and save it again"
        )
    y, x = size = (first[0].height, first[0].width)
    sideways = turns_by_right_angles(matrix) and not matrix[0]
    shape = (count, x, y, 3) if sideways else (count, y, x, 3)
    return MovieIndex(shape=shape, times=times, size=size, matrix=matrix)


def _read_packets(container: InputContainer) -> _Packets:
    import av

    stream = video_stream(container)
    rate = float(stream.average_rate) if stream.average_rate and stream.average_rate > 0 else None
    times: list[int | None] = []
    intra, end, trimmed = True, 0.0, 0
    packets = container.demux([one for one in container.streams if one.type in ("video", "audio")])
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):  # the end of the file, or where it is truncated
            break
        if not packet.size:
            continue
        end = max(end, _end_of(packet, rate))
        if packet.stream.index != stream.index:
            continue
        if packet.is_discard:  # before the start of the edit list
            trimmed += 1
            continue
        times.append(packet.pts)
        intra = intra and packet.is_keyframe
    return _Packets(
        times=times,
        intra=intra,
        end=end,
        promised_frames=_promised_count(stream, rate, trimmed=trimmed > 0),
        trimmed_from=stream.frames if trimmed else 0,
        promised_end=_promised_end(container),
        frame_rate=rate,
        stored_times=container.format.name not in _NO_TIMES,
        format=container.format.name,
        videos=sum(1 for one in container.streams.video if one.disposition == stream.disposition),
    )


def _promised_count(stream: VideoStream, rate: float | None, *, trimmed: bool) -> int:
    """Number of frames by the header; for a trimmed movie from its duration, less one."""
    if not trimmed:
        return max(0, stream.frames)
    if not stream.duration or stream.time_base is None or not rate:
        return 0
    return max(0, int(stream.duration * float(stream.time_base) * rate - 0.5))


def _trusted_times(packets: _Packets, shown: list[int | None]) -> tuple[int, ...] | None:
    """Times of the frames, if each packet has one and the decoder gives some of them, ascending.

    A frame that cannot be decoded keeps its time; reading it raises an error.
    """
    times = [time for time in packets.times if time is not None]
    trusted = (
        len(times) == len(packets.times) == len(set(times))
        and (packets.stored_times or packets.intra)
        and set(shown) <= set(times)
        and not _out_of_order(shown)
    )
    return tuple(sorted(times)) if trusted else None


def _out_of_order(shown: list[int | None]) -> bool:
    return any(b <= a for a, b in pairwise(time for time in shown if time is not None))


def _end_of(packet: Packet[Any], rate: float | None) -> float:
    """End of a packet's presentation in seconds."""
    start = packet.pts if packet.pts is not None else packet.dts
    if start is None or packet.time_base is None:
        return 0.0
    step = float(packet.time_base)
    return start * step + (packet.duration * step if packet.duration else 1 / rate if rate else 0.0)


def _promised_end(container: InputContainer) -> float | None:
    """End of the movie in seconds by the header; other formats only estimate it."""
    import av

    if "matroska" not in container.format.name:
        return None
    if container.duration is not None:
        return (container.duration + min(0, container.start_time or 0)) / av.time_base
    stored = _DURATION.fullmatch(video_stream(container).metadata.get("DURATION", ""))
    if stored is None:
        return None
    hours, minutes, seconds = map(float, stored.groups())
    return 3600 * hours + 60 * minutes + seconds


def _promised_frames(count: int, packets: _Packets) -> int:
    """Expected number of frames; Matroska has only the end time."""
    promised = max(packets.promised_frames, len(packets.times))
    end, rate = packets.promised_end, packets.frame_rate
    if not end or not rate:
        return promised
    if end - packets.end > 0.75 / rate:
        return max(promised, count + 1, round(end * rate))
    return max(promised, count + _left_out(packets))


def _left_out(packets: _Packets) -> int:
    """Number of frames missing in the gaps of a file with constant frame rate."""
    times = np.sort(np.array([time for time in packets.times if time is not None], np.int64))
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    if usual <= 0:
        return 0
    holes = steps[steps > 1.75 * usual]
    return int((np.round(holes / usual) - 1).sum())


def _warn_of_what_is_left_out(path: Path, count: int, packets: _Packets) -> None:
    if count < (promised := _promised_frames(count, packets)):
        warn_caller(
            f"{path}: truncated after {count} of {promised} frames, or damaged; copy it again, or use the "
            "existing frames"
        )
    if _FORMATS.get(path.suffix.lower(), "") not in packets.format:
        warn_caller(
            f"{path}: is of the format {packets.format} despite its name, so missing frames cannot be "
            "detected; if it was not renamed, its header is damaged: copy it again"
        )
    elif "matroska" in packets.format and packets.promised_end is None:
        warn_caller(
            f"{path}: does not store its duration, as after an interrupted recording, so missing frames "
            "cannot be detected; copy it again if frames are missing"
        )
    if packets.trimmed_from > count:
        warn_caller(
            f"{path}: {count} of {packets.trimmed_from} frames are opened; the movie was trimmed, and its "
            "edit list omits the others"
        )
    if packets.videos > 1:
        warn_caller(
            f"{path}: has {packets.videos} videos; only the first one is opened; save the others as separate "
            "files"
        )
