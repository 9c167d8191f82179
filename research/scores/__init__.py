"""Scores of the shipped models on held-out data, and comparisons with other tools."""
