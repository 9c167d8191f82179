"""Devices of this machine, and how many slices and pixels they predict at once."""

from __future__ import annotations

from napari_devolearn.exceptions import DeviceError

_MAX_STREAMS = 8

_BYTES_PER_PIXEL = 400
"""Memory of a forward pass in float32, per pixel at the model's pixel size: 0.65 GB for 1280 x 1280."""


def available_devices() -> tuple[str, ...]:
    """Devices of this machine, the fastest first, such as ``("cuda:0", "cpu")``."""
    import torch

    devices = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        devices.append("mps")
    return (*devices, "cpu")


def resolve_device(device: str) -> str:
    """Resolve ``"auto"`` (the fastest), ``"cpu"``, ``"cuda"``, ``"cuda:N"`` or ``"mps"``.

    Raises DeviceError if the machine has no such device; the message names the available ones.
    """
    available = available_devices()
    if device == "auto":
        return available[0]
    requested = "cuda:0" if device == "cuda" else device
    if requested not in available:
        known = ", ".join(available)
        raise DeviceError(f"device {device!r}: not on this machine; choose auto or one of {known}")
    return requested


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
    """Number of slices that a CPU predicts at once with so many threads, at least 1.

    One slice per core is faster than several cores per slice, which wait for each other after each layer.
    `pixels`: of a slice or tile at the model's pixel size; all slices take at most half of the free memory.
    """
    import psutil

    room = _MAX_STREAMS
    if pixels:
        room = psutil.virtual_memory().available // 2 // (_BYTES_PER_PIXEL * pixels)
    return max(1, min(threads, _MAX_STREAMS, room))
