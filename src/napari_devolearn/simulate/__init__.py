"""Synthetic embryos with known ground truth, for samples, tests and training."""
