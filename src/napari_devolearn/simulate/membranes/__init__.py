"""Synthetic embryos with labelled membranes: cells, fluorescence and images."""
