"""Scores of a segmentation or tracking result against ground truth."""
