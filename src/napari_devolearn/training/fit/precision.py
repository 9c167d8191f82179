"""Mixed precision: which short floats a device computes with, and when gradients need scaling."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch


def autocast(device: str) -> AbstractContextManager[object]:
    """Compute with 16 bit floats where the device is fast with them.

    Parameters
    ----------
    device : str

    Returns
    -------
    context manager
        bfloat16 on a CPU and on a GPU that has it, float16 on an older one, float32 on Apple's.
    """
    kind = torch.device(device).type
    dtype = torch.float16 if needs_scaling(device) else torch.bfloat16
    return torch.autocast(kind, dtype, enabled=kind in ("cpu", "cuda"))


def needs_scaling(device: str) -> bool:
    """Whether gradients would vanish in this device's short floats unless they are scaled up."""
    return torch.device(device).type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False)
