"""The form is what SegmentParams says."""

from __future__ import annotations

import dataclasses

from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt

from napari_devolearn.inference.params import SegmentParams, outputs_for
from napari_devolearn.widgets.segment.params_form import ParamsForm, field_help


def test_a_control_for_each_field_with_its_default_and_its_help(qtbot: QtBot) -> None:
    form = ParamsForm()
    names = [control.objectName() for _, control in form.rows]
    assert names == [field.name for field in dataclasses.fields(SegmentParams)]
    assert form.params == SegmentParams()
    assert all(len(control.toolTip()) > 20 for _, control in form.rows)


def test_a_change_gives_the_new_parameters(qtbot: QtBot) -> None:
    form = ParamsForm()
    threshold, diameter, output = (control for _, control in form.rows)
    threshold.setValue(0.8)
    diameter.setValue(3.0)
    with qtbot.waitSignal(form.changed) as signal:
        output.setCurrentText("mask")
    assert signal.args == [SegmentParams(threshold=0.8, min_diameter=3.0, output="mask")]


def test_no_value_that_can_be_chosen_is_refused(qtbot: QtBot) -> None:
    form = ParamsForm()
    threshold, diameter, _ = (control for _, control in form.rows)
    for value in (-9, 9999):
        threshold.setValue(value)
        diameter.setValue(value)
        assert 0 < form.params.threshold <= 1  # and SegmentParams has checked itself


def test_only_what_the_model_gives_is_offered(qtbot: QtBot) -> None:
    form = ParamsForm()
    output = dict(form.rows)["Output"]
    output.setCurrentText("membrane")
    with qtbot.waitSignal(form.changed) as signal:
        form.offer_outputs(outputs_for("nucleus"))
    assert signal.args == [SegmentParams(output="instances")]
    assert output.findText("membrane") == -1
    output.setCurrentText("mask")
    with qtbot.assertNotEmitted(form.changed):
        form.offer_outputs(outputs_for("membrane"))
    assert form.params.output == "mask"
    assert all(len(output.itemData(row, Qt.ItemDataRole.ToolTipRole)) > 20 for row in range(output.count()))


def test_field_help_joins_lines() -> None:
    class Documented:
        """A class.

        Parameters
        ----------
        size : float
            How large
            it is.
        kind : str
            Which.
        """

    assert field_help(Documented) == {"size": "How large it is.", "kind": "Which."}
