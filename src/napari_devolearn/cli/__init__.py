"""The headless face: ``napari-devolearn VERB``, one file a verb."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from napari_devolearn.cli import (
    centroids,
    convert,
    demo,
    doctor,
    evaluate,
    lineage,
    models,
    outline,
    prepare,
    segment,
    serve,
    simulate,
    track,
    train,
    tune,
    validate,
)
from napari_devolearn.exceptions import DevolearnError

__all__ = ["main"]

_STOPPED = 130  # what a shell gives for a program that Ctrl-C ended


class UsageError(DevolearnError):
    """The command line cannot be understood."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; by default those of the process.

    Returns
    -------
    int
        Exit status: 0, 2 for an error that the user can act on (one line on standard error), or
        130 if it was stopped by Ctrl-C.
    """
    try:
        arguments = _make_parser().parse_args(argv)
        with _warnings_in_one_line():
            arguments.run(arguments)
    except KeyboardInterrupt:
        print("stopped: nothing half-written is left, and what is finished is kept", file=sys.stderr)
        return _STOPPED
    except (DevolearnError, OSError, ValueError, MemoryError) as error:
        print(f"error: {_describe(error)}", file=sys.stderr)
        return 2
    return 0


def _make_parser() -> argparse.ArgumentParser:
    from napari_devolearn import __version__

    parser = _Parser(
        prog="napari-devolearn",
        description="Segment the nuclei of embryos without a window.",
        epilog="Exit status: 0, or 2 with one line that says what, where and what to do.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for verb in (
        segment,
        track,
        centroids,
        convert,
        lineage,
        outline,
        prepare,
        train,
        tune,
        evaluate,
        validate,
        models,
        serve,
        simulate,
        demo,
        doctor,
    ):
        verb.add_verb(verbs)
    return parser


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Show our own warnings as a line for people; Python's would quote a line of code."""

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        if category is UserWarning:
            print(f"warning: {_one_line(str(message))}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.filterwarnings("always", category=UserWarning, module="napari_devolearn")
        warnings.showwarning = show
        yield


def _describe(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "the memory of this machine is too small for one frame; choose --frames or a smaller image"
    if isinstance(error, OSError) and not isinstance(error, DevolearnError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}; check the path and who may read or write it"
    return _one_line(str(error)) or type(error).__name__


def _one_line(text: str) -> str:
    return " ".join(text.split())
