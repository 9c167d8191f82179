"""Tests of training need the extra ``train``."""

from __future__ import annotations

import multiprocessing

import pytest

pytest.importorskip("albumentations", reason="training needs the extra: pip install napari-devolearn[train]")

# worker processes are copies of the fork server: each would import torch again
multiprocessing.set_forkserver_preload(["torch", "albumentations"])
