from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helpers.bright_model import SPEC
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.web.parts.calibration_form import CalibrationForm


def form_of(
    voxel_size, *, slices: int = 3, field_of_view: float | None = None
) -> tuple[CalibrationForm, list[str]]:
    """A form for an image of 100 x 100 pixels, and what it calls; the model works at 0.5 um."""
    called: list[str] = []
    spec = replace(SPEC, field_of_view=field_of_view)
    form = CalibrationForm(spec, lambda: called.append("changed"))
    data = np.zeros((1, slices, 100, 100), np.uint8)
    form.fill(
        Stack(
            data=data,
            name="a",
            source=Path("a.tif"),
            voxel_size=voxel_size,
            calibration="OME metadata",
            frames=(0,),
        )
    )
    return form, called


def test_values_of_the_file_are_filled_in() -> None:
    form, called = form_of((1.0, 0.4, 0.4))
    assert form.voxel_size == (1.0, 0.4, 0.4)
    assert "OME metadata" in form.note.text
    assert called == []


def test_unknown_values_are_asked_for() -> None:
    form, called = form_of(None)
    assert form.voxel_size is None
    assert "Please type it" in form.note.text
    for field, edge in zip(form.fields, (1.0, 0.4, 0.4), strict=True):
        field.value = edge
    assert form.voxel_size == (1.0, 0.4, 0.4)
    assert "as typed" in form.note.text
    assert called == ["changed"] * 3
    form.fields[1].value = 0
    assert form.voxel_size is None


def test_a_single_slice_needs_no_z_step() -> None:
    form, _ = form_of(None, slices=1)
    assert not form.fields[0].visible
    form.fields[1].value = form.fields[2].value = 0.4
    assert form.voxel_size == (1.0, 0.4, 0.4)


def test_a_usual_field_of_view_is_filled_in_with_a_warning() -> None:
    form, _ = form_of(None, slices=1, field_of_view=50.0)
    assert form.voxel_size == (1.0, 0.5, 0.5)
    assert "please check it" in form.note.text
    assert "warning" in form.note.css_classes


@pytest.mark.parametrize(
    ("voxel_size", "doubt"),
    [
        ((1.0, 400.0, 400.0), "pixels are 800 times larger than those of the training images"),
        ((1.0, 0.01, 0.01), "pixels are 50 times smaller than those of the training images"),
        ((1.0, 0.4, 1.2), "differ a lot"),
    ],
)
def test_implausible_values_give_a_warning(voxel_size, doubt) -> None:
    form, _ = form_of(voxel_size)
    assert doubt in form.note.text
    assert "warning" in form.note.css_classes
    assert form.voxel_size == voxel_size
