"""Quantise an OpenVINO graph to 8-bit integers."""

from __future__ import annotations

from typing import Any

import numpy as np
from openvino import opset13 as ops

from napari_devolearn.models.ranges import LEVELS, Ranges, with_zero


def compute_in_int8(graph: Any, ranges: Ranges) -> None:
    """Quantise the inputs and weights of convolutions to 8 bits; OpenVINO then computes in integers.

    The first and the last convolution keep their precision: they are small, and rounding matters most
    there. Weights have one scale per output channel, inputs one scale
    (Jacob et al. 2018, doi:10.1109/CVPR.2018.00286).

    Parameters
    ----------
    graph : openvino.Model
        Converted from a network in torch; changed in place.
    ranges : dict of str to (float, float)
        Ranges of the inputs, by convolution; others keep their precision.
    """
    convolutions = [node for node in graph.get_ordered_ops() if node.get_type_name() == "Convolution"]
    for node in convolutions[1:-1]:
        name = node.get_friendly_name().partition("/")[0].removeprefix("__module.")
        if name in ranges:
            _round(node, 0, *with_zero(*ranges[name]), LEVELS)
            largest = _largest_weights(node.input_value(1).get_node())
            _round(node, 1, -largest, largest, LEVELS - 1)


def _round(node: Any, place: int, low: Any, high: Any, levels: int) -> None:
    ends = [ops.constant(np.asarray(end, np.float32)) for end in (low, high)]
    rounded = ops.fake_quantize(node.input_value(place), *ends, *ends, levels)
    node.input(place).replace_source_output(rounded.output(0))


def _largest_weights(weights: Any) -> Any:
    """Largest absolute weight of each output channel, (outputs, 1, 1, 1)."""
    values = np.abs(np.asarray(weights.get_data(), np.float32))
    return np.maximum(values.max(axis=(1, 2, 3), keepdims=True), np.finfo(np.float32).tiny)
