"""Our tracking beside other trackers, on drawn movies and real ones."""
