"""Complete files or none: locks, temporary names, resumable output."""
