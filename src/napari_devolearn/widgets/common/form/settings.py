"""What a dock keeps from one session to the next."""

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
    """Where settings are kept: in the user's own configuration."""
    import platformdirs

    return Path(platformdirs.user_config_path("napari-devolearn", appauthor=False)) / "docks.json"


def keep_settings(dock: str, **widgets: Any) -> None:
    """Set some controls as they were left, and note each change; never what belongs to one image.

    `widgets` are controls of magicgui whose values JSON can hold. A kept value that can no longer be chosen
    is passed over; a control that can do better has a method ``take_kept``.
    """
    file = settings_file()
    found = _read(file).get(dock)
    kept = found if isinstance(found, dict) else {}
    for name, widget in widgets.items():
        if name in kept:
            with suppress(ValueError, TypeError):
                take = getattr(type(widget), "take_kept", type(widget).value.fset)
                take(widget, kept[name])

    values = {name: widget.value for name, widget in widgets.items()}

    @qdebounced(timeout=_REST)
    def write() -> None:  # maybe after the dock is gone
        # a file that cannot be written costs the next session's comfort only
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
