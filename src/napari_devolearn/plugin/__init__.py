"""The functions named in the manifest; they take and return plain tuples."""
