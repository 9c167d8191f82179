"""Read the packets of a movie, and compare them with what its header promises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_devolearn.exceptions import warn_caller
from napari_devolearn.io.pictures.movie_stream import packets_of, video_stream

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

_DURATION = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{1,9})", re.ASCII)  # the tag of a Matroska stream
_FORMATS = {
    ".mov": "mov", ".mp4": "mov", ".m4v": "mov", ".avi": "avi", ".mkv": "matroska", ".webm": "matroska",
    ".gif": "gif",
}  # fmt: skip
"""FFmpeg's name of each format, by the suffix."""


@dataclass(frozen=True, kw_only=True)
class Packets:
    """Summary of a file's packets; times and durations in seconds."""

    times: list[int | None]
    intra: bool
    end: float
    promised_frames: int
    trimmed_from: int
    promised_end: float | None
    frame_rate: float | None
    videos: int
    format: str

    @property
    def has_times(self) -> bool:
        """Whether the format stores the times of frames; AVI stores only the decoding order."""
        return self.format != "avi"


def read_packets(container: InputContainer) -> Packets:
    """Read all packets of an open movie, up to where the file is truncated."""
    stream = video_stream(container)
    rate = float(stream.average_rate) if stream.average_rate and stream.average_rate > 0 else None
    times: list[int | None] = []
    intra, end, trimmed = True, 0.0, 0
    for packet in packets_of(container, [one for one in container.streams if one.type in ("video", "audio")]):
        end = max(end, _end_of(packet, rate))
        if packet.stream.index != stream.index:
            continue
        if packet.is_discard:  # before the start of the edit list
            trimmed += 1
            continue
        times.append(packet.pts)
        intra = intra and packet.is_keyframe
    return Packets(
        times=times,
        intra=intra,
        end=end,
        promised_frames=_promised_count(stream, rate, trimmed=trimmed > 0),
        trimmed_from=stream.frames if trimmed else 0,
        promised_end=_promised_end(container),
        frame_rate=rate,
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


def _promised_frames(count: int, packets: Packets) -> int:
    """Expected number of frames; Matroska has only the end time."""
    promised = max(packets.promised_frames, len(packets.times))
    end, rate = packets.promised_end, packets.frame_rate
    if not end or not rate:
        return promised
    if end - packets.end > 0.75 / rate:
        return max(promised, count + 1, round(end * rate))
    return max(promised, count + _left_out(packets))


def _left_out(packets: Packets) -> int:
    """Number of frames missing in the gaps of a file with constant frame rate."""
    times = np.sort(np.array([time for time in packets.times if time is not None], np.int64))
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    if usual <= 0:
        return 0
    holes = steps[steps > 1.75 * usual]
    return int((np.round(holes / usual) - 1).sum())


def warn_of_what_is_left_out(path: Path, count: int, packets: Packets) -> None:
    """Warn if the header promises more than the `count` frames that are opened, or has no promise."""
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
