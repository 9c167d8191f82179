"""Mixed precision: 16-bit floats of each device, and whether gradients need scaling."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch


def autocast(device: str) -> AbstractContextManager[object]:
    """Context that computes with 16-bit floats on devices on which they are fast.

    bfloat16 on a CPU and on a GPU that supports it, float16 on older GPUs, float32 on Apple's.
    """
    kind = torch.device(device).type
    dtype = torch.float16 if needs_scaling(device) else torch.bfloat16
    return torch.autocast(kind, dtype, enabled=kind in ("cpu", "cuda"))


def needs_scaling(device: str) -> bool:
    """Whether gradients would underflow in this device's 16-bit floats unless scaled."""
    return torch.device(device).type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False)
