"""Code shared by all docks."""
