"""Segment the nuclei of the sample embryo.

In napari if there is a screen, else (or with -o) into files: labels and an image of their outlines.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from napari_devolearn.cli.common.arguments import add_shared
from napari_devolearn.cli.common.stream import segment_frames, select_frames

_FRAMES = 4  # the last frames, half a minute on a laptop
_WINDOW = "napari_devolearn.widgets.demo"  # run in a separate process, because this folder must not import Qt


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="write files there, even if there is a screen"
    )
    add_shared(parser, "device", "quiet")


def run(arguments: argparse.Namespace) -> None:
    """Open the window, or write the files."""
    if arguments.output is None and has_screen():
        _open_window()
    else:
        _write_files(arguments)


def has_screen() -> bool:
    """Whether a window can be shown."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open_window() -> None:
    command = [sys.executable, "-m", _WINDOW]
    status = subprocess.run(command, check=False).returncode  # noqa: S603 - no user input
    if status == 0:
        return
    elsewhere = "write files instead: napari-devolearn demo -o DIR"
    if status < 0:  # a negative status is the signal that ended the process
        raise OSError(
            f"demo: the window was ended by {signal.Signals(-status).name}; run napari-devolearn doctor to "
            f"find the cause, or {elsewhere}"
        )
    raise OSError(
        f"demo: the window ended with status {status} (see above); install a Qt binding with "
        f"pip install 'napari-devolearn[all]', or {elsewhere}"
    )


def _write_files(arguments: argparse.Namespace) -> None:
    """Write a simulated data set, segment it, and save labels and an image of their outlines."""
    import numpy as np

    from napari_devolearn.cli.common.picture import overlay, write_png
    from napari_devolearn.inference.load import load_model
    from napari_devolearn.io.ctc.masks import read_labels
    from napari_devolearn.io.image import read_image
    from napari_devolearn.simulate.dataset import write_embryo
    from napari_devolearn.simulate.embryo import simulate_embryo

    folder: Path = (arguments.output or Path("napari-devolearn-demo")).resolve()
    labels_file, picture_file = folder / "labels.ome.tif", folder / "overlay.png"
    embryo = simulate_embryo()
    write_embryo(folder / "embryo", embryo, overwrite=True)
    stack = select_frames(read_image(folder / "embryo" / "01"), (len(embryo.image) - _FRAMES, None))
    model = load_model("nucleus", arguments.device)
    segment_frames(labels_file, stack, model, overwrite=True, quiet=arguments.quiet)
    last = np.asarray(read_labels(labels_file).data[-1])
    write_png(picture_file, overlay(np.asarray(stack.data[-1]), last, enlarge=3))
    true = np.unique(embryo.labels[-1]).size - 1
    print(f"last of {len(stack.frames)} frames: {last.max()} nuclei found, {true} in the ground truth")
    print(f"labels:  {labels_file}\noverlay: {picture_file}")
