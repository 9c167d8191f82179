"""Open a file, and check that the result is one of those that are allowed."""

from __future__ import annotations

import signal
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from napari_devolearn.exceptions import DevolearnError

Outcome = Literal["same", "other pixels", "warned", "refused"]

_PATIENCE = 20  # seconds for one file, which takes milliseconds: more is a hang


class Layer(NamedTuple):
    """The content of a file, as far as it can be compared.

    Parameters
    ----------
    kind : str
    shape : tuple of int
    axes : tuple of str
    dtype : str
    size : tuple of float
        How long a step along each axis is.
    planes : ndarray, (T * Z,), float64
        Median of each plane, which tells which plane it is.
    """

    kind: str
    shape: tuple[int, ...]
    axes: tuple[str, ...]
    dtype: str
    size: tuple[float, ...]
    planes: np.ndarray


class Whole(NamedTuple):
    """Content and warnings of a file before it is changed."""

    layers: list[Layer]
    told: frozenset[str]


OUTCOMES: dict[str, Counter[Outcome]] = {}
"""Number of files of each format with each result."""


class WrongAnswer(AssertionError):  # noqa: N818  an answer is what is judged here
    """A traceback, a hang, or other content than that of the whole file without a warning."""


def layers_of(path: Path) -> list[Layer]:
    """Open a file with the napari reader, and read all pixels."""
    from napari_devolearn.plugin.reader import get_reader

    reader = get_reader(str(path))
    if reader is None:
        raise DevolearnError(f"{path}: napari says that no plugin reads it")
    found = []
    for data, attributes, kind in reader(str(path)):
        if kind == "tracks":
            shown = np.asarray(data)
            found.append(Layer(kind, (shown.shape[1],), (), "", (), np.empty(0)))
            continue
        values = np.asarray(data)
        planes = values.reshape(*values.shape[:-3], -1) if attributes.get("rgb") else values
        planes = planes.reshape(-1, planes.shape[-1] if attributes.get("rgb") else np.prod(values.shape[-2:]))
        found.append(
            Layer(
                kind,
                tuple(values.shape),
                tuple(attributes["axis_labels"]),
                str(data.dtype),
                tuple(attributes.get("scale", ())),
                np.median(planes.astype(np.float64), axis=1),
            )
        )
    return found


def picture_of(path: Path) -> list[Layer]:
    """Open a file that has no napari reader: images and MATLAB files."""
    from napari_devolearn.io.image import open_image
    from napari_devolearn.io.pictures.mat import open_mat

    file = open_mat(path) if path.suffix == ".mat" else open_image(path)
    values = np.stack([file.read(t, 0) for t in range(file.shape[0])])
    medians = np.median(values.reshape(-1, file.shape[2] * file.shape[3]).astype(np.float64), axis=1)
    return [Layer("image", values.shape, tuple("tzyx"), str(file.dtype), (), medians)]


def spec_of(path: Path) -> list[Layer]:
    """Read a model's spec; any of its values may differ in a changed file."""
    from napari_devolearn.models.spec import ModelSpec
    from napari_devolearn.models.spec_file import read_spec

    assert isinstance(read_spec(path), ModelSpec)
    return []


def counts_of(path: Path) -> list[Layer]:
    """Compare a table of counts with itself, on the command line."""
    from napari_devolearn.cli import main

    whole = path.with_name("whole.csv")
    if not whole.exists():
        whole.write_bytes(path.read_bytes())
    lines: list[str] = []
    with _standard_error(lines):
        status = main(["evaluate", str(path), str(whole)])
    if status:
        raise DevolearnError("".join(lines).strip())
    return []


OPENERS: dict[str, Callable[[Path], list[Layer]]] = {
    "png": picture_of,
    "mat": picture_of,
    "model_spec": spec_of,
    "counts": counts_of,
}


def whole_of(opener: Callable[[Path], list[Layer]], path: Path) -> Whole:
    """Open an unchanged file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        layers = opener(path)
    return Whole(layers, frozenset(str(one.message) for one in caught))


def answer_to(opener: Callable[[Path], list[Layer]], path: Path, whole: Whole) -> Outcome:
    """Open a changed file.

    Parameters
    ----------
    opener : callable
    path : Path
    whole : Whole
        Of the file before it was changed.

    Returns
    -------
    Outcome

    Raises
    ------
    WrongAnswer
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with _no_longer_than(_PATIENCE):
                found = opener(path)
        except DevolearnError as error:
            return _refusal(error)
        except Exception as error:
            raise WrongAnswer(f"{type(error).__name__}: {error}") from error
    told = [str(one.message) for one in caught if one.category is UserWarning]
    told = [line for line in told if line not in whole.told]
    if any("\n" in line for line in told):
        raise WrongAnswer(f"a warning of several lines: {told}")
    difference = difference_of(found, whole.layers)
    if difference and difference != "pixels" and not told:
        raise WrongAnswer(f"without a word: {difference}")
    if told:
        return "warned"
    return "other pixels" if difference else "same"


def difference_of(found: list[Layer], whole: list[Layer]) -> str:
    """Describe the difference: "" for none, "pixels" if only values differ.

    A size is what the file says, and nothing in it says otherwise: any that can be is taken.
    """
    if [one.kind for one in found] != [one.kind for one in whole]:
        return f"layers {[one.kind for one in found]} of {[one.kind for one in whole]}"
    for mine, theirs in zip(found, whole, strict=True):
        for name in ("shape", "axes", "dtype"):
            if getattr(mine, name) != getattr(theirs, name):
                return f"{name} {getattr(mine, name)} of {getattr(theirs, name)}"
        if not all(0 < step < np.inf for step in mine.size):
            return f"a size of {mine.size}"
        if swapped := _other_places(mine.planes, theirs.planes):
            return f"planes {swapped} at other places"
    return "" if all(_same(a.planes, b.planes) for a, b in zip(found, whole, strict=True)) else "pixels"


def _other_places(found: np.ndarray, whole: np.ndarray) -> list[int]:
    """Planes with the content of another plane; only if there are two, since one may be damaged by chance."""
    if not len(whole) or len(np.unique(whole)) < len(whole):
        return []
    nearest = np.abs(found[:, None] - whole[None]).argmin(axis=1)
    close = np.abs(found - whole[nearest]) < 4
    wrong = np.flatnonzero(close & (nearest != np.arange(len(found))))
    return wrong.tolist() if len(wrong) > 1 else []


def _same(found: np.ndarray, whole: np.ndarray) -> bool:
    return bool(np.array_equal(found, whole))


def _refusal(error: DevolearnError) -> Outcome:
    text = str(error)
    if "\n" in text or not text or len(text) > 2000:
        raise WrongAnswer(f"not one line: {text[:500]!r}") from error
    if "unforeseen" in text:
        raise WrongAnswer(text) from error
    return "refused"


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Stop a reader that does not end, where the system supports it."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise WrongAnswer(f"a hang: more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _standard_error(lines: list[str]) -> Iterator[None]:
    import io
    from contextlib import redirect_stderr, redirect_stdout

    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(io.StringIO()):
        yield
    lines.append(said.getvalue())
