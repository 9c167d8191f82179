"""TIFF files: axes, calibration, pages; written frame by frame."""
