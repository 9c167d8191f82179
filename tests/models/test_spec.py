"""ModelSpec: checked once, and the same after a round trip through JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.spec import ModelSpec, read_spec, write_spec

FIELDS: dict[str, Any] = {"name": "n", "task": "nucleus", "pixel_size": 0.2, "sha256": "a" * 64}


def test_round_trip(tmp_path: Path) -> None:
    spec = ModelSpec(**FIELDS, outputs=("foreground", "centre"), percentiles=(2.0, 99.0))
    write_spec(spec, tmp_path / "n.json")
    assert read_spec(tmp_path / "n.json") == spec


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("task", "leaf"),
        ("architecture", "gpt"),
        ("pixel_size", 0.0),
        ("in_channels", 0),
        ("context", 2),
        ("outputs", ()),
        ("normalisation", "guess"),
        ("percentiles", (99.0, 1.0)),
        ("sha256", "abc"),
        ("field_of_view", 0.0),
        ("encoder_depth", 4),
        ("decoder_channels", (8, 8, 8, 8, 8)),
    ],
)
def test_a_value_that_cannot_be_meant_is_named(field: str, value: Any) -> None:
    with pytest.raises(WeightsError, match=field):
        ModelSpec(**{**FIELDS, field: value})


def test_context_needs_the_distance_between_slices() -> None:
    with pytest.raises(WeightsError, match="z_step"):
        ModelSpec(**FIELDS, in_channels=3, context=1)
    assert ModelSpec(**FIELDS, in_channels=3, context=1, z_step=0.5).context == 1


@pytest.mark.parametrize(("depth", "widths"), [(2, (8, 8)), (4, ()), (4, (8, 8, 8)), (5, (8, 8, 8, 8, 0))])
def test_a_decoder_has_a_width_for_each_halving(depth: int, widths: tuple[int, ...]) -> None:
    with pytest.raises(WeightsError, match="encoder_depth"):
        ModelSpec(**FIELDS, architecture="unet", encoder_depth=depth, decoder_channels=widths)


def test_an_image_of_unknown_pixel_size_is_taken_to_show_the_field_of_view() -> None:
    assert ModelSpec(**FIELDS).default_pixel_size((960, 1280)) == 0.2
    spec = ModelSpec(**FIELDS, field_of_view=128.0)
    assert spec.default_pixel_size((960, 1280)) == spec.default_pixel_size((1280, 10)) == 0.1


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(WeightsError, match=r"pixel_size.*; .*sha256"):
        ModelSpec(**{**FIELDS, "pixel_size": -1.0, "sha256": ""})


@pytest.mark.parametrize("text", ["", "[1]", '{"name": "n"}', '{"colour": 1}'])
def test_a_file_that_is_no_spec_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(WeightsError, match=r"broken\.json: not a model spec"):
        read_spec(path)
