"""Inference: from a movie to probabilities, labels, outlines and lineage counts."""

import sys

# openvino reports its import over the network through this package; without the package it does not
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
