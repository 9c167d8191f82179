"""Read and write images, masks, tracks and tables."""
