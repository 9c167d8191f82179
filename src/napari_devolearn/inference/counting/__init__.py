"""Counts of founder lineages in frames and movies."""
