"""Settings of a dock that are kept between sessions."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from superqt.utils import qdebounced

from napari_devolearn.io.writing.atomic import atomic_file

_REST = 500
"""Milliseconds without a change before the file is written."""


def settings_file() -> Path:
    """Path of the settings, in the user's configuration folder."""
    import platformdirs

    return Path(platformdirs.user_config_path("napari-devolearn", appauthor=False)) / "docks.json"


def restore_settings(dock: str, **widgets: Any) -> None:
    """Restore the values of some controls, and save each change; never values that belong to one image.

    `widgets` are magicgui controls with values that JSON can store. A stored value that is no longer
    available is ignored; a control can have its own method ``restore_value``.
    """
    file = settings_file()
    found = _read(file).get(dock)
    kept = found if isinstance(found, dict) else {}
    for name, widget in widgets.items():
        if name in kept:
            with suppress(ValueError, TypeError):
                take = getattr(type(widget), "restore_value", type(widget).value.fset)
                take(widget, kept[name])

    values = {name: widget.value for name, widget in widgets.items()}

    @qdebounced(timeout=_REST)
    def write() -> None:  # maybe after the dock was closed
        # if the file cannot be written, only the next session's settings are lost
        with suppress(OSError, TypeError):
            text = json.dumps(_read(file) | {dock: values}, indent=1)
            with atomic_file(file, overwrite=True) as stage:
                stage.write_text(text, encoding="utf-8")

    def note() -> None:
        values.update({name: widget.value for name, widget in widgets.items()})
        write()

    for widget in widgets.values():
        widget.changed.connect(note)


def _read(file: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, TypeError):
        return dict(json.loads(file.read_text(encoding="utf-8")))
    return {}
