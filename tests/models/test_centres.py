"""The shipped weights for nucleus centres."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models import centres


def test_they_load_and_are_small() -> None:
    assert not centres.load_centres().training
    assert centres.CENTRES.stat().st_size < 1.1e6


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(centres.CENTRES.read_bytes())
    content[-1] ^= 1
    (tmp_path / "damaged.safetensors").write_bytes(content)
    monkeypatch.setattr(centres, "CENTRES", tmp_path / "damaged.safetensors")
    with pytest.raises(WeightsError, match=r"damaged\.safetensors: changed or damaged"):
        centres.load_centres()
