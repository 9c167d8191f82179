"""Embryos with labelled membranes: cells, what glows between them, and its image."""
