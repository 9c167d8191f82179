from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.spec_file import read_spec, write_spec

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
        ("encoder", "tu-hf-hub:timm/resnet18.a1_in1k"),
        ("encoder", "tu-hf_hub:timm/resnet18"),
        ("encoder", "tu-local-dir:/tmp"),
        ("encoder", "https://example.org/resnet18"),
        ("encoder", "../resnet18"),
        ("encoder", ""),
        ("pixel_size", float("inf")),
        ("pixel_size", float("nan")),
        ("in_channels", 10**9),
        ("outputs", ("foreground",) * 5000),
        # of another type, as JSON may hold them
        ("name", None),
        ("task", ["nucleus"]),
        ("encoder", 18),
        ("encoder_depth", 5.0),
        ("in_channels", True),
        ("outputs", "foreground"),
        ("outputs", (1,)),
        ("percentiles", (1.0,)),
        ("percentiles", ("1", "99")),
        ("pixel_size", "0.2"),
        ("sha256", {}),
    ],
)
def test_an_invalid_value_is_reported(field: str, value: Any) -> None:
    with pytest.raises(WeightsError, match=field):
        ModelSpec(**{**FIELDS, field: value})


def test_context_needs_the_distance_between_slices() -> None:
    with pytest.raises(WeightsError, match="z_step"):
        ModelSpec(**FIELDS, in_channels=3, context=1)
    assert ModelSpec(**FIELDS, in_channels=3, context=1, z_step=0.5).context == 1


@pytest.mark.parametrize(("depth", "widths"), [(2, (8, 8)), (4, ()), (4, (8, 8, 8)), (5, (8, 8, 8, 8, 0))])
def test_a_decoder_has_one_width_per_level(depth: int, widths: tuple[int, ...]) -> None:
    with pytest.raises(WeightsError, match="encoder_depth"):
        ModelSpec(**FIELDS, architecture="unet", encoder_depth=depth, decoder_channels=widths)


def test_an_image_of_unknown_pixel_size_has_the_field_of_view() -> None:
    assert ModelSpec(**FIELDS).default_pixel_size((960, 1280)) == 0.2
    spec = ModelSpec(**FIELDS, field_of_view=128.0)
    assert spec.default_pixel_size((960, 1280)) == spec.default_pixel_size((1280, 10)) == 0.1


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(WeightsError, match=r"pixel_size.*; .*sha256"):
        ModelSpec(**{**FIELDS, "pixel_size": -1.0, "sha256": ""})


@pytest.mark.parametrize("text", ["", "[1]", '{"name": "n"}', '{"colour": 1}'])
def test_a_file_that_is_not_a_spec_is_reported(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(WeightsError, match=r"broken\.json: .*cannot be read .*restore the file"):
        read_spec(path)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "5", '{"name": 1', '{"name": "n"}', '{"pixel_size": ' + "9" * 5000 + "}"]
)
def test_a_damaged_file_gives_a_one_line_error_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "n.json").write_text(text)
    with pytest.raises(WeightsError, match=r"n\.json: .*restore the file or train again$"):
        read_spec(tmp_path / "n.json")
