"""What the manifest names: plain functions that take and give plain tuples."""
