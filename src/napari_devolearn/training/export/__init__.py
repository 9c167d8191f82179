"""Export trained models for other tools: ONNX and bioimage.io packages."""
