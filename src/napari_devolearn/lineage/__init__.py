"""Lineages: tracks, names, founder counts, and their plots."""
