"""How many slices a CPU predicts at once."""

from __future__ import annotations

_MAX_STREAMS = 8

_BYTES_PER_PIXEL = 400
"""For each pixel at the model's pixel size while a slice goes through the network in float32.

0.65 GB for a tile of 1280 x 1280.
"""


def whole_pixels(device: str = "cpu") -> int:
    """The largest plane that goes through a network in one piece: it takes a quarter of the memory.

    Of all memory, not of what is free, so that a plane gives the same result each time.

    Parameters
    ----------
    device : str

    Returns
    -------
    int
        Pixels at the model's pixel size.
    """
    import psutil
    import torch

    if device.startswith("cuda"):
        memory = torch.cuda.get_device_properties(device).total_memory
    else:
        memory = psutil.virtual_memory().total
    return int(memory // 4 // _BYTES_PER_PIXEL)


def streams_of(threads: int, pixels: int = 0) -> int:
    """How many slices a CPU predicts at once.

    Cores that each predict a slice wait for nobody; cores that share one do so after each layer.

    Parameters
    ----------
    threads : int
        That the network may use.
    pixels : int
        Of a slice or tile at the model's pixel size; slices take at most half of the free memory.

    Returns
    -------
    int
        At least 1.
    """
    import psutil

    room = _MAX_STREAMS
    if pixels:
        room = psutil.virtual_memory().available // 2 // (_BYTES_PER_PIXEL * pixels)
    return max(1, min(threads, _MAX_STREAMS, room))
