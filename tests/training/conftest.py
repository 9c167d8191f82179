"""Tests of training need the extra ``train``."""

from __future__ import annotations

import pytest

pytest.importorskip("albumentations", reason="training needs the extra: pip install napari-devolearn[train]")
