"""The Centroids dock."""
