"""Synthetic microscope images from positions in real embryos: projections, volumes, outlines."""
