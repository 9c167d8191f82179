"""How many slices and pixels a CPU predicts at once."""

from __future__ import annotations

_MAX_STREAMS = 8

_BYTES_PER_PIXEL = 400
"""Memory of a forward pass in float32, per pixel at the model's pixel size: 0.65 GB for 1280 x 1280."""


def whole_pixels(device: str = "cpu") -> int:
    """Pixels (at the model's pixel size) of the largest plane that is predicted in one piece.

    It uses a quarter of the total memory, not of the free memory, so that results are repeatable.
    """
    import psutil
    import torch

    if device.startswith("cuda"):
        memory = torch.cuda.get_device_properties(device).total_memory
    else:
        memory = psutil.virtual_memory().total
    return int(memory // 4 // _BYTES_PER_PIXEL)


def streams_of(threads: int, pixels: int = 0) -> int:
    """Number of slices that a CPU predicts at once, at least 1.

    One slice per core is faster than several cores per slice, which wait for each other after each layer.

    Parameters
    ----------
    threads : int
        Available to the network.
    pixels : int
        Of a slice or tile at the model's pixel size; all slices take at most half of the free memory.
    """
    import psutil

    room = _MAX_STREAMS
    if pixels:
        room = psutil.virtual_memory().available // 2 // (_BYTES_PER_PIXEL * pixels)
    return max(1, min(threads, _MAX_STREAMS, room))
