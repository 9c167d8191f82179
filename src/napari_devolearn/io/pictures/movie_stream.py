"""Open the video stream of a movie file, decode it packet by packet, and rotate frames upright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Frame = npt.NDArray[np.uint8]
"""(Y, X, 3), RGB."""

Matrix = tuple[int, int, int, int]
"""The rotation part of a display matrix: x' = a x + c y, y' = b x + d y, as (a, b, c, d)."""

AS_IT_LIES: Matrix = (1, 0, 0, 1)

_BY_ROTATION: dict[int, Matrix] = {90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}
"""By degrees anticlockwise."""

_MATRIX_BYTES = 36  # nine numbers of 32 bits


def open_movie(path: Path) -> InputContainer:
    """Open a movie file; raises ImageFormatError if it has no video."""
    import av

    # absolute: FFmpeg reads the part before a colon, as in exp:1.mov, as a protocol;
    # titles and tags may have any encoding, and are not used
    container = av.open(str(path.absolute()), metadata_errors="replace")
    if not container.streams.video:
        container.close()
        raise ImageFormatError(
            f"{path}: no video stream; give a movie with images, or copy the file again if it is truncated"
        )
    if video_stream(container).codec_context is None:
        container.close()
        raise ImageFormatError(
            f"{path}: its video cannot be decoded: its header is damaged or of an unknown kind; copy it "
            "again or save it again"
        )
    return container


def video_stream(container: InputContainer) -> VideoStream:
    """The first video stream of a file that is not cover art."""
    import av

    cover = av.stream.Disposition.attached_pic
    streams = container.streams.video
    return next((stream for stream in streams if not stream.disposition & cover), streams[0])


def packets_of(container: InputContainer, streams: list[Any]) -> Iterator[Packet[Any]]:
    """Packets of some streams, up to the end of the file or where it is truncated."""
    import av

    packets = container.demux(streams)
    with suppress(StopIteration, av.error.FFmpegError):
        while True:
            packet = next(packets)
            if packet.size:
                yield packet


def decoded_frames(container: InputContainer) -> Iterator[VideoFrame]:
    """Decode frames in presentation order, from the container's position on; damaged packets are skipped."""
    stream = video_stream(container)
    for packet in packets_of(container, [stream]):
        yield from _decoded(stream, packet)
    yield from _decoded(stream, None)


def display_matrix(frame: VideoFrame) -> Matrix:
    """The display matrix of a frame; `AS_IT_LIES` if there is none."""
    try:
        side: Any = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # side data of a kind that PyAV does not know, such as EXIF
        return _BY_ROTATION.get(frame.rotation % 360, AS_IT_LIES)
    if side is None or side.buffer_size < _MATRIX_BYTES:
        return AS_IT_LIES
    a, b, _, c, d, *_ = np.frombuffer(bytes(side), np.int32).tolist()
    return a, b, c, d


def turned_upright(frame: Frame, matrix: Matrix) -> Frame:
    """Rotate and mirror a frame (Y, X, 3) by its display matrix, if it is a multiple of 90 degrees."""
    a, b, c, d = matrix
    if not turns_by_right_angles(matrix):
        return frame
    if not a:  # x' is along y: transpose
        frame, across, down = frame.swapaxes(0, 1), c, b
    else:
        across, down = a, d
    return np.ascontiguousarray(frame[:: 1 if down > 0 else -1, :: 1 if across > 0 else -1])


def turns_by_right_angles(matrix: Matrix) -> bool:
    """Whether a display matrix rotates by a multiple of 90 degrees."""
    a, b, c, d = matrix
    return bool(a and d and not b and not c) or bool(b and c and not a and not d)


def _decoded(stream: VideoStream, packet: object) -> list[VideoFrame]:
    import av

    try:
        return list(stream.codec_context.decode(packet))  # type: ignore[arg-type]
    except (av.error.FFmpegError, EOFError):
        return []
