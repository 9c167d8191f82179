"""From a movie to labels: parameters, device, resampling, the model and the one pipeline."""

import sys

# importing openvino tells its makers by this package, over the network; without it, it keeps silent
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
