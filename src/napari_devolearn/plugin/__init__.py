"""The functions that the manifest names; they take and return plain tuples."""
