from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from helpers.contacts import watch

pytest.importorskip("openvino", reason="needs the extra openvino")


def test_openvino_sends_no_telemetry(tmp_path: Path) -> None:
    watched = watch(tmp_path)
    code = "from napari_devolearn.inference.backends import openvino_backend"
    subprocess.run([sys.executable, "-c", code], env=watched.environment, check=True)
    assert watched.contacts() == []
