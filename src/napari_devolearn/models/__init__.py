"""What a model is, which ones there are, and their verified weights."""
