"""Embryos with known ground truth: samples, test data, training data."""
