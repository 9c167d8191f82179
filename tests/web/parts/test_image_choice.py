from __future__ import annotations

from napari_devolearn.web.parts.image_choice import ImageChoice


def test_only_choices_of_the_user_are_reported() -> None:
    called: list[tuple[int, str]] = []
    choice = ImageChoice(lambda channel, axes: called.append((channel, axes)))
    channel, axes = choice.widgets
    assert not channel.visible
    assert not axes.visible
    choice.show(2, 1, "T3 C2 Z5")
    assert (channel.visible, channel.value, axes.visible, axes.value) == (True, "1", True, "T3 C2 Z5")
    assert called == []
    channel.value = "0"
    channel.value = "1"
    axes.value = " Z30 "
    assert called == [(0, "T3 C2 Z5"), (1, "T3 C2 Z5"), (0, "Z30")]
    choice.show(1, 0, "")
    assert not channel.visible
    assert not axes.visible
    assert len(called) == 3
