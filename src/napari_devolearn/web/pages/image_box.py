"""Upload an image or load the example, and choose its channel and axes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path

from bokeh.models import Button, Div, UIElement

from napari_devolearn.io.core.stack import Stack
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.web.pages.event_loop import EventLoop
from napari_devolearn.web.pages.examples import EXAMPLES, example
from napari_devolearn.web.parts.elements import text_box
from napari_devolearn.web.parts.image_choice import ImageChoice
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.reading import Upload, read_upload
from napari_devolearn.web.server.visit import Visit


class ImageBox:
    """The image of a page: an uploaded file, or the example.

    `spec`: of the page's model.
    `progress`: shows what is being read.
    `on_image`: called with the stack of a new image, on the event loop.
    """

    def __init__(
        self,
        visit: Visit,
        limits: Limits,
        spec: ModelSpec,
        loop: EventLoop,
        progress: Div,
        on_image: Callable[[Stack], None],
    ) -> None:
        self.upload: Upload | None = None
        self._visit, self._limits, self._spec, self._loop = visit, limits, spec, loop
        self._progress, self._on_image = progress, on_image
        button = Button(label="Try the example", name="example", visible=spec.task in EXAMPLES)
        button.on_click(self._load_example)
        self._about = text_box("about", visible=False)
        self._choice = ImageChoice(self._read_again)
        self.widgets: list[UIElement] = [button, self._about, *self._choice.widgets]

    def read(self, path: Path, channel: int = 0, axes: str = "") -> None:
        """Decode an uploaded file, and show it; not on the event loop.

        Raises ImageFormatError if it cannot be read.
        """
        colours = self._spec.takes_colours
        upload = read_upload(path, self._visit, self._limits, channel, axes, colours=colours)
        self._loop.later(partial(self._show, upload))

    def _load_example(self) -> None:
        def load() -> None:
            self._loop.later(partial(self._show, Upload(stack=example(self._spec.task))))

        self._progress.text = "Simulating the example …"
        self._loop.in_background(load)

    def _read_again(self, channel: int, axes: str) -> None:
        if self.upload is not None and self.upload.path is not None:
            self._progress.text = "Reading the file …"
            self._loop.in_background(partial(self.read, self.upload.path, channel, axes))

    def _show(self, upload: Upload) -> None:
        if self.upload is not None and 0 < upload.number < self.upload.number:
            return  # a later file was decoded first
        old = None if self.upload is None else self.upload.path
        self.upload, stack = upload, upload.stack
        t, z, y, x = stack.shape
        size = f"{t} frame{'s' * (t > 1)}, {z} slice{'s' * (z > 1)}, {x} by {y} pixels"
        notes = "".join(f"<br>{escape(note)}" for note in upload.notes)
        self._about.text, self._about.visible = f"<b>{escape(stack.name)}</b><br>{size}{notes}", True
        self._choice.show(upload.channels, upload.channel, upload.axes)
        self._on_image(stack)
        if old is not None and (upload.path is None or upload.path.parent != old.parent):
            shutil.rmtree(old.parent, ignore_errors=True)  # the replaced file
