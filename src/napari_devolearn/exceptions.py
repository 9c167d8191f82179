"""Errors and warnings that a user can act on: each message says what, where and the remedy."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable


class DevolearnError(Exception):
    """Base of this package's own errors; the CLI prints one as a single line and exits with 2."""


class ParameterError(DevolearnError, ValueError):
    """A parameter, option or argument has a value that cannot be used."""


class CTCFormatError(DevolearnError, ValueError):
    """A Cell Tracking Challenge folder, mask or track table breaks the format."""


class ImageFormatError(DevolearnError, ValueError):
    """An image cannot be read, or is not of a kind that can be segmented."""


class AxesError(ImageFormatError):
    """The axes of a file contradict its pixels or the caller; its pixels can be read once they are named."""


class RLEFormatError(DevolearnError, ValueError):
    """A run-length mask, or a table or JSON file of them, contradicts itself, its images or its format."""


class WeightsError(DevolearnError, ValueError):
    """A weights file is missing, damaged or not what its spec says."""


class DatasetError(DevolearnError, ValueError):
    """Images and masks to train on do not match, or their folder is not whole."""


class TrainingError(DevolearnError, ValueError):
    """A training cannot begin or go on: its data, its checkpoint, or a loss that is no number."""


class DeviceError(DevolearnError, ValueError):
    """A compute device was asked for that this machine does not have."""


class ClusterError(DevolearnError, RuntimeError):
    """A run cannot be spread over a cluster: no scheduler, or nothing that workers can open."""


class OutputExistsError(DevolearnError, FileExistsError):
    """Something lies already where a result should go, and nobody said to overwrite it."""


class UnfinishedRunError(DevolearnError, FileExistsError):
    """An unfinished run of other parameters, model or input lies where a result should go."""


class FolderInUseError(DevolearnError, FileExistsError):
    """Another process is writing where a result should go."""


class OutputError(DevolearnError, OSError):
    """A result cannot be written where it should go: full or read-only disk, no permission."""


class TooManyLabelsError(DevolearnError, ValueError):
    """More labels than the file format can hold."""


class ServerError(DevolearnError, RuntimeError):
    """The view in the browser cannot be served, or has as many visitors or tasks as it takes."""


def refuse(
    what: str,
    checks: Iterable[tuple[bool, str]],
    kind: type[DevolearnError] = ParameterError,
    remedy: str = "",
) -> None:
    """Raise an error that names every problem; nothing where there is none.

    Parameters
    ----------
    what : str
        Which parameters.
    checks : iterable of (bool, str)
        Whether there is a problem, and what it is.
    kind : type
        Of the error.
    remedy : str
        Said at the end.
    """
    if problems := [text for bad, text in checks if bad]:
        raise kind(f"{what}: " + "; ".join([*problems, *([remedy] if remedy else [])]))


def warn_caller(message: str) -> None:
    """Warn whoever called this package, however many of its own functions lie between.

    Parameters
    ----------
    message : str
    """
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("napari_devolearn"):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level + 1)
