from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.other_tools.foreign import DEVOLEARN_PIXEL_SIZE, read_foreign


def test_defaults_are_those_of_devolearn_with_the_checksum_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"x")
    spec = read_foreign(tmp_path / "m.onnx").spec(in_channels=1, outputs=("foreground",))
    assert (spec.name, spec.task, spec.pixel_size) == ("m", "nucleus", DEVOLEARN_PIXEL_SIZE)
    assert spec.sha256.startswith("2d711642")


def test_given_percentiles_are_used(tmp_path: Path) -> None:
    (tmp_path / "m.pth").write_bytes(b"x")
    (tmp_path / "m.json").write_text('{"percentiles": [1, 99]}')
    spec = read_foreign(tmp_path / "m.pth").spec(
        in_channels=1, outputs=("foreground",), normalisation="divide-255"
    )
    assert (spec.normalisation, spec.percentiles) == ("percentiles", (1, 99))


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"m\.pth: cannot be read"):
        read_foreign(tmp_path / "m.pth")


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ("{", "cannot be read .* fix or delete it"),
        ("[1]", "its content is a list, not an object"),
        ('{"outputs": 5}', "outputs is a whole number, not a list"),
        ('{"in_channels": "1"}', "in_channels is a string, not a whole number"),
        ('{"colour": 1}', r"unknown fields .* pixel_size"),
        ('{"pixel_size": "small"}', "pixel_size is a string, not a number"),
        ('{"pixel_size": -1}', "pixel_size -1 is not above 0"),
        ('{"in_channels": 3}', "3 in_channels, but m.onnx has 1"),
        ('{"outputs": ["a", "b"]}', "2 outputs, but m.onnx has 1"),
    ],
)
def test_an_invalid_sidecar_is_reported(tmp_path: Path, told: str, problem: str) -> None:
    (tmp_path / "m.onnx").write_bytes(b"x")
    (tmp_path / "m.json").write_text(told)
    with pytest.raises(WeightsError, match=problem):
        read_foreign(tmp_path / "m.onnx").spec(in_channels=1, outputs=("foreground",))
