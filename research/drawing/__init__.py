"""Real embryos drawn as a microscope shows them: projections, volumes, outlines."""
