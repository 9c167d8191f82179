"""Elements of every page: upload an image, process it, download results."""

from __future__ import annotations

from abc import abstractmethod
from html import escape
from pathlib import Path
from typing import Any

from bokeh.document import Document
from bokeh.layouts import column
from bokeh.models import Button, UIElement

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.models.registry import ModelFiles
from napari_devolearn.web.pages.event_loop import EventLoop
from napari_devolearn.web.pages.image_box import ImageBox
from napari_devolearn.web.parts.elements import download_links, text_box
from napari_devolearn.web.server.site import Site
from napari_devolearn.web.server.visit import Visit, VisitedPage
from napari_devolearn.web.server.work import Task
from napari_devolearn.web.topics import topic_of

_ENDED = (
    "This visit has ended after a long time without activity, and its files are deleted. Reload the page to "
    "continue."
)
_HINT = "Your image and the result will appear here. To see how it works, try the simulated example."


class Page(VisitedPage):
    """One visitor's page.

    `files`: of the page's model.
    `document`: changed only on the server's event loop; other threads use `loop`.
    `task`: the task of this page in the work queue.
    `size_form`, `images`, `results`: containers of a page; hidden while empty.
    """

    def __init__(self, site: Site, visit: Visit, files: ModelFiles, document: Document) -> None:
        self.site, self.visit, self.spec = site, visit, files.spec
        self.topic = topic_of(files.spec)
        self.task: Task | None = None
        self.loop = EventLoop(visit, document, site.readers, self._failed)
        self.progress = text_box("progress")
        self.image = ImageBox(visit, site.limits, self.spec, self.loop, self.progress, self._show_image)
        self.hint = text_box("lead", _HINT)
        self.first = text_box("small", "Choose an image first.")
        self.run_button = Button(button_type="primary", name="run", disabled=True)
        self.run_button.on_click(self._start)
        self.message = text_box("message", visible=False)
        self.downloads = text_box("downloads", visible=False)
        self.size_form, self.images, self.results = (
            column(sizing_mode="stretch_width", visible=False) for _ in range(3)
        )

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

    @property
    def finished(self) -> bool:
        """Whether the results are complete."""
        return self.task is not None and self.task.finished

    def roots(self) -> dict[str, list[UIElement]]:
        """The elements of the page's template."""
        return {
            "example": self.image.widgets,
            "size": [self.first, self.size_form],
            "run": [self.run_button, self.progress, self.message],
            "images": [self.hint, self.images],
            "results": [self.results],
        }

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
        self.downloads.text = download_links(self.visit.token, self.result_names)
        self.downloads.visible = self.finished

    def read(self, path: Path) -> None:
        """Decode an uploaded file, and show it; not on the event loop.

        Raises ImageFormatError if it cannot be read.
        """
        self.image.read(path)

    def show_message(self, text: str) -> None:
        """Show a message for the visitor; an empty text hides it."""
        self.message.text, self.message.visible = escape(text), bool(text)

    def show_end(self) -> None:
        """Tell the visitor that the visit has ended."""
        self.loop.later(lambda: self.show_message(_ENDED))

    def submit(self, task: Task) -> None:
        """Submit a task to the work queue, again if necessary."""
        self.visit.touch()
        try:
            self.site.queue.submit(task)
        except DevolearnError as error:
            self.show_message(str(error))

    def _show_image(self, stack: Stack) -> None:
        self._drop_task()
        self.show_message("")
        self.progress.text = ""
        self.hint.visible = self.first.visible = self.downloads.visible = self.results.visible = False
        self.images.visible = self.size_form.visible = True
        self.show(stack)

    def _start(self) -> None:
        self._drop_task()
        self.show_message("")
        self.run_button.disabled = True
        self.progress.text = "Loading the model …"
        upload = self.image.upload

        def start() -> None:
            task = self.make_task(self.site.model(self.spec.name))
            self.loop.later(lambda: self._started(task) if self.image.upload is upload else None)

        self.loop.in_background(start)

    def _started(self, task: Task) -> None:
        self.task = task
        self.progress.text = "Waiting for other visitors …"
        self.run_button.disabled = False
        self.submit(task)

    def _failed(self, text: str) -> None:
        self.progress.text = ""
        self.run_button.disabled = self.image.upload is None
        self.show_message(text)

    def _drop_task(self) -> None:
        if self.task is not None:
            self.site.queue.cancel(self.task)
            self.task = None

    def leave(self) -> None:
        """Stop the work of a visitor who has left."""
        self._drop_task()
        self.image.upload = None
