"""Projections of real embryos, drawn as a microscope shows them."""
