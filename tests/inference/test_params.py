from __future__ import annotations

from typing import Any

import pytest

from napari_devolearn.inference.params import SegmentParams, outputs_for


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("threshold", 0.0),
        ("threshold", 1.5),
        ("threshold", float("nan")),
        ("min_diameter", -1.0),
        ("output", "x"),
    ],
)
def test_a_value_out_of_range_is_named(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=field):
        SegmentParams(**{field: value})


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(ValueError, match=r"threshold.*; min_diameter"):
        SegmentParams(threshold=2, min_diameter=-1)


def test_only_a_membrane_model_gives_membranes() -> None:
    for output in outputs_for("membrane"):
        SegmentParams(output=output).check_task("membrane")
    with pytest.raises(ValueError, match="'membrane': a nucleus model gives instances and mask; choose"):
        SegmentParams(output="membrane").check_task("nucleus")


def test_a_lineage_model_is_refused_with_its_subcommand() -> None:
    with pytest.raises(ValueError, match=r"lineage model counts .* no labels: use 'napari-devolearn lineage"):
        SegmentParams().check_task("lineage")
