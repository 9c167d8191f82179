"""The main job in a window drawn by Mesa with LLVM, with triton installed, which has its own LLVM."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from qtpy.QtGui import QGuiApplication

SECONDS = 200

# What the user does, then two who import triton: torch's optimizers and whoever wants it.
_JOB = """
import os, sys, traceback
import napari, numpy as np, torch
from qtpy.QtCore import QTimer
from napari_devolearn.models.networks.triton import foreign_llvm
from napari_devolearn.widgets.demo import show_embryo

viewer = napari.Viewer()
dock = show_embryo(viewer)

def ended():
    try:
        check()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(3)

def failed(error):
    print("the run failed:", error, file=sys.stderr, flush=True)
    os._exit(4)

def check():
    layers = [viewer.layers[name] for name in ("embryo nuclei", "true nuclei")]
    found, true = (np.unique(np.asarray(layer.data[-1])).size - 1 for layer in layers)
    print("driver's LLVM", foreign_llvm())
    print("nuclei as drawn", abs(found - true) <= 1, "triton", "triton" in sys.modules, flush=True)
    optimizer = torch.optim.AdamW([torch.zeros(1, requires_grad=True)])
    optimizer.step()
    print("optimizer, triton", "triton" in sys.modules, flush=True)
    viewer.dims.ndisplay = 3
    viewer.screenshot(flash=False)
    print("drawn", flush=True)
    viewer.close()

dock.job.failed.connect(failed)
dock.job.ended.connect(lambda: QTimer.singleShot(2000, ended))
napari.run()
"""


@pytest.mark.skipif(
    importlib.util.find_spec("triton") is None, reason="no triton here; Linux wheels of torch bring it"
)
def test_a_run_and_importing_triton_do_not_crash(qapp: object, tmp_path: Path) -> None:
    if QGuiApplication.platformName() != "xcb":
        pytest.skip("no X screen: use xvfb-run")
    software = {"LIBGL_ALWAYS_SOFTWARE": "1", "__GLX_VENDOR_LIBRARY_NAME": "mesa"}
    own = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _JOB],
        env=os.environ | software | own,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if "driver's LLVM None" in done.stdout:
        pytest.skip("this OpenGL draws without LLVM")
    assert "nuclei as drawn True triton False" in done.stdout
    assert "optimizer, triton True" in done.stdout
    assert "drawn" in done.stdout
