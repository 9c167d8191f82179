"""Elements of every page: upload an image, process it, download results."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bokeh.layouts import column
from bokeh.models import Button

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.web.pages.examples import EXAMPLES, example
from napari_devolearn.web.parts.elements import text_box
from napari_devolearn.web.parts.image_choice import ImageChoice
from napari_devolearn.web.server.reading import Upload, read_upload
from napari_devolearn.web.topics import topic_of

if TYPE_CHECKING:
    from bokeh.document import Document
    from bokeh.models import UIElement

    from napari_devolearn.io.core.stack import Stack
    from napari_devolearn.models.registry import ModelFiles
    from napari_devolearn.web.server.site import Site
    from napari_devolearn.web.server.visits import Visit
    from napari_devolearn.web.server.work import Task


_HINT = "Your image and the result will appear here. To see how it works, try the simulated example."


class Page(ABC):
    """One visitor's page.

    Parameters
    ----------
    site : Site
    visit : Visit
    files : ModelFiles
        Of the page's model.
    document : Document
        Changed only on the server's event loop; other threads use `later`.

    Attributes
    ----------
    task : Task or None
        The task of this page in the work queue.
    size_form, images, results : Column
        Containers of a page; hidden while empty.
    choices_box : UIElement or None
        Further options, if there are any.
    """

    result_names: tuple[str, ...] = ()

    def __init__(self, site: Site, visit: Visit, files: ModelFiles, document: Document) -> None:
        self.site, self.visit, self.spec, self.document = site, visit, files.spec, document
        self.topic = topic_of(files.spec)
        self.upload: Upload | None = None
        self.task: Task | None = None
        self._waiting: set[str] = set()
        offered = self.spec.task in EXAMPLES
        self.example_button = Button(label="Try the example", name="example", visible=offered)
        self.example_button.on_click(self._load_example)
        self.hint = text_box("lead", _HINT)
        self.first = text_box("small", "Choose an image first.")
        self.about = text_box("about", visible=False)
        self.choice = ImageChoice(self._read_again)
        self.run_button = Button(button_type="primary", name="run", disabled=True)
        self.run_button.on_click(self._start)
        self.progress = text_box("progress")
        self.message = text_box("message", visible=False)
        self.downloads = text_box("downloads", visible=False)
        self.size_form, self.images, self.results = (
            column(sizing_mode="stretch_width", visible=False) for _ in range(3)
        )
        self.choices_box: UIElement | None = None

    @abstractmethod
    def show(self, stack: Stack) -> None:
        """Show a new image."""

    @abstractmethod
    def make_task(self, model: Any) -> Task:
        """Create the task for the image; called outside the event loop."""

    @abstractmethod
    def progress_text(self, task: Any) -> str:
        """Progress of an unfinished task."""

    @abstractmethod
    def show_results(self, task: Any) -> None:
        """Show results so far."""

    @abstractmethod
    def write(self, path: Path) -> None:
        """Write one of `result_names`; called outside the event loop."""

    @property
    def finished(self) -> bool:
        """Whether the results are complete."""
        return self.task is not None and self.task.finished

    def roots(self) -> dict[str, list[UIElement]]:
        """The elements of the page's template."""
        boxes = {
            "example": [self.example_button, self.about, *self.choice.widgets],
            "size": [self.first, self.size_form],
            "run": [self.run_button, self.progress, self.message],
            "images": [self.hint, self.images],
            "results": [self.results],
        }
        return boxes if self.choices_box is None else boxes | {"choices": [self.choices_box]}

    def refresh(self) -> None:
        """Show the progress of the task, and its results so far."""
        task: Any = self.task
        if task is None:
            return
        if task.error:
            self._failed(task.error)
            return
        self.progress.text = "Done." if self.finished else self.progress_text(task)
        self.show_results(task)
        self.show_downloads()

    def show_upload(self, upload: Upload) -> None:
        """Show an upload; can be called from any thread."""
        self.later(partial(self._take, upload))

    def read(self, path: Path, channel: int = 0, axes: str = "") -> None:
        """Decode an uploaded file, and show it; not on the event loop.

        Raises ImageFormatError if it cannot be read.
        """
        colours = self.spec.takes_colours
        self.show_upload(read_upload(path, self.visit, self.site.limits, channel, axes, colours=colours))

    def later(self, call: Callable[[], None]) -> None:
        """Call a function on the event loop, from any thread; ignored after the visitor has left."""
        if not self.visit.closed:
            self.document.add_next_tick_callback(call)

    def later_once(self, name: str, call: Callable[[], None]) -> None:
        """As `later`, but repeated requests are merged."""
        if name in self._waiting:
            return
        self._waiting.add(name)

        def once() -> None:
            self._waiting.discard(name)
            call()

        self.later(once)

    def show_message(self, text: str) -> None:
        """Show a message for the visitor; an empty text hides it."""
        self.message.text, self.message.visible = escape(text), bool(text)

    def show_end(self) -> None:
        """Tell the visitor that the visit has ended."""
        self.later(
            lambda: self.show_message(
                "This visit has ended after a long time without activity, and its files are deleted. Reload "
                "the page to continue."
            )
        )

    def submit(self) -> None:
        """Submit the task to the work queue, again if necessary."""
        self.visit.touch()
        if self.task is None:
            return
        try:
            self.site.queue.submit(self.task)
        except DevolearnError as error:
            self.show_message(str(error))

    def changed(self) -> None:
        """Schedule an update of the progress; can be called from any thread."""
        self.later_once("refresh", self.refresh)

    def show_downloads(self) -> None:
        """Show links to complete results."""
        if self.finished != self.downloads.visible:
            links = " ".join(
                f'<a class="file" href="results/{self.visit.token}/{name}" download>{name}</a>'
                for name in self.result_names
            )
            self.downloads.text = f"Download: {links}"
            self.downloads.visible = self.finished

    def _take(self, upload: Upload) -> None:
        if self.upload is not None and 0 < upload.number < self.upload.number:
            return  # a later file was decoded first
        self._drop_task()
        old = None if self.upload is None else self.upload.path
        if old is not None and (upload.path is None or upload.path.parent != old.parent):
            shutil.rmtree(old.parent, ignore_errors=True)  # the replaced file
        self.upload, stack = upload, upload.stack
        t, z, y, x = stack.shape
        size = f"{t} frame{'s' * (t > 1)}, {z} slice{'s' * (z > 1)}, {x} by {y} pixels"
        notes = "".join(f"<br>{escape(note)}" for note in upload.notes)
        self.about.text, self.about.visible = f"<b>{escape(stack.name)}</b><br>{size}{notes}", True
        self.choice.show(upload.channels, upload.channel, upload.axes)
        self.show_message("")
        self.progress.text = ""
        self.hint.visible = self.first.visible = self.downloads.visible = False
        self.images.visible = self.size_form.visible = True
        self.results.visible = False
        self.show(stack)

    def _read_again(self, channel: int, axes: str) -> None:
        if self.upload is not None and self.upload.path is not None:
            self.progress.text = "Reading the file …"
            self._in_background(partial(self.read, self.upload.path, channel, axes))

    def _load_example(self) -> None:
        self.progress.text = "Simulating the example …"
        self._in_background(lambda: self.show_upload(Upload(stack=example(self.spec.task))))

    def _start(self) -> None:
        self._drop_task()
        self.show_message("")
        self.run_button.disabled = True
        self.progress.text = "Loading the model …"
        upload = self.upload

        def start() -> None:
            task = self.make_task(self.site.model(self.spec.name))
            self.later(lambda: self._started(task) if self.upload is upload else None)

        self._in_background(start)

    def _started(self, task: Task) -> None:
        self.task = task
        self.progress.text = "Waiting for other visitors …"
        self.run_button.disabled = False
        self.submit()

    def _in_background(self, call: Callable[[], None]) -> None:
        """Call a function in the background; errors become messages."""
        self.visit.touch()

        def safely() -> None:
            try:
                call()
            except (DevolearnError, OSError, ValueError, MemoryError, RuntimeError) as error:
                text = " ".join(str(error).split()) or type(error).__name__
                self.later(lambda: self._failed(text))

        self.site.readers.submit(safely)

    def _failed(self, text: str) -> None:
        self.progress.text = ""
        self.run_button.disabled = self.upload is None
        self.show_message(text)

    def _drop_task(self) -> None:
        if self.task is not None:
            self.site.queue.cancel(self.task)
            self.task = None

    def leave(self) -> None:
        """Stop the work of a visitor who has left."""
        self._drop_task()
        self.upload = None
