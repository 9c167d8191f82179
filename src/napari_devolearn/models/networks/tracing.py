"""The lock for tracing a network."""

from __future__ import annotations

from threading import Lock

TRACING = Lock()
"""Held while torch traces a network: its record of modules is global. A run or an export may start while a
cancelled run is still loading its model."""
