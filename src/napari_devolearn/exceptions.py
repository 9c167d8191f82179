"""Errors and warnings: each message says what, where and what to do."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable


class DevolearnError(Exception):
    """Base of this package's own errors; the CLI prints one line and exits with 2."""


class ParameterError(DevolearnError, ValueError):
    """A parameter, option or argument has an invalid value."""


class CTCFormatError(DevolearnError, ValueError):
    """A Cell Tracking Challenge folder, mask or track table breaks the format."""


class ImageFormatError(DevolearnError, ValueError):
    """An image cannot be read, or cannot be segmented."""


class AxesError(ImageFormatError):
    """The axes of a file contradict its pixels or the caller; the file can be read if they are given."""


class RLEFormatError(DevolearnError, ValueError):
    """A run-length mask, or a table or JSON file of them, contradicts itself, its images or its format."""


class WeightsError(DevolearnError, ValueError):
    """A weights file is missing, damaged or does not match its spec."""


class DatasetError(DevolearnError, ValueError):
    """Images and masks for training do not match, or their folder is incomplete."""


class TrainingError(DevolearnError, ValueError):
    """A training cannot start or continue: its data, its checkpoint, or a loss that is not finite."""


class DeviceError(DevolearnError, ValueError):
    """A requested compute device is not available."""


class ClusterError(DevolearnError, RuntimeError):
    """A run cannot be distributed over a cluster: no scheduler, or an input that workers cannot open."""


class OutputExistsError(DevolearnError, FileExistsError):
    """The output exists already and overwriting is not requested."""


class UnfinishedRunError(DevolearnError, FileExistsError):
    """There is an unfinished run with the same output and other parameters, model or input."""


class FolderInUseError(DevolearnError, FileExistsError):
    """Another process is writing the output."""


class OutputError(DevolearnError, OSError):
    """An output cannot be written: full or read-only disk, no permission."""


class TooManyLabelsError(DevolearnError, ValueError):
    """More labels than the file format supports."""


class ServerError(DevolearnError, RuntimeError):
    """The browser view cannot be served, or has the maximum number of visitors or tasks."""


def refuse(
    what: str,
    checks: Iterable[tuple[bool, str]],
    kind: type[DevolearnError] = ParameterError,
    remedy: str = "",
) -> None:
    """Raise an error of a kind that names every problem, if there is one, and the remedy at the end.

    `what` are the parameters; each check is whether there is a problem, and its text.
    """
    if problems := [text for bad, text in checks if bad]:
        raise kind(f"{what}: " + "; ".join([*problems, *([remedy] if remedy else [])]))


def message_of(error: Exception) -> str:
    """Text of an error on one line, or its type if it has none."""
    return " ".join(str(error).split()) or type(error).__name__


def warn_caller(message: str) -> None:
    """Warn with the position of the first caller outside this package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("napari_devolearn"):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level + 1)
