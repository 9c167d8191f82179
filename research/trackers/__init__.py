"""Comparison of our tracking with other trackers, on simulated and real movies."""
