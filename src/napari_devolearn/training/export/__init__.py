"""A trained model for other tools: ONNX and bioimage.io packages."""
