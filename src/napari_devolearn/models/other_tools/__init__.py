"""Model files of other tools: ONNX and state dicts."""
