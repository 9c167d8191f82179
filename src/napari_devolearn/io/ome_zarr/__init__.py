"""OME-Zarr images and labels, read and written frame by frame."""
