from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.common.form.fields import Fields, choose_from, field_help


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Choices.

    Parameters
    ----------
    size : float
        How large
        it is.
    gap : int
        Frames.
    kind : {"one", "two"}
        Which.
    wide : bool
        Whether it is wide.
    hidden : int
        Not shown.
    """

    size: float = 0.5
    gap: int = 3
    kind: Literal["one", "two"] = "one"
    wide: bool = True
    hidden: int = 7


OPTIONS = {
    "size": {"label": "Size", "min": 0.01, "max": 0.99, "step": 0.01, "widget_type": "FloatSlider"},
    "gap": {"label": "Gap", "suffix": " frames", "max": 20},
    "kind": {"label": "Kind"},
    "wide": {"label": "Wide"},
}


@pytest.fixture
def fields(qtbot: QtBot) -> Fields[Choices]:
    return Fields(Choices, OPTIONS)


def test_each_field_has_a_control_with_default_and_tooltip(fields: Fields[Choices]) -> None:
    assert fields.params == Choices()
    assert [fields[name].tooltip for name in OPTIONS] == [
        "How large it is.",
        "Frames.",
        "Which.",
        "Whether it is wide.",
    ]
    assert fields["gap"].native.text() == "3 frames"
    fields["gap"].value = 1
    assert fields["gap"].native.text() == "1 frame"
    fields["gap"].value = 3
    assert fields["wide"].text == "Wide"
    assert list(fields["kind"].choices) == ["one", "two"]


def test_a_change_emits_the_new_parameters_once(fields: Fields[Choices]) -> None:
    seen: list[Choices] = []
    fields.changed.connect(seen.append)
    fields["size"].value = 0.29
    fields["size"].value = 0.29
    fields["gap"].value = 5
    fields["kind"].value = "two"
    assert seen[-1] == Choices(size=0.29, gap=5, kind="two")
    assert len(seen) == 3


def test_defaults_are_restored(fields: Fields[Choices]) -> None:
    fields["size"].value, fields["kind"].value, fields["wide"].value = 0.8, "two", False
    fields.restore()
    assert fields.params == Choices()


def test_changed_choices_keep_the_current_one_if_available(fields: Fields[Choices]) -> None:
    seen: list[Choices] = []
    fields.changed.connect(seen.append)
    choose_from(fields["kind"], [("One", "one"), ("Three", "three")], ["a", "b"])
    assert (fields["kind"].value, seen) == ("one", [])
    choose_from(fields["kind"], [("Three", "three")])
    assert [params.kind for params in seen] == ["three"]
    fields.restore()  # "one" cannot be chosen any more
    assert fields["kind"].value == "three"


def test_field_help_joins_lines() -> None:
    assert field_help(Choices)["size"] == "How large it is."
