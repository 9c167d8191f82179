"""Calls between the event loop of a page and other threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bokeh.document import Document

from napari_devolearn.exceptions import DevolearnError, message_of
from napari_devolearn.web.server.visit import Visit


class EventLoop:
    """The event loop of one visitor's page, on which alone its document may change.

    `readers`: for `in_background`; `on_error` gets the message of an error there, on the event loop.
    """

    def __init__(
        self,
        visit: Visit,
        document: Document,
        readers: ThreadPoolExecutor,
        on_error: Callable[[str], None],
    ) -> None:
        self._visit, self._document, self._readers, self._on_error = visit, document, readers, on_error
        self._waiting: set[Callable[[], None]] = set()

    def later(self, call: Callable[[], None]) -> None:
        """Call a function on the event loop, from any thread; ignored after the visitor has left."""
        if not self._visit.closed:
            self._document.add_next_tick_callback(call)

    def later_once(self, call: Callable[[], None]) -> None:
        """As `later`, but repeated requests are merged."""
        if call in self._waiting:
            return
        self._waiting.add(call)

        def once() -> None:
            self._waiting.discard(call)
            call()

        self.later(once)

    def in_background(self, call: Callable[[], None]) -> None:
        """Call a function in a thread; errors become messages."""
        self._visit.touch()

        def safely() -> None:
            try:
                call()
            except (DevolearnError, OSError, ValueError, MemoryError, RuntimeError) as error:
                text = message_of(error)
                self.later(lambda: self._on_error(text))

        self._readers.submit(safely)
