"""Folder of a training run: configuration, curves, card, weights."""
