"""The plot of populations."""
