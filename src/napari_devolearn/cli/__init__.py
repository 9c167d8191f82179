"""Command-line interface: ``napari-devolearn SUBCOMMAND``, one file per subcommand."""

from __future__ import annotations

import argparse
import io
import sys
import traceback
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
    segment,
    serve,
    simulate,
    track,
    validate,
)
from napari_devolearn.cli.training import export_bioimageio, prepare, train, tune
from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.io.core.border import reason_of

__all__ = ["main"]

_SUBCOMMANDS: dict[Any, str] = {
    segment: "segment an image, a stack or a movie",
    track: "link labels over time: tracks, gaps, divisions",
    centroids: "centre and volume of each labelled object, as CSV",
    convert: "labels to run-length masks of Kaggle and COCO, and back",
    lineage: "count the cells of each founder lineage over time",
    outline: "length, width, area and volume of the embryo over time",
    prepare: "make a training data set from images and masks",
    train: "train a model on images and masks",
    tune: "find the best learning rate and batch size",
    evaluate: "score labels or counts against ground truth",
    validate: "check a result against the rules of the Cell Tracking Challenge",
    models: "list the models",
    export_bioimageio: "write a model as a bioimage.io package",
    serve: "start the browser view",
    simulate: "simulate an embryo with ground truth labels and tracks",
    demo: "segment the sample embryo",
    doctor: "versions, Qt, devices, models and cache, for a bug report",
}
"""Modules, whose docstrings describe them to users, and their lines in the list of subcommands."""

_STOPPED = 130  # exit status after Ctrl-C, as in a shell
_INPUTS = ("input", "inputs", "labels", "result", "prepared", "folder")


class UsageError(DevolearnError):
    """The command line cannot be understood."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line, by default with the arguments of the process.

    Returns the exit status: 0, 2 for an error (one line on standard error), or 130 after Ctrl-C.
    """
    # file names may contain undecodable bytes; printing one must not fail after a completed run
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    arguments = argparse.Namespace()
    try:
        _make_parser().parse_args(argv, arguments)
        with _warnings_in_one_line():
            arguments.run(arguments)
    except KeyboardInterrupt:
        print("stopped: no partial files are left, and completed frames are kept", file=sys.stderr)
        return _STOPPED
    except Exception as error:  # noqa: BLE001 - users get one line for every error
        print(f"error: {_describe(error, arguments)}", file=sys.stderr)
        if getattr(arguments, "debug", False):
            traceback.print_exception(error)
        return 2
    return 0


def _make_parser() -> argparse.ArgumentParser:
    from napari_devolearn import __version__

    parser = _Parser(
        prog="napari-devolearn",
        description="Segment, track and count cells in images of embryos.",
        epilog="Exit status: 0, or 2 with one line: what went wrong, where, and what to do.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    subcommands = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    for module, text in _SUBCOMMANDS.items():
        name = module.__name__.rpartition(".")[2].replace("_", "-")
        options = subcommands.add_parser(name, help=text, description=module.__doc__)
        module.add_options(options)
        options.set_defaults(run=module.run)
        options.add_argument("--debug", action="store_true", help="also show Python's traceback of an error")
    return parser


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Print our own warnings as one line, without the source line that Python adds."""

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        if category is UserWarning:
            print(f"warning: {_one_line(str(message))}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.filterwarnings("always", category=UserWarning, module="napari_devolearn")
        warnings.showwarning = show
        yield


def _describe(error: Exception, arguments: argparse.Namespace) -> str:
    """Describe an error in one line; errors that are not ours get the place and a remedy."""
    text = _one_line(str(error))
    if isinstance(error, DevolearnError):
        return text or type(error).__name__
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}; check the path and its permissions"
    place = _place(arguments)
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in text:
        return f"{place}: not enough memory; check the voxel size, or give fewer or smaller images"
    return (
        f"{place}: unexpected error ({reason_of(error)}); check the input and the options, or report it with "
        "the output of --debug"
    )


def _place(arguments: argparse.Namespace) -> str:
    """The inputs, else the subcommand."""
    values = vars(arguments)
    for name in _INPUTS:
        if value := values.get(name):
            return ", ".join(map(str, value if isinstance(value, list) else [value]))
    return str(values.get("subcommand", "napari-devolearn"))


def _one_line(text: str) -> str:
    """The text in one line, with unprintable characters escaped."""
    words = " ".join(text.split())
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in words)
