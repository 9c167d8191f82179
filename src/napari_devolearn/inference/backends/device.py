"""Devices of this machine."""

from __future__ import annotations

from napari_devolearn.exceptions import DeviceError


def available_devices() -> tuple[str, ...]:
    """Devices of this machine, the fastest first, such as ``("cuda:0", "cpu")``."""
    import torch

    devices = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        devices.append("mps")
    return (*devices, "cpu")


def resolve_device(device: str) -> str:
    """Resolve ``"auto"`` (the fastest), ``"cpu"``, ``"cuda"``, ``"cuda:N"`` or ``"mps"``.

    Returns
    -------
    str
        One of `available_devices`.

    Raises
    ------
    DeviceError
        If the machine has no such device; the message names the available ones.
    """
    available = available_devices()
    if device == "auto":
        return available[0]
    requested = "cuda:0" if device == "cuda" else device
    if requested not in available:
        known = ", ".join(available)
        raise DeviceError(f"device {device!r}: not on this machine; choose auto or one of {known}")
    return requested
