"""The folder of one training run: configuration, curves, card, weights."""
