"""Whole movies to files: resumable, and on a cluster."""
