"""What the network sees of an image: its movie, padding, intensities, grid and tiles."""
