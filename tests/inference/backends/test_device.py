from __future__ import annotations

import pytest

from napari_devolearn.exceptions import DeviceError
from napari_devolearn.inference.backends.device import available_devices, resolve_device


def test_auto_is_the_fastest() -> None:
    assert resolve_device("auto") == available_devices()[0]


@pytest.mark.parametrize("device", ["cuda:99", "tpu", ""])
def test_an_unavailable_device_lists_the_available_ones(device: str) -> None:
    with pytest.raises(DeviceError, match=r"choose auto or one of .*cpu"):
        resolve_device(device)
