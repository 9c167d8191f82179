"""An iterator that owns the resources of its work: threads, files and locks."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class OwningIterator(Iterator[T], Generic[T]):
    """Steps of long work, with the threads, files and locks that the work uses.

    They are released after the last step, after an error, by `close`, and at the end of a ``with`` block.
    An iterator that is dropped instead joins no thread: Python may finalise it in any thread, also in one
    that has the lock for which the join would wait.

    Parameters
    ----------
    begin : callable
        From an ExitStack, to which it adds all resources, to a generator that owns nothing itself. Nothing
        runs before the first step.

    Examples
    --------
    >>> with OwningIterator(lambda resources: (number for number in range(3))) as steps:
    ...     next(steps)
    0
    """

    def __init__(self, begin: Callable[[ExitStack], Generator[T, None, object]]) -> None:
        self._resources = ExitStack()
        self._steps = begin(self._resources)

    def __next__(self) -> T:
        try:
            return next(self._steps)
        except StopIteration:
            self._resources.__exit__(None, None, None)  # raises an error at the end of the work
            raise
        except BaseException as error:
            self._release(error)
            raise

    def close(self) -> None:
        """Stop the work and release what it uses; waits for its threads."""
        try:
            self._steps.close()
        finally:
            self._release(GeneratorExit())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _release(self, error: BaseException) -> None:
        """Release all resources; incomplete files are deleted."""
        self._resources.__exit__(type(error), error, error.__traceback__)
