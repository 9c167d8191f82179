"""Embryos with known truth: samples, test data, extra training data."""
