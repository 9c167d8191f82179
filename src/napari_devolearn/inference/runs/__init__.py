"""Runs that write whole movies to files: resumable, and on a cluster."""
