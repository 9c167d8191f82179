"""The headless face: ``napari-devolearn VERB``."""

from __future__ import annotations
